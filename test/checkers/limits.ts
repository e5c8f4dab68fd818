// No limit is exceeded: how many targets act at once, are out of service, or use the same server, recomputed from what was felt.
import { must } from '../../src/std/assert.ts';
import { isDrainStep, isReturnStep, type Evidence, type Violation } from './evidence.ts';

interface Span {
  readonly target: number;
  readonly from: number;
  readonly to: number;
}

export function checkLimits(evidence: Evidence): Violation[] {
  const { program } = evidence;
  const spans = new Map<number, Span[]>();
  const use = (limits: readonly number[], span: Span): void => {
    for (const limit of limits) {
      const counter = must(program.limits[limit], `limit ${limit}`).counterOf[span.target] as number;
      if (counter < 0) continue;
      const list = spans.get(counter) ?? [];
      spans.set(counter, list);
      list.push(span);
    }
  };
  for (const target of program.targets.keys()) {
    for (const out of outOfService(evidence, target)) {
      use(program.unavailableLimits, out);
      const acts = { ...out, to: Math.min(out.to, leftHappyPathAt(evidence, target, out)) };
      for (const span of withoutAsides(evidence, acts)) use(program.actingLimits, span);
    }
    useOfSteps(evidence, target, use);
  }
  return [...spans].flatMap(([counter, list]) => sweep(evidence, counter, list));
}

/** From our first drain until we undrain, whoever may have cleared the drain in between. */
function outOfService(evidence: Evidence, target: number): Span[] {
  const spans: Span[] = [];
  let from: number | null = null;
  for (const { at, out } of evidence.input.history.feelsScheduler ? feltDrains(evidence, target) : journalledDrains(evidence, target)) {
    if (out) from ??= at;
    else if (from !== null) {
      spans.push({ target, from, to: at });
      from = null;
    }
  }
  if (from !== null) spans.push({ target, from, to: Number.POSITIVE_INFINITY });
  return spans;
}

function feltDrains(evidence: Evidence, target: number): { at: number; out: boolean }[] {
  const ours = evidence.eventsOf(must(evidence.program.targets[target], 'target')).filter(({ actor }) => actor === 'pitstop');
  // A drain that somebody else had lifted needs no undrain of ours: leaving the reservation ends it then.
  return ours.filter(({ what }) => ['drain', 'undrain', 'unreserve'].includes(what)).map(({ at, what }) => ({ at, out: what === 'drain' }));
}

/** Where drains are not felt: from the intent of the drain until the return is done. */
function journalledDrains(evidence: Evidence, target: number): { at: number; out: boolean }[] {
  return evidence.entriesOf(target).flatMap(({ at, kind, step }): { at: number; out: boolean }[] => {
    if (kind === 'intent' && isDrainStep(evidence.step(step))) return [{ at, out: true }];
    return kind === 'done' && isReturnStep(evidence.step(step)) ? [{ at, out: false }] : [];
  });
}

/**
 * A straggler gives its place among those at once back: its last attempt failed or its time was up. It has none either when it is drained
 * again on its way through the mop-up, as after a reboot of its own that cleared our drain.
 */
function leftHappyPathAt(evidence: Evidence, target: number, span: Span): number {
  let failures = 0;
  let isOff = false;
  for (const { at, kind, step } of evidence.entriesOf(target)) {
    if (isOff && at > span.from) return span.from;
    if (kind === 'done' || kind === 'retry' || kind === 'fixed' || kind === 'recall') failures = 0;
    if (kind === 'retry' || kind === 'fixed' || kind === 'recall' || (kind === 'done' && isReturnStep(evidence.step(step)))) isOff = false;
    if (kind === 'failed') failures++;
    const gone = kind === 'expired' || kind === 'soak-failed' || (kind === 'failed' && failures >= (evidence.step(step)?.attempts ?? 1));
    if (gone && at >= span.from) return at;
    if (gone) isOff = true;
  }
  return isOff ? span.from : Number.POSITIVE_INFINITY;
}

/** Who is held by the plan before a step gives its place among those at once back until it acts again; its return is no act. */
function withoutAsides(evidence: Evidence, span: Span): Span[] {
  const { program } = evidence;
  const holds = program.waves[program.waveOf[span.target] as number]?.holds ?? [];
  if (holds.length === 0) return [span];
  const before = new Set(holds.map(({ step }) => step - 1));
  const spans: Span[] = [];
  let from: number | null = span.from;
  for (const { at, kind, step } of evidence.entriesOf(span.target)) {
    if (at < span.from || at > span.to) continue;
    if (kind === 'done' && before.has(step) && from !== null) {
      spans.push({ ...span, from, to: at });
      from = null;
    } else if (kind === 'intent' && !isReturnStep(evidence.step(step))) from ??= at;
  }
  return from === null ? spans : [...spans, { ...span, from }];
}

/** Steps that hold limits: from the command, or the reboot, as long as it lasts and the run waits for it. */
function useOfSteps(evidence: Evidence, target: number, use: (limits: readonly number[], span: Span) => void): void {
  const events = evidence.eventsOf(must(evidence.program.targets[target], 'target'));
  for (const [index, event] of events.entries()) {
    if (event.actor !== 'pitstop') continue;
    const reboots = event.what === 'reboot';
    if (!reboots && event.tookMs === 0) continue;
    const step = evidence.stepBehind(target, event);
    if (!step || step.limits.length === 0) continue;
    const stop = events.slice(index + 1).find(({ what }) => what === 'dead' || what === (reboots ? 'booted' : 'down'))?.at;
    const ended = evidence
      .entriesOf(target)
      .find((entry) => entry.step === step.id && entry.at >= event.at && ['done', 'failed', 'expired', 'foreign'].includes(entry.kind))?.at;
    const lasts = reboots ? Number.POSITIVE_INFINITY : event.at + event.tookMs;
    use(step.limits, { target, from: event.at, to: Math.min(lasts, stop ?? lasts, ended ?? lasts) });
  }
}

/** What ends at a moment makes room for what begins at it. */
function sweep(evidence: Evidence, counter: number, spans: readonly Span[]): Violation[] {
  const capacity = evidence.program.capacity[counter] as number;
  const changes = spans.flatMap(({ target, from, to }) => [
    { at: from, by: 1, target },
    { at: to, by: -1, target },
  ]);
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let inUse = 0;
  for (const { at, by, target } of changes) {
    inUse += by;
    if (by > 0 && inUse > capacity) {
      const message = `${nameOf(evidence, counter, target)}: ${inUse} at once, ${capacity} allowed`;
      return [{ rule: 'limit', target: must(evidence.program.targets[target], 'target'), at, message }];
    }
  }
  return [];
}

function nameOf(evidence: Evidence, counter: number, target: number): string {
  return evidence.program.limits.find(({ counterOf }) => counterOf[target] === counter)?.name ?? `counter ${counter}`;
}
