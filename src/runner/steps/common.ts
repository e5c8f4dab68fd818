// What the step bodies share: the deadline of an attempt, the key of an act, the intent before it, and the ending.
import type { Seen } from '../../core/run/guard.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { EntryNote, FabricFacts } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import type { RunHost } from '../host.ts';
import { silence } from '../silence.ts';

/**
 * Names the act in journals and to drivers: a start after a crash has the same key, every later start another one. Nodes remember
 * keys for weeks, and run names are unique within one journal only, so the moment of the run's creation is part of it.
 */
export function keyOf(host: RunHost, target: number, step: ProgramStep): string {
  return `${host.run}@${host.parts.header.createdAt.toString(36)}/${step.name}/${host.chronicle.state.starts[target] as number}`;
}

/** Unix ms at which the attempt's time is up; it began when the machine started it, also across a crash. */
export function deadlineOf(host: RunHost, target: number, step: ProgramStep): number {
  const since = host.chronicle.stepSince[target] as number;
  return step.timeoutMs === null ? Number.POSITIVE_INFINITY : since + step.timeoutMs;
}

/** Ends the attempt, if it is still ours to end. */
export function end(host: RunHost, target: number, turn: number, how: 'done' | 'failed' | 'expired' | 'foreign', note: EntryNote): void {
  if (host.alive(target, turn)) host.feed(target, how, note);
}

export function timeIsUp(host: RunHost, target: number, step: ProgramStep, turn: number, waitedFor: string): boolean {
  if (host.now() < deadlineOf(host, target, step)) return false;
  end(host, target, turn, 'expired', { why: `${step.name} took longer than allowed: waiting for ${waitedFor}` });
  return true;
}

/** What the fabric shows of it, in a sweep of now; null: nobody answered, or there is no such driver. */
export async function lookAtFabric(host: RunHost, target: number): Promise<FabricFacts | null> {
  const { facts } = await host.look(target, 'fabric');
  return facts?.role === 'fabric' ? facts : null;
}

/** What the guard saw, as it stands in the intent: states and counts, nothing long. */
export function seenData(seen: Seen): JsonObject {
  return {
    state: seen.scheduler?.state ?? null,
    jobs: seen.scheduler?.jobs.length ?? null,
    work: seen.shell?.work?.length ?? null,
    bootId: seen.shell?.bootId ?? null,
  };
}

/** Journals what is about to be done, with alerts silent before; the act may begin only when this has resolved and the attempt is still alive. */
export async function intend(host: RunHost, target: number, step: ProgramStep, turn: number, data: JsonObject): Promise<boolean> {
  const attempt = host.chronicle.state.attempt[target] as number;
  await silence(host, target);
  if (!host.alive(target, turn)) return false;
  await host.write({ target, kind: 'intent', step: step.id, attempt, note: { data } });
  return host.alive(target, turn);
}
