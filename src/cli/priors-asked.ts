// Which priors a rehearsal rests on: the plan's own, what this state folder's runs have taught, or a file of `pitstop learn`.
import type { PriorSet } from '../core/learn/learn.ts';
import { readPriors } from '../files/priors-file.ts';
import { learnedFrom } from './commands/learn.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { clip } from './output.ts';
import { counted } from '../std/share.ts';

const RUNS_CHARS = 90;

/** null: the plan's own. Says on stderr which runs stand behind. Throws BadInputError for a file, UsageError where nothing was learned. */
export async function priorsAsked(context: CliContext, priors: string): Promise<PriorSet | null> {
  if (priors === 'plan') return null;
  const learned = priors === 'latest' ? await latest(context) : readPriors(priors);
  const { runs } = learned;
  context.terminal.err(`priors learned from ${counted(runs.length, 'run')}: ${clip(runs.join(', '), RUNS_CHARS)}\n`);
  return learned;
}

async function latest({ client, state }: CliContext): Promise<PriorSet> {
  const { priors } = await learnedFrom(await client(), false);
  if (priors.runs.length > 0) return priors;
  throw new UsageError(
    `--priors latest takes what runs on real systems have taught, and none in ${state.folder} is over yet; use --priors plan, or a file of pitstop learn`,
  );
}
