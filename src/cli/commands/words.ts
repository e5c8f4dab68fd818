// What people may say to a run, one command a word: each is recorded with who and why, and answered with the state it leaves things in.
import { Argument, Option, type Command } from 'commander';
import { LINK_WAYS } from '../../core/run/link-troubles.ts';
import type { Client } from '../client.ts';
import type { CliContext } from '../context.ts';
import { badArgument } from '../exit.ts';
import { printJson } from '../output.ts';

interface Said {
  readonly reason: string;
  readonly by: string;
  readonly targets?: string;
  readonly gate?: string;
  readonly customer?: string;
  readonly to?: 'affected' | 'signal' | 'requeue';
  readonly json?: true;
}

interface Word {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  readonly targets: 'required' | 'optional' | 'none';
  /** `--gate ID`. */
  readonly gate?: true;
  readonly say: (
    client: Client,
    run: string,
    words: { by: string; reason: string; targets: string | null },
    said: Said,
  ) => Promise<{ leaves: string }>;
}

const control = (word: 'confirm' | 'pause' | 'resume' | 'hold' | 'abort' | 'recall' | 'release'): Word['say'] => {
  return (client, run, words) => client.runs.control({ run, word, ...words });
};

const WORDS: readonly Word[] = [
  {
    name: 'confirm',
    description: 'confirm the counts, where the policy wants a second person to',
    example: 'pitstop confirm image-1 --by ada --reason "counts checked"',
    targets: 'none',
    say: control('confirm'),
  },
  {
    name: 'pause',
    description: 'start nothing new; steps under way end, drained targets stay drained',
    example: 'pitstop pause image-1 --reason "power work in row 3"',
    targets: 'none',
    say: control('pause'),
  },
  {
    name: 'resume',
    description: 'go on after a pause, or lift the hold of some targets',
    example: "pitstop resume image-1 --targets 'n[3-4]' --reason 'looked at'",
    targets: 'optional',
    say: control('resume'),
  },
  {
    name: 'hold',
    description: 'stop some targets: the step under way ends, no further one starts',
    example: "pitstop hold image-1 --targets 'n[3-4]' --reason 'crew at the rack'",
    targets: 'required',
    say: control('hold'),
  },
  {
    name: 'abort',
    description: 'touch nothing new; untouched targets are given back, changed ones go on to validation and return',
    example: 'pitstop abort image-1 --reason "customer wants the cluster"',
    targets: 'none',
    say: control('abort'),
  },
  {
    name: 'recall',
    description: 'bring capacity back in the fastest safe order: untouched targets at once, changed ones by the way back',
    example: 'pitstop recall image-1 --reason "new image is bad"',
    targets: 'optional',
    say: control('recall'),
  },
  {
    name: 'approve',
    description: 'let what asks go on: a wave, a gate that holds, the return gate (--gate return), or a hand-over (--targets)',
    example: 'pitstop approve image-1 --gate canary --reason "the one failure is a known bad cable"',
    targets: 'optional',
    gate: true,
    say: (client, run, words, { gate }) => client.runs.approve({ run, ...words, gate: gate ?? null }),
  },
  {
    name: 'release',
    description: "record the customer's act that hands named nodes over",
    example: "pitstop release image-1 --targets 'n[1-16]' --by ada --reason 'agreed by mail'",
    targets: 'required',
    say: control('release'),
  },
  {
    name: 'consent',
    description: 'record what the customer agrees to: being affected, its jobs being signalled, or being requeued',
    example: 'pitstop consent image-1 --customer aurora --to signal --by ada --reason "agreed by mail"',
    targets: 'none',
    say: (client, run, words, { customer, to }) => client.runs.consent({ run, ...words, customer: customer ?? null, to: to ?? 'affected' }),
  },
];

export function addWords(program: Command, context: CliContext): void {
  for (const word of WORDS) {
    const command = program.command(word.name).description(word.description).argument('<run>', 'name of the run');
    if (word.targets === 'required') command.requiredOption('--targets <set>', 'node set');
    if (word.targets === 'optional') command.option('--targets <set>', 'node set; default: the whole run');
    if (word.gate) command.option('--gate <id>', 'wave whose gate is meant, or return');
    if (word.name === 'consent') {
      command.option('--customer <name>', "whose; default: the operator's own clusters");
      command.addOption(new Option('--to <what>', 'what is agreed to').choices(['affected', 'signal', 'requeue']).makeOptionMandatory());
    }
    withReason(command, context)
      .addHelpText('after', `\nExample:\n  ${word.example}`)
      .action(async (run: string, said: Said) => {
        const words = { by: said.by, reason: reasonOf(said.reason), targets: said.targets ?? null };
        await answer(context, run, said.json === true, (client) => word.say(client, run, words, said));
      });
  }
  const straggler = program
    .command('straggler')
    .description('say what is to become of a target that left the happy path, or what was done to a link that did not come back')
    .argument('<run>', 'name of the run')
    .argument('<target>', 'its name or a node set; a link as node/hca--switch/port')
    .addArgument(
      new Argument(
        '<act>',
        'take: I have it in hand; retry: the failed step again; fixed: repaired, look and validate; drop: give it up; of a link reseat, clean, swap: tried that',
      ).choices([...ACTS]),
    );
  withReason(straggler, context)
    .addHelpText('after', '\nExample:\n  pitstop straggler image-1 n7 fixed --reason "tray replaced"')
    .action(async (run: string, node: string, act: (typeof ACTS)[number], said: Said) => {
      const words = { by: said.by, reason: reasonOf(said.reason), targets: node };
      await answer(context, run, said.json === true, (client) => client.runs.straggler({ run, act, ...words }));
    });
}

const ACTS = ['take', 'retry', 'fixed', 'drop', ...LINK_WAYS] as const;

function withReason(command: Command, { user }: CliContext): Command {
  return command
    .requiredOption('--reason <why>', 'why; kept in the journal')
    .option('--by <who>', 'who says so', user)
    .option('--json', 'print the run as JSON, with what the word leaves');
}

function reasonOf(reason: string): string {
  if (reason.trim() === '') throw badArgument('--reason', '""', 'a reason is wanted', 'say why: it stands in the journal and in the retro');
  return reason;
}

async function answer(
  context: CliContext,
  run: string,
  json: boolean,
  say: (client: Client) => Promise<{ leaves: string }>,
): Promise<void> {
  const client = await context.client();
  const { leaves } = await say(client);
  if (json) printJson(context.terminal, { ...(await client.runs.status({ run })), leaves });
  else context.terminal.out(`${run}: ${leaves}\n`);
}
