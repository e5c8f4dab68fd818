// What all acts share: a write with its words kept as evidence, writes of one kind one after the other, and a folded write that
// failed tried again in halves, so that one bad name costs the others nothing.
import type { Outcome, Result } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { quoteCommand } from '../../std/quote.ts';
import { SlurmCallError, type SlurmClient } from './client.ts';
import type { CommandLine } from './commands.ts';

export interface Written {
  readonly ok: boolean;
  /** slurmctld said yes or no; false: it was not reached, or nobody knows. */
  readonly answered: boolean;
  readonly evidence: { readonly command: string; readonly words: string };
}

export interface WriteContext {
  readonly client: SlurmClient;
  readonly signal: AbortSignal;
  readonly deadline: number;
}

const COMMAND_CHARACTERS_MAX = 300;

/** Runs a command that changes something. Its failure is evidence, not an exception. */
export async function write(to: WriteContext, { command, args, rest }: CommandLine, repeatable = true): Promise<Written> {
  const byRest = rest && (await to.client.rest?.write(rest, to.signal, to.deadline));
  if (byRest) return byRest;
  const line = quoteCommand([command, ...args]);
  const evidence = { command: line.length > COMMAND_CHARACTERS_MAX ? `${line.slice(0, COMMAND_CHARACTERS_MAX)} ...` : line };
  try {
    const said = await to.client.say({ command, args, signal: to.signal, deadline: to.deadline, repeatable });
    return { ok: said.ok, answered: true, evidence: { ...evidence, words: said.words } };
  } catch (error) {
    if (!(error instanceof SlurmCallError)) throw error;
    return { ok: false, answered: false, evidence: { ...evidence, words: error.message } };
  }
}

/**
 * Calls `attempt` for all, then for the halves of what it gives back as not done, down to one. `attempt` returns the names that it
 * did not manage; what it manages it keeps to itself.
 */
export async function inHalves(all: readonly string[], attempt: (part: readonly string[]) => Promise<readonly string[]>): Promise<void> {
  if (all.length === 0) return;
  const left = await attempt(all);
  if (left.length === 0 || all.length === 1) return;
  const middle = Math.ceil(left.length / 2);
  await inHalves(left.slice(0, middle), attempt);
  await inHalves(left.slice(middle), attempt);
}

/** Asking again, or for fewer, cannot help. */
export function isDenied(written: Written): boolean {
  return /Invalid user id|permission denied/i.test(written.evidence.words);
}

/** Lets one caller at a time in, by name. */
export class Turnstile {
  readonly #last = new Map<string, Promise<void>>();

  async through<T>(name: string, body: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(body);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(name, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}

export function result(target: string, outcome: Outcome, evidence: JsonObject): Result {
  return { target, outcome, evidence };
}

export function allOf(targets: readonly string[], outcome: Outcome, evidence: JsonObject): Result[] {
  return targets.map((target) => result(target, outcome, evidence));
}
