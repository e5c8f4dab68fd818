// Subnet managers and work on what they run on: standbys first, then another takes over, then the old master's place is worked on.
import type { FabricFacts, SubnetManager } from '../../core/ports.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { hasFlag } from '../../core/run/state.ts';
import { FLAG, stageCode } from '../../core/run/states.ts';
import type { RunHost } from '../host.ts';
import { wordsOf } from '../words.ts';
import { intend, keyOf, lookAtFabric, timeIsUp } from './common.ts';

const RUNNING = stageCode('running');

/** False: the attempt ended meanwhile. A target that no master runs on may go on at once. */
export async function managerAway(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<boolean> {
  // Only where one ran at hand-over the fabric is asked: a sweep for each act on each node would be many.
  if (!ranHere(host, target)) return host.alive(target, turn);
  let stopped = false;
  while (host.alive(target, turn)) {
    const facts = await lookAtFabric(host, target);
    if (!host.alive(target, turn)) return false;
    const own = facts?.managers.find(({ name }) => name === host.name(target));
    // Without a sweep nothing is known of managers; a switch then waits by its own guard, which asks here again.
    if (!facts || !own || (own.state !== 'master' && own.state !== 'discovering')) return true;
    const why = stopped ? 'another subnet manager to become master' : blocks(host, target, own, facts);
    host.waitingFor[target] = why;
    if (why === null) {
      await stop(host, target, step, turn);
      stopped = true;
    } else if (timeIsUp(host, target, step, turn, why)) return false;
    await host.tick(host.parts.pace.nodePollMs);
  }
  return false;
}

/** How long a manager that was started may take to show itself before it is started again. */
const SHOWS_MS = 15_000;

/** Starts the manager that ran on this target again. null: it takes part, or none ran here; else when it was asked to start last (`askedAt`: before). */
export async function managerBack(host: RunHost, target: number, key: string, facts: FabricFacts, askedAt: number): Promise<number | null> {
  const runs = facts.managers.some(({ name, state }) => name === host.name(target) && (state === 'master' || state === 'standby'));
  const caller = host.caller(target, 'fabric');
  if (!ranHere(host, target) || runs || !caller) return null;
  const now = host.now();
  if (now - askedAt < SHOWS_MS) return askedAt;
  const result = await caller.act(
    { role: 'fabric', do: 'sm-start' },
    host.name(target),
    `${key}/sm-start`,
    now + host.parts.pace.callTimeoutMs,
  );
  await host.write({ target, kind: 'act', note: { why: `subnet manager started again: ${wordsOf(result)}`, data: { act: 'sm-start' } } });
  return now;
}

function ranHere(host: RunHost, target: number): boolean {
  return host.chronicle.fabricBefore[target]?.managers.includes(host.name(target)) === true;
}

/** Why the master must stay for now; null: it may be stopped. */
function blocks(host: RunHost, target: number, own: SubnetManager, { managers }: FabricFacts): string | null {
  const { program } = host.parts;
  const before = managers.find(({ name }) => {
    const other = program.idOf.get(name);
    // Who stands in line behind this one would wait for it in turn.
    return other !== undefined && other !== target && host.chronicle.state.stage[other] === RUNNING;
  });
  if (before) return `${before.name}, where a standby subnet manager runs: standby first`;
  const standby = managers.find(({ name, state }) => name !== own.name && state === 'standby');
  if (!standby) return 'a standby subnet manager that could take over';
  const unequal = standby.config !== null && own.config !== null && standby.config !== own.config;
  if (unequal) return `the standby ${standby.name} to be configured as the master`;
  return hasFlag(host.chronicle.state, target, FLAG.held) ? 'its hold to be lifted' : null;
}

async function stop(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<void> {
  const caller = host.caller(target, 'fabric');
  if (!caller || !(await intend(host, target, step, turn, { act: 'sm-stop', key: keyOf(host, target, step) }))) return;
  const deadline = host.now() + host.parts.pace.callTimeoutMs;
  const result = await caller.act({ role: 'fabric', do: 'sm-stop' }, host.name(target), `${keyOf(host, target, step)}/sm-stop`, deadline);
  await host.write({ target, kind: 'act', note: { why: `subnet manager stopped: ${wordsOf(result)}`, data: { act: 'sm-stop' } } });
}
