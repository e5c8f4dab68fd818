// `pitstop ask`: what a good colleague would ask of a plan, each question with the numbers of a rehearsal in which only that is changed.
import type { Command } from 'commander';
import { challenged, type Challenge } from '../../sim/challenge/challenge.ts';
import type { CliContext } from '../context.ts';
import { printJson } from '../output.ts';
import { priorsAsked } from '../priors-asked.ts';
import { planCommand, questionLines } from '../question-lines.ts';
import { addRehearsalOptions, addSetOption, carryOutHere, planToRehearse, type RehearsalOptions } from '../rehearsal.ts';
import { counted } from '../../std/share.ts';

const WIDTH_MAX = 120;
const EXAMPLES = `
Examples:
  pitstop ask july.plan.json
  pitstop ask july.plan.json --json | jq -r '.questions[] | .id, .sets[]'`;

export function addAsk(program: Command, context: CliContext): void {
  const command = program
    .command('ask')
    .description('ask why the plan is as it is: what each choice costs, re-rehearsed without it on the same scenarios; it stops nothing')
    .argument('<plan>', 'plan file');
  addSetOption(addRehearsalOptions(command, '200, fewer where each takes long'))
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: RehearsalOptions) => ask(context, file, options));
}

async function ask(context: CliContext, file: string, options: RehearsalOptions): Promise<void> {
  const plan = planToRehearse(file, options.set, await priorsAsked(context, options.priors));
  const { seed, scenarios, engine, json = false } = options;
  const wishes = { seed, ...(scenarios !== undefined && { scenarios }), ...(engine !== undefined && { engine }) };
  const challenge = await carryOutHere<Challenge, Challenge>(context, {
    asking: (onProgress) => challenged(plan, wishes, onProgress),
    line: (one) => `${counted(one.questions.length, 'question')} (${counted(one.scenarios, 'scenario')})`,
    json,
  });
  if (challenge === null) return;
  const { terminal } = context;
  if (json) printJson(terminal, challenge);
  else terminal.out(`${describe(challenge, file, options, Math.min(WIDTH_MAX, terminal.size().columns)).join('\n')}\n`);
}

/** The commands under a question begin at the plan that was asked, so a child of sets is written down first. */
const ASKED = 'asked.plan.json';

function describe(challenge: Challenge, file: string, { set, priors }: RehearsalOptions, width: number): string[] {
  const { questions, engine, seed, scenarios } = challenge;
  const count = questions.length === 0 ? 'nothing to ask' : counted(questions.length, 'question');
  const same = ['--seed', String(seed), '--scenarios', String(scenarios), '--engine', engine];
  const options = priors === 'plan' ? same : [...same, '--priors', priors];
  const asked = { file: set.length === 0 ? file : ASKED, options };
  return [
    `${file}: ${count}`,
    ...(set.length === 0 ? [] : [`${ASKED} below is: ${planCommand(file, set, ASKED)}`]),
    ...questions.flatMap((question, i) => ['', ...questionLines(question, i + 1, asked, width)]),
    '',
    `each changed plan on the same scenarios; intervals are 95 %. Engine ${engine}, seed ${seed}, ${counted(scenarios, 'scenario')} each`,
  ];
}
