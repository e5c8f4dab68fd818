// The standing look at all targets of a run: finds foreign hands, keeps our drains alive, ends soaks that failed, counts what is in service.
import type { Act, Observation, SchedulerFacts } from '../core/ports.ts';
import { holdLost, guardDrain } from '../core/run/guard.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG, stageCode } from '../core/run/states.ts';
import type { RunHost } from './host.ts';

const RUNNING = stageCode('running');
const RETURNED = stageCode('returned');
const SETTLED = stageCode('settled');
const SKIPPED = stageCode('skipped');
const DROPPED = stageCode('dropped');

/** Looks once a poll until the host stops or `over` says so. `seen` gets every round's facts, for jobs and status. */
export async function watch(
  host: RunHost,
  over: () => boolean,
  seen: (facts: ReadonlyMap<number, SchedulerFacts>) => Promise<void>,
): Promise<void> {
  let lastCount = -1;
  while (host.stopped === null && !over()) {
    const facts = await lookAtAll(host);
    if (host.stopped !== null) return;
    for (const [target, shown] of facts) judge(host, target, shown);
    const count = [...facts.values()].filter((shown) => shown.inService).length;
    if (facts.size === host.nodes && count !== lastCount) {
      lastCount = count;
      void host.write({ target: -1, kind: 'observed', note: { data: { inService: count } } });
    }
    await seen(facts);
    await host.tick(host.parts.pace.pollMs);
  }
}

/** Scheduler facts of every target that somebody answered for. */
export async function lookAtAll(host: RunHost): Promise<Map<number, SchedulerFacts>> {
  const targets = host.parts.program.targets.map((_, target) => target);
  const looks = await Promise.all(targets.map((target) => lookOrNothing(host, target)));
  const facts = new Map<number, SchedulerFacts>();
  for (const [target, look] of looks.entries()) if (look?.facts?.role === 'scheduler') facts.set(target, look.facts);
  return facts;
}

async function lookOrNothing(host: RunHost, target: number): Promise<Observation | null> {
  const caller = host.kind(target) === 'node' ? host.caller(target, 'scheduler') : null;
  return caller ? caller.look(host.name(target)) : null;
}

function judge(host: RunHost, target: number, facts: SchedulerFacts): void {
  const { state } = host.chronicle;
  const stage = state.stage[target] as number;
  if (stage === SKIPPED || stage === DROPPED || stage === SETTLED) return;
  if (stage === RETURNED) {
    if (!facts.inService)
      host.feed(target, 'soak-failed', { why: `out of service during its soak: ${facts.state} ${facts.drain?.reason ?? ''}`.trim() });
    return;
  }
  const verdict = guardDrain({ run: host.run, scheduler: facts, shell: null, knownBootId: null, rebootAskedFrom: null });
  const foreign = hasFlag(state, target, FLAG.foreign);
  const drained = hasFlag(state, target, FLAG.drained);
  // A step under way finds it out by its own guard, before its next act; what it has asked for meanwhile must be seen to end.
  if (verdict.say === 'foreign' && !foreign && stage !== RUNNING) host.feed(target, 'foreign', { why: verdict.why });
  // Only what this run never touched goes on by itself; a hand on a drained target is for a person to judge.
  else if (verdict.say !== 'foreign' && foreign && !drained) host.feed(target, 'foreign-gone', { why: 'the foreign drain is gone' });
  else if (drained && keepsDrain(host, target) && holdLost(host.run, facts)) void drainAgain(host, target);
}

/** Our drain must stand from the drain's end to the return's beginning, whatever the target is in. */
export function keepsDrain(host: RunHost, target: number): boolean {
  const { state } = host.chronicle;
  const action = host.parts.program.steps[state.step[target] as number]?.action;
  const inStep = state.stage[target] === RUNNING && action?.kind === 'do' ? action.act : '';
  return inStep !== 'drain' && inStep !== 'return';
}

async function drainAgain(host: RunHost, target: number): Promise<void> {
  const scheduler = host.caller(target, 'scheduler');
  if (!scheduler) return;
  await host.write({ target, kind: 'act', note: { why: 'our drain or reservation was gone: set again', data: { act: 'drain' } } });
  if (host.stopped !== null || !keepsDrain(host, target) || !hasFlag(host.chronicle.state, target, FLAG.drained)) return;
  const deadline = host.now() + host.parts.pace.callTimeoutMs;
  const act: Act = { role: 'scheduler', do: 'drain', run: host.run, why: host.parts.plan.change.name };
  await scheduler.act({ role: 'scheduler', do: 'reserve', run: host.run }, host.name(target), `${host.run}/keep`, deadline);
  if (keepsDrain(host, target)) await scheduler.act(act, host.name(target), `${host.run}/keep`, deadline);
}
