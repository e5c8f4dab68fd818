// Alerts are silent for exactly the targets in work: from before the first act until the return, extended while it lasts.
import { foldNames } from '../core/fleet/nodeset.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG, stageCode } from '../core/run/states.ts';
import type { RunHost } from './host.ts';
import { wordsOf } from './words.ts';

/** A silence outlives a server that died by no more than this. */
const SILENT_MS = 20 * 60_000;
/** Ends are rounded up to this, so that many targets share one. */
const GRAIN_MS = 5 * 60_000;

const OUT: ReadonlySet<number> = new Set((['returned', 'settled', 'skipped'] as const).map(stageCode));

/** By target: until when it is silent, as far as this process knows. */
const KNOWN = new WeakMap<RunHost, Map<number, number>>();

/** Before an act: adds the target, unless it is silent for long enough. A system that refuses holds no maintenance up; the keeper asks again. */
export async function silence(host: RunHost, target: number): Promise<string | null> {
  const caller = host.caller(target, 'alerts');
  const known = knownOf(host);
  const now = host.now();
  if (!caller || (known.get(target) ?? 0) >= now + SILENT_MS / 2) return null;
  const until = Math.ceil((now + SILENT_MS) / GRAIN_MS) * GRAIN_MS;
  const why = host.parts.plan.change.name;
  const act = { role: 'alerts', do: 'silence', run: host.run, until, why } as const;
  const result = await caller.act(act, host.name(target), `${host.run}/silence`, now + host.parts.pace.callTimeoutMs);
  if (result.outcome !== 'done' && result.outcome !== 'accepted') return wordsOf(result);
  known.set(target, until);
  return null;
}

/**
 * Extends what is in work, lifts what is back, until `over`; then lifts the rest. While the run is `quiet` whoever is left waits for people,
 * and is no longer silent.
 */
export async function keepSilences(host: RunHost, quiet: () => boolean, over: () => boolean): Promise<void> {
  const { program, pace } = host.parts;
  const told = program.targets.map((_, target) => target).filter((target) => host.caller(target, 'alerts') !== null);
  if (told.length === 0) return;
  // A server that died between a return and the end of its silence has left it.
  for (const target of told) if (isOut(host, target) && hasFlag(host.chronicle.state, target, FLAG.baseline)) knownOf(host).set(target, 0);
  let shown = '';
  let trouble = '';
  while (host.stopped === null && !over()) {
    const inWork = quiet() ? [] : told.filter((target) => isInWork(host, target));
    const refused = (await Promise.all(inWork.map((target) => silence(host, target)))).find((why) => why !== null) ?? '';
    await lift(host, (target) => quiet() || isOut(host, target));
    const now = foldNames(inWork.map((target) => host.name(target)));
    if (now !== shown) note(host, now === '' ? 'no alert is silenced any more' : 'alerts silenced', now);
    if (refused !== '' && refused !== trouble) note(host, `alerts could not be silenced, asked again: ${refused}`, now);
    [shown, trouble] = [now, refused];
    await host.tick(pace.pollMs);
  }
  if (host.stopped !== null) return;
  for (const target of told) if (isInWork(host, target)) knownOf(host).set(target, 0);
  await lift(host, () => true);
}

async function lift(host: RunHost, wanted: (target: number) => boolean): Promise<void> {
  const known = knownOf(host);
  const back = [...known.keys()].filter(wanted);
  await Promise.all(
    back.map(async (target) => {
      const until = host.now() + host.parts.pace.callTimeoutMs;
      const act = { role: 'alerts', do: 'unsilence', run: host.run } as const;
      const result = await host.caller(target, 'alerts')?.act(act, host.name(target), `${host.run}/unsilence`, until);
      if (result?.outcome === 'done' || result?.outcome === 'accepted') known.delete(target);
    }),
  );
}

/** Entered the work and is not back. */
function isInWork(host: RunHost, target: number): boolean {
  return hasFlag(host.chronicle.state, target, FLAG.drained) && !isOut(host, target);
}

function isOut(host: RunHost, target: number): boolean {
  return OUT.has(host.chronicle.state.stage[target] as number);
}

function knownOf(host: RunHost): Map<number, number> {
  const known = KNOWN.get(host) ?? new Map<number, number>();
  KNOWN.set(host, known);
  return known;
}

function note(host: RunHost, why: string, targets: string): void {
  void host.write({ target: -1, kind: 'act', note: { why, data: { act: 'silence', targets } } });
}
