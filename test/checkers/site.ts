// What outside checkers say of a run on a bound testbed: switches, adapters, movers, alerts and power, by what was felt and by the journal.
import type { StoredEntry } from '../../src/core/ports.ts';
import type { Program } from '../../src/core/run/program.ts';
import type { FeltRecord } from '../../testbed/felt.ts';
import { isDrainStep, isReturnStep, type Violation } from './evidence.ts';

export interface SiteEvidence {
  /** By time, of the run's time alone. */
  readonly felt: readonly FeltRecord[];
  readonly entries: readonly StoredEntry[];
  readonly program: Program;
  /** policy.redundant: a spine may go down over working nodes while another stands in for it. */
  readonly redundant: boolean;
}

/** Longer than Alertmanager needs to take a silence and the sentinel to look again. */
const ALERT_GRACE_MS = 3_000;
/** A mover says what it does, and then the node feels it. */
const MOVER_REACH_MS = 10_000;
/** Between the giving of a lease and the journal's word of it. */
const LEASE_END_MS = 2_000;

/** Every violation of every rule, by time; none = the run kept them all. */
export function checkSite(evidence: SiteEvidence): Violation[] {
  const checkers = [checkSwitches, checkAdapters, checkMovers, checkAlerts, checkPower];
  return checkers.flatMap((check) => check(evidence)).sort((a, b) => a.at - b.at);
}

/** No switch goes down by our hand while a node behind it carries work. */
function checkSwitches({ felt, redundant }: SiteEvidence): Violation[] {
  const jobs = new JobsOnNodes();
  return felt.flatMap((event): Violation[] => {
    jobs.feel(event);
    if (event.what !== 'switch-down' || event.by !== 'fabric') return [];
    if (redundant && namesOf(event.stranded).length === 0) return [];
    const busy = namesOf(event.nodes).filter((node) => jobs.on(node).length > 0);
    const counted = event.work ?? 0;
    if (busy.length === 0 && counted === 0) return [];
    const who = busy.map((node) => `${node} (jobs ${jobs.on(node).join(', ')})`).join(', ');
    return [tell('switch-on-work', event, `went down over work: ${[who, `${counted} processes counted`].filter(Boolean).join('; ')}`)];
  });
}

/** No adapter is reset while a switch of its node is down, whoever took that down. */
function checkAdapters({ felt }: SiteEvidence): Violation[] {
  const down = new Map<string, readonly string[]>();
  return felt.flatMap((event): Violation[] => {
    if (event.what === 'switch-down') down.set(event.node, namesOf(event.nodes));
    if (event.what === 'switch-up') down.delete(event.node);
    if (event.what !== 'hca-reset') return [];
    const under = [...down].filter(([, nodes]) => nodes.includes(event.node)).map(([name]) => name);
    return under.length === 0 ? [] : [tell('reset-under-switch', event, `its adapters were reset while ${under.join(', ')} was down`)];
  });
}

/** A mover does nothing to a node in work while the run holds its lease. */
function checkMovers({ felt, entries, program }: SiteEvidence): Violation[] {
  const work = workOf(entries, program, 'intent');
  const leases = leasesOf(entries);
  return felt
    .filter(({ what }) => what === 'mover')
    .flatMap((event): Violation[] => {
      const leased = (leases.get(event.by ?? '') ?? []).some((span) => covers(span, event.at));
      const inWork = (work.get(event.node) ?? []).some((span) => covers(span, event.at));
      return leased && inWork ? [tell('mover', event, `${event.by} moved it while it was in work and leased`)] : [];
    });
}

/** No alert of a drained node stays unsilenced; the moment in which an alert is judged is none. */
function checkAlerts({ felt, entries, program }: SiteEvidence): Violation[] {
  const work = workOf(entries, program, 'done');
  const alerts = Map.groupBy(
    felt.filter(({ what }) => what === 'alert' || what === 'alert-over'),
    ({ node }) => node,
  );
  return [...alerts].flatMap(([node, events]) =>
    events.flatMap((event, index): Violation[] => {
      if (event.what !== 'alert' || event.suppressed !== false) return [];
      const to = events[index + 1]?.at ?? felt.at(-1)?.at ?? event.at;
      const loudMs = Math.max(0, ...(work.get(node) ?? []).map((span) => Math.min(span.to, to) - Math.max(span.from, event.at)));
      return loudMs > ALERT_GRACE_MS ? [tell('alert', event, `its alert was not silenced for ${loudMs} ms of its work`)] : [];
    }),
  );
}

/** No BMC takes power from a node that carries work, but for a mover's own doing. */
function checkPower({ felt }: SiteEvidence): Violation[] {
  return felt.flatMap((event, index): Violation[] => {
    if (event.what !== 'power-off' || (event.work ?? 0) === 0) return [];
    const isMovers = felt
      .slice(0, index)
      .some(({ what, node, at }) => what === 'mover' && node === event.node && event.at - at < MOVER_REACH_MS);
    return isMovers ? [] : [tell('power-on-work', event, `its power was cut while it counted ${event.work} processes of jobs`)];
  });
}

interface Span {
  readonly from: number;
  to: number;
}

class JobsOnNodes {
  readonly #jobs = new Map<string, Set<number>>();

  feel({ node, what, job }: FeltRecord): void {
    const on = this.#jobs.get(node) ?? new Set();
    this.#jobs.set(node, on);
    if (what === 'job-start' && job !== undefined) on.add(job);
    if ((what === 'job-end' || what === 'job-lost') && job !== undefined) on.delete(job);
    if (what === 'down') on.clear();
  }

  on(node: string): number[] {
    return [...(this.#jobs.get(node) ?? [])];
  }
}

/** By node: from the intent of its drain, or from its end, until it was returned, or the journal ends. */
function workOf(entries: readonly StoredEntry[], program: Program, begins: 'intent' | 'done'): Map<string, Span[]> {
  const work = new Map<string, Span[]>();
  const open = new Map<number, Span>();
  for (const { at, target, kind, step } of entries) {
    const node = program.targets[target];
    const known = program.steps[step] ?? null;
    if (node === undefined) continue;
    if (kind === begins && isDrainStep(known) && !open.has(target)) {
      const span = { from: at, to: Number.POSITIVE_INFINITY };
      open.set(target, span);
      work.set(node, [...(work.get(node) ?? []), span]);
    }
    const span = open.get(target);
    if (!span || kind !== 'done' || !isReturnStep(known)) continue;
    span.to = at;
    open.delete(target);
  }
  for (const span of open.values()) span.to = entries.at(-1)?.at ?? span.from;
  return work;
}

/** By mover: while its lease was seen to hold. */
function leasesOf(entries: readonly StoredEntry[]): Map<string, Span[]> {
  const leases = new Map<string, Span[]>();
  for (const { at, kind, note } of entries) {
    if (kind !== 'lease') continue;
    const named = note?.data?.['mover'];
    const mover = typeof named === 'string' ? named : '';
    const spans = leases.get(mover) ?? [];
    leases.set(mover, spans);
    const last = spans.at(-1);
    const holds = note?.data?.['holds'] === true;
    if (holds && (!last || last.to !== Number.POSITIVE_INFINITY)) spans.push({ from: at, to: Number.POSITIVE_INFINITY });
    // What is given back is given at the latest now; the mover may have moved a moment before this was written.
    if (!holds || note?.data?.['given'] === true) if (last) last.to = Math.min(last.to, at - LEASE_END_MS);
  }
  return leases;
}

const covers = ({ from, to }: Span, at: number): boolean => from <= at && at < to;

function namesOf(list: string | undefined): string[] {
  return (list ?? '').split(',').filter((name) => name !== '');
}

function tell(rule: string, { node, at }: FeltRecord, message: string): Violation {
  return { rule, target: node, at, message };
}
