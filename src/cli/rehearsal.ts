// What rehearse, limits and compare have in common: which plan, which scenarios, words for whoever waits, and an end by Ctrl-C with the
// best so far.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { applyPriors } from '../core/forecast/apply-priors.ts';
import type { PriorSet } from '../core/learn/learn.ts';
import { checkPlan } from '../core/plan/check.ts';
import type { Plan } from '../core/plan/plan.ts';
import { readPlan } from '../files/plan-file.ts';
import { carryOut, openPool } from '../sim/pool/pool.ts';
import type { Asking, EngineName } from '../sim/rehearse/asking.ts';
import { NothingRehearsedError } from '../sim/rehearse/rehearse.ts';
import { showCount } from '../std/share.ts';
import type { CliContext } from './context.ts';
import { EXIT, UsageError } from './exit.ts';
import { childPlan } from '../study/child-plan.ts';
import { refuseErrors } from '../study/make-plan.ts';
import { whyNotRehearsed } from '../study/rehearsable.ts';
import { printJson } from './output.ts';
import type { Terminal } from './terminal.ts';

export interface RehearsalOptions {
  readonly scenarios?: number;
  readonly seed: number;
  readonly engine?: EngineName;
  /** plan, latest, or a file of priors. */
  readonly priors: string;
  readonly set: readonly string[];
  readonly json?: true;
}

const SCENARIOS_MAX = 100_000;
const SEED = 1;
const QUIET_MS = 2_000;

/** `--scenarios`, `--seed`, `--engine`, `--priors`, `--json`; without `--set`. */
export function addRehearsalOptions(command: Command, scenarios: string): Command {
  return command
    .option('--scenarios <count>', `how many nights are rehearsed (${scenarios})`, scenarioCount)
    .option('--seed <seed>', `what chance is drawn from; equal seeds give equal numbers (${SEED})`, seedNumber, SEED)
    .addOption(
      new Option('--engine <engine>', 'exact: every target; fast: a sample, held against exact; default: by size').choices([
        'fast',
        'exact',
      ]),
    )
    .option('--priors <priors>', 'times and failures: plan, latest (what runs here have taught), or a file of pitstop learn', 'plan')
    .option('--json', 'print one JSON document and nothing else');
}

export function addSetOption(command: Command): Command {
  return command.option(
    '--set <key=value>',
    'rehearse a child of the plan that differs by this, as often as wanted',
    (value, all: readonly string[]) => [...all, value],
    [],
  );
}

/** The plan of the file, or its child with the sets, under the priors given (null: its own). Throws BadInputError and UsageError. */
export function planToRehearse(file: string, set: readonly string[], priors: PriorSet | null): Plan {
  const plan = readPlan(file);
  const wanted = set.length === 0 ? plan : childOf(plan, set, file);
  // A window that is past can still be rehearsed: how would it have gone?
  refuseErrors(checkPlan(wanted, null), file);
  refuseSize(wanted, file);
  return priors === null ? wanted : applyPriors(wanted, priors);
}

interface Work<T, P> {
  readonly asking: (onProgress: (progress: P) => void) => Asking<T>;
  /** A progress report in a line. */
  readonly line: (progress: P) => string;
  readonly json: boolean;
}

/**
 * Carries a driver out on all cores. After two quiet seconds the latest progress is said on stderr, and from then on each. Ctrl-C ends it
 * with the best so far; null, said and with exit code 1, when there was nothing yet.
 */
export async function carryOutHere<T, P>({ terminal, exit }: CliContext, { asking, line, json }: Work<T, P>): Promise<T | null> {
  const pool = openPool();
  const interrupted = terminal.interrupted();
  const progress = new Progress(terminal);
  try {
    const answer = await carryOut(
      pool,
      asking((report) => progress.tell(line(report))),
      () => interrupted.aborted,
    );
    if (interrupted.aborted) terminal.err('stopped: this is what was there\n');
    return answer;
  } catch (error) {
    if (!(error instanceof NothingRehearsedError)) throw error;
    exit(EXIT.no);
    terminal.err(`${error.message}\n`);
    if (json) printJson(terminal, { error: { exit: EXIT.no, kind: 'stopped', message: error.message } });
    return null;
  } finally {
    progress.end();
    await pool.close();
  }
}

class Progress {
  readonly #terminal: Terminal;
  readonly #timer: NodeJS.Timeout;
  #latest: string | null = null;
  #loud = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#timer = setTimeout(() => {
      this.#loud = true;
      this.#say(this.#latest ?? 'rehearsing');
    }, QUIET_MS);
  }

  tell(line: string): void {
    this.#latest = line;
    if (this.#loud) this.#say(line);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #say(line: string): void {
    this.#terminal.err(`${line} ... (Ctrl-C ends it with this)\n`);
  }
}

function childOf(parent: Plan, set: readonly string[], file: string): Plan {
  const child = childPlan(parent, set, Date.now());
  refuseErrors(child.findings, file);
  return child;
}

function refuseSize(plan: Plan, file: string): void {
  const why = whyNotRehearsed(plan);
  if (why !== null) throw new UsageError(`${file}: ${why}`);
}

function scenarioCount(text: string): number {
  const count = Number(text);
  if (!/^[1-9]\d{0,8}$/.test(text) || count > SCENARIOS_MAX) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${showCount(SCENARIOS_MAX)}.`);
  }
  return count;
}

function seedNumber(text: string): number {
  // A draw takes 32 bits of it.
  if (!/^\d{1,10}$/.test(text) || Number(text) >= 2 ** 32)
    throw new InvalidArgumentError('It must be a whole number from 0 to 4,294,967,295.');
  return Number(text);
}
