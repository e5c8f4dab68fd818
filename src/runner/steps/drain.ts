// Drain: into our reservation, then our explicit drain, then wait until scheduler and node both show no work. Escalated, never timed out.
import { guardCleared, guardDrain, holdLost, type GuardVerdict, type Seen } from '../../core/run/guard.ts';
import type { Result } from '../../core/ports.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { wordsOf } from '../words.ts';
import { end, intend, keyOf, seenData } from './common.ts';
import { guarded } from './guarded.ts';

export async function drainBody(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<void> {
  const before = await lookAtScheduler(host, target, step, turn);
  if (!before) return;
  if (!(await intend(host, target, step, turn, { act: 'drain', key: keyOf(host, target, step), seen: seenData(before) }))) return;
  const lost = ({ scheduler, allocator }: Seen): boolean =>
    (scheduler !== null && holdLost(host.run, scheduler)) || (allocator !== undefined && allocator !== null && allocator.hold === null);
  while (await takeOver(host, target, step, turn)) {
    const seen = await guarded(host, target, step, turn, (now) => (lost(now) ? { say: 'go' } : guardCleared(now)));
    if (!seen) return;
    if (lost(seen)) continue;
    end(host, target, turn, 'done', { data: { bootId: seen.shell?.bootId ?? null } });
    return;
  }
}

/** Reserves and drains until both are certain; a refusal is looked into by the next look. */
async function takeOver(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<boolean> {
  const scheduler = host.caller(target, 'scheduler');
  if (!scheduler) {
    end(host, target, turn, 'failed', { why: 'this cluster has no scheduler driver' });
    return false;
  }
  const key = keyOf(host, target, step);
  const why = host.parts.plan.change.name;
  while (host.alive(target, turn)) {
    const deadline = host.now() + host.parts.pace.callTimeoutMs;
    const reserved = await scheduler.act({ role: 'scheduler', do: 'reserve', run: host.run }, host.name(target), key, deadline);
    const drained =
      reserved.outcome === 'done' || reserved.outcome === 'accepted'
        ? await scheduler.act({ role: 'scheduler', do: 'drain', run: host.run, why }, host.name(target), key, deadline)
        : reserved;
    const held = drained.outcome === 'done' || drained.outcome === 'accepted' ? await holdInAllocator(host, target, key, why) : drained;
    if (held.outcome === 'done' || held.outcome === 'accepted') return host.alive(target, turn);
    host.waitingFor[target] =
      `${held === drained ? 'the scheduler to take the drain' : 'the allocator to take the hold'}: ${wordsOf(held)}`;
    if (!(await lookAtScheduler(host, target, step, turn))) return false;
    await host.tick(host.parts.pace.pollMs);
  }
  return false;
}

/** Nothing new is placed on it; without an allocator there is nobody to ask. */
async function holdInAllocator(host: RunHost, target: number, key: string, why: string): Promise<Result> {
  const allocator = host.caller(target, 'allocator');
  if (!allocator) return { target: host.name(target), outcome: 'done', evidence: {} };
  const deadline = host.now() + host.parts.pace.callTimeoutMs;
  return allocator.act({ role: 'allocator', do: 'hold', run: host.run, why }, host.name(target), `${key}/hold`, deadline);
}

/** State and Reason are read before the drain; a foreign drain ends the attempt there. */
function lookAtScheduler(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<Seen | null> {
  const guard = (seen: Seen): GuardVerdict => guardDrain(seen);
  return guarded(host, target, step, turn, guard);
}
