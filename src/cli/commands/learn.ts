// `pitstop learn`: what finished runs say of how long steps take and how often they fail, as a table and as a priors file.
import type { Command } from 'commander';
import type { Learned } from '../../core/learn/answers.ts';
import { writePriors } from '../../files/priors-file.ts';
import type { Client } from '../client.ts';
import type { CliContext } from '../context.ts';
import { learnedLines } from '../learned-lines.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';

interface LearnOptions {
  readonly output?: string;
  readonly twin?: boolean;
  readonly json?: true;
}

const HELP = `
Learned from runs of this state folder that are over: carried out, watched and imported ones. Simulated runs say nothing of a
real fleet; --twin asks for them, and for them alone. What a step takes is told with N, the number of times it was seen.

Examples:
  pitstop learn
  pitstop learn -o priors.json
  pitstop rehearse july.plan.json --priors latest`;

export function addLearn(program: Command, context: CliContext): void {
  program
    .command('learn')
    .description('say what past runs teach: how long each step takes here, how often it fails, how far off the catalogue is')
    .option('-o, --output <file>', 'write the priors to a file')
    .option('--twin', 'from simulated runs instead of real ones')
    .option('--json', 'print the priors and nothing else')
    .addHelpText('after', HELP)
    .action((options: LearnOptions) => tell(context, options));
}

async function tell({ client, terminal }: CliContext, { output, twin = false, json }: LearnOptions): Promise<void> {
  const learned = await slowly(terminal, 'reading the journal', learnedFrom(await client(), twin));
  const { priors } = learned;
  if (output !== undefined) writePriors(output, priors);
  if (json) printJson(terminal, priors);
  else
    terminal.out(
      learnedLines(learned)
        .map((line) => `${line}\n`)
        .join(''),
    );
  if (priors.runs.length === 0)
    terminal.err(`nothing was learned yet: no ${twin ? 'simulated' : 'real'} run that is over has told how long its steps took\n`);
  if (output !== undefined) terminal.err(`${output} written\n`);
}

export async function learnedFrom(client: Client, twin: boolean): Promise<Learned> {
  return (await client.learning.learn({ twin })) as Learned;
}
