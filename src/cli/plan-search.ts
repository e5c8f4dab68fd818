// `plan --search`: carries the planner's search out on all cores, for so many seconds, with words for whoever waits.
import { InvalidArgumentError } from 'commander';
import type { Plan } from '../core/plan/plan.ts';
import { carryOut, openPool } from '../sim/pool/pool.ts';
import type { Remake } from '../sim/search/build.ts';
import type { Aim } from '../sim/search/objective.ts';
import { geneticScheduler } from '../sim/search/scheduler.ts';
import { searching, type SearchProgress } from '../sim/search/search.ts';
import { showCount } from '../std/share.ts';
import type { CliContext } from './context.ts';
import { withId } from '../study/make-plan.ts';

export interface SearchWishes {
  readonly seconds: number;
  readonly for?: Aim;
  readonly anyOrder?: true;
}

const SEED = 1;
/** Threads that a search is reckoned with: the same seconds do not find other plans on a machine with more of them. */
const THREADS = 2;
/** What has begun may take so many times the seconds. */
const GRACE = 1.5;
const SECONDS_MAX = 3_600;

/** The plan of the rules or a better one, with an id and with the reasons in its report. Ctrl-C ends it with the best so far. */
export async function searchedPlan({ terminal }: CliContext, rules: Plan, remake: Remake, wishes: SearchWishes): Promise<Plan> {
  const interrupted = terminal.interrupted();
  const began = performance.now();
  const passed = (): number => (performance.now() - began) / (1_000 * wishes.seconds);
  const options = {
    seed: SEED,
    workMs: 1_000 * wishes.seconds * THREADS,
    aim: wishes.for ?? 't95',
    anyOrder: wishes.anyOrder ?? false,
    scheduler: geneticScheduler(SEED),
    timeLeft: () => (interrupted.aborted ? 0 : 1 - passed()),
  };
  terminal.err(`looking for a better plan for about ${wishes.seconds} s (Ctrl-C ends it with the best so far)\n`);
  const pool = openPool();
  try {
    const tell = (progress: SearchProgress): void => terminal.err(`${line(progress)}\n`);
    const found = await carryOut(pool, searching(rules, remake, options, tell), () => interrupted.aborted || passed() > GRACE);
    return withId(found.plan);
  } finally {
    await pool.close();
  }
}

/** For commander: "20". Throws InvalidArgumentError. */
export function searchSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^[1-9]\d{0,4}$/.test(text) || seconds > SECONDS_MAX) {
    throw new InvalidArgumentError(`It must be a whole number of seconds from 1 to ${showCount(SECONDS_MAX)}.`);
  }
  return seconds;
}

function line({ tried, scenarios, best, cost }: SearchProgress): string {
  const better = cost < 1 ? `, ${((1 - cost) * 100).toFixed(1)} % better than the rules' plan` : '';
  return `${tried} plans, ${showCount(scenarios)} scenarios; best so far: ${best}${better}`;
}
