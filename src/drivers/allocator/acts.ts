// Hold and release: the list is read first, one command writes for all, and what the list shows afterwards is the answer, because a
// command of the site may do half of it and say nothing of the other half.
import { isNodeName } from '../../core/fleet/nodeset.ts';
import type { ActRequest, Outcome, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { JsonObject } from '../../std/json.ts';
import { quoteCommand } from '../../std/quote.ts';
import { AllocatorCallError, type AllocatorClient } from './client.ts';
import { commandOf, partsOf, type AllocatorAct } from './commands.ts';
import type { Listed } from './listing.ts';

const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const COMMAND_CHARACTERS_MAX = 300;

interface Written {
  /** refused: it ended with a complaint. unknown: nobody knows how it ended. */
  readonly outcome: 'done' | 'refused' | 'unknown';
  readonly evidence: JsonObject;
}

interface Writing {
  readonly client: AllocatorClient;
  readonly act: AllocatorAct;
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly results: Map<string, Result>;
}

/** One result per target. Calls one after the other: a list that is read while somebody else of us writes would be old. */
export class AllocatorActs {
  readonly #client: AllocatorClient;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: AllocatorClient) {
    this.#client = client;
  }

  act({ act, targets, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    assert(act.role === 'allocator', `the allocator driver was asked for ${act.role}: ${act.do}`);
    assert(RUN.test(act.run), `not a run id: ${JSON.stringify(act.run)}`);
    const wanted = [...new Set(targets)];
    const mine = this.#last.then(() => perform({ client: this.#client, act, signal, deadline, results: new Map() }, wanted));
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

async function perform(to: Writing, targets: readonly string[]): Promise<Result[]> {
  const { client, act, results, deadline } = to;
  const all = (outcome: Outcome, why: string): Result[] => targets.map((target) => ({ target, outcome, evidence: { why } }));
  if (targets.length === 0) return [];
  if (client.context.clock.now() >= deadline) return all('refused', 'its deadline passed before it could start');
  if (!commandOf(client.settings, act, [])) return all('refused', `the options of the allocator driver name no command to ${act.do}`);
  let listed: ReadonlyMap<string, Listed>;
  try {
    listed = await client.list(to.signal);
  } catch (error) {
    return all('unknown', whyOf(error));
  }
  const todo: string[] = [];
  for (const target of targets) {
    const seen = judge(target, act, listed.get(target), {});
    if (seen) results.set(target, seen);
    else todo.push(target);
  }
  for (const part of partsOf(todo)) await writeInHalves(to, part);
  return targets.map((target) => results.get(target) ?? { target, outcome: 'unknown', evidence: { why: 'nothing was seen of it' } });
}

/** What the list alone says about the act; null: it is ours to do, and not yet done. */
function judge(target: string, act: AllocatorAct, listed: Listed | undefined, evidence: JsonObject): Result | null {
  const answer = (outcome: Outcome, more: JsonObject = {}): Result => ({ target, outcome, evidence: { ...evidence, ...more } });
  if (!listed) return answer('refused', { why: 'the allocator does not list it' });
  if (!isNodeName(target)) return answer('refused', { why: 'no name that can stand on a command line' });
  const { facts } = listed;
  if (!facts) return answer('unknown', { why: listed.why });
  const { hold, open } = facts;
  if (hold && hold.run !== act.run) return answer('refused', { why: `held by somebody else: ${hold.reason}`, hold: hold.reason });
  if (act.do === 'release') return hold ? null : answer('done', open ? {} : { remark: 'no hold stands on it, yet it is not open' });
  if (!hold) return null;
  return open
    ? answer('accepted', { why: 'our hold stands, but it is still open', hold: hold.reason })
    : answer('done', { hold: hold.reason });
}

/** One command for all; what it did not manage again in halves, so that one node which the allocator refuses costs the others nothing. */
async function writeInHalves(to: Writing, part: readonly string[]): Promise<void> {
  const written = await write(to, part);
  const left = await readBack(to, part, written);
  if (left.length === 0 || part.length === 1 || written.outcome !== 'refused') return;
  const middle = Math.ceil(left.length / 2);
  for (const half of [left.slice(0, middle), left.slice(middle)]) if (half.length > 0) await writeInHalves(to, half);
}

async function write({ client, act, signal, deadline }: Writing, nodes: readonly string[]): Promise<Written> {
  const argv = commandOf(client.settings, act, nodes) ?? [];
  const line = quoteCommand(argv);
  const command = line.length > COMMAND_CHARACTERS_MAX ? `${line.slice(0, COMMAND_CHARACTERS_MAX)} ...` : line;
  try {
    const said = await client.write(act.do, argv, signal, deadline);
    return said.ok
      ? { outcome: 'done', evidence: { command } }
      : { outcome: 'refused', evidence: { command, exit: said.exit, words: said.words } };
  } catch (error) {
    const perhapsDone = error instanceof AllocatorCallError && error.perhapsDone;
    return { outcome: perhapsDone ? 'unknown' : 'refused', evidence: { command, words: whyOf(error) } };
  }
}

/** Puts down what the list shows now; returns those on which nothing is seen to have happened. */
async function readBack(to: Writing, part: readonly string[], written: Written): Promise<string[]> {
  let listed: ReadonlyMap<string, Listed>;
  try {
    listed = await to.client.list(to.signal);
  } catch (error) {
    const evidence = { ...written.evidence, why: `not seen what became of it: ${whyOf(error)}` };
    for (const target of part) to.results.set(target, { target, outcome: 'unknown', evidence });
    return [];
  }
  return part.filter((target) => {
    const entry = listed.get(target);
    // It was listed a moment ago and was written to: now nobody knows.
    if (!entry) {
      to.results.set(target, { target, outcome: 'unknown', evidence: { ...written.evidence, why: 'the allocator lists it no more' } });
      return false;
    }
    const seen = judge(target, to.act, entry, written.evidence);
    to.results.set(target, seen ?? notSeen(target, to.act, written));
    return seen === null;
  });
}

function notSeen(target: string, act: AllocatorAct, { outcome, evidence }: Written): Result {
  if (outcome !== 'done') return { target, outcome, evidence };
  const why = `the command to ${act.do} ended well, but the list does not show it (yet)`;
  return { target, outcome: 'accepted', evidence: { ...evidence, why } };
}

function whyOf(error: unknown): string {
  if (error instanceof AllocatorCallError) return error.message;
  throw error;
}
