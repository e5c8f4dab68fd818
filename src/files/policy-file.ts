// From policy.yaml to the limits in force: every default filled in and said, calendars as intervals of Unix minutes.
import { APPROVED_WORDS } from '../core/change/policy.ts';
import type { ApprovedWord, Blackout, Crew, Gates, Limit, Parts, Policy, Quantity, Window } from '../core/change/policy.ts';
import type { Fleet } from '../core/fleet/model.ts';
import { fold } from '../core/fleet/nodeset.ts';
import { topologyOf } from '../core/fleet/topology.ts';
import type { Topology } from '../core/fleet/topology.ts';
import { assumptionsOf } from './assumptions-policy.ts';
import { mergeIntervals, parseMoment, parseShifts, shiftIntervals } from './calendar.ts';
import type { Interval } from './calendar.ts';
import { parseDocument } from './document.ts';
import type { Path, SourceDocument } from './document.ts';
import { jobsOf } from './jobs-policy.ts';
import { readTargets } from './node-set-text.ts';
import { policySchema } from './policy-schema.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { suggest } from './problem.ts';
import { readText } from './read-text.ts';
import { Problems, readWith, Refusal } from './schema.ts';

/** Unix-minute intervals, sorted, by name: `windows:CLUSTER`, `blackouts`, `crew:NAME`. */
export type Calendars = { readonly [name: string]: readonly (readonly [number, number])[] };

export interface PolicyInForce {
  readonly policy: Policy;
  /** `policy.gates.returned = 95%`, one for each default in force. */
  readonly defaults: readonly string[];
  readonly calendars: Calendars;
}

/** The policy of the file, or all defaults when there is none. `nowMs` tells which windows are past. Throws BadInputError. */
export function readPolicy(file: string | null, fleet: Fleet, nowMs = Date.now()): PolicyInForce {
  return file === null ? parsePolicy('{}', 'no policy file', fleet, nowMs) : parsePolicy(readText(file), file, fleet, nowMs);
}

export function parsePolicy(text: string, file: string, fleet: Fleet, nowMs = Date.now()): PolicyInForce {
  const document = parseDocument(text, file);
  // A file with nothing but comments in it is a policy of defaults.
  return policyOf(document.value === null ? parseDocument('{}', file) : document, fleet, nowMs);
}

/** The policy that a parsed document writes down. Throws BadInputError. */
export function policyOf(document: SourceDocument, fleet: Fleet, nowMs: number): PolicyInForce {
  const written = readWith(policySchema, document);
  const problems = new Problems(document);
  const reading: Reading = { written, fleet, topology: topologyOf(fleet), problems, defaults: [], nowMin: Math.floor(nowMs / 60_000) };
  const assume = assumptionsOf(written.assume, reading.defaults);
  const policy: Policy = {
    windows: windowsOf(reading),
    atWindowEnd: or(reading, 'atWindowEnd', written.atWindowEnd, 'finish-started'),
    northStarMs: or(reading, 'northStar', written.northStar, null, 'none'),
    atOnce: atOnceOf(reading),
    unavailableAtMost: quantityOr(reading, 'unavailableAtMost', written.unavailableAtMost, usualShare(fleet)),
    limits: limitsOf(reading),
    overlap: written.overlap ?? [],
    redundant: or(reading, 'redundant', written.redundant, false, 'false'),
    leases: or(reading, 'leases', written.leases, [], 'none'),
    canary: canaryOf(reading),
    gates: gatesOf(reading),
    jobs: jobsOf(written.jobs ?? {}, problems, reading.defaults),
    crew: crewOf(reading),
    parts: partsOf(reading),
    validation: or(reading, 'validation.mode', written.validation?.mode, 'all'),
    blackouts: blackoutsOf(reading),
    ...(assume && { assume }),
    ...approvalOf(reading),
  };
  problems.done();
  return { policy, defaults: reading.defaults, calendars: calendarsOf(policy) };
}

interface Reading {
  readonly written: WrittenPolicy;
  readonly fleet: Fleet;
  readonly topology: Topology;
  readonly problems: Problems;
  readonly defaults: string[];
  readonly nowMin: number;
}

/** The written value, or the default, which then is noted. */
function or<T, D>({ defaults }: Reading, key: string, written: T | undefined, fallback: D, shown = String(fallback)): T | D {
  if (written !== undefined) return written;
  defaults.push(`policy.${key} = ${shown}`);
  return fallback;
}

function quantityOr(reading: Reading, key: string, written: Quantity | undefined, percent: number): Quantity {
  return or(reading, key, written, { kind: 'share', share: percent / 100 } as const, `${percent}%`);
}

/** Training clusters are drained whole; an inference cluster serves on, so by default a tenth of it goes at a time. */
function usualShare(fleet: Fleet): number {
  return fleet.clusters.some(({ workload }) => workload === 'inference') ? 10 : 100;
}

function atOnceOf(reading: Reading): Policy['atOnce'] {
  const written = reading.written.atOnce;
  return {
    clusters: or(reading, 'atOnce.clusters', written?.clusters, null, 'no limit'),
    nodes: quantityOr(reading, 'atOnce.nodes', written?.nodes, usualShare(reading.fleet)),
    perRack: quantityOr(reading, 'atOnce.perRack', written?.perRack, 100),
    perUnit: quantityOr(reading, 'atOnce.perUnit', written?.perUnit, 100),
  };
}

function gatesOf(reading: Reading): Gates {
  const gates = reading.written.gates;
  return {
    failureRate: or(reading, 'gates.failureRate', gates?.failureRate, 0.05, '5%'),
    returned: quantityOr(reading, 'gates.returned', gates?.returned, 95),
    per: or(reading, 'gates.per', gates?.per, ['cluster', 'customer'] as const, '[cluster, customer]'),
    countIn: or(reading, 'gates.countIn', gates?.countIn, 'node'),
    soakMs: or(reading, 'gates.soak', gates?.soak, 15 * 60_000, '15m'),
    timeoutMs: or(reading, 'gates.timeout', gates?.timeout, 30 * 60_000, '30m'),
    ...(gates?.linkSoak === undefined ? {} : { linkSoakMs: gates.linkSoak }),
  };
}

function canaryOf(reading: Reading): Policy['canary'] {
  const { canary } = reading.written;
  if (canary === undefined) {
    reading.defaults.push('policy.canary = one node when there are more than eight');
    return null;
  }
  const written = typeof canary === 'string' ? canary : canary.targets;
  const path = typeof canary === 'string' ? ['canary'] : ['canary', 'targets'];
  const failed = or(reading, 'canary.gate.failed', typeof canary === 'string' ? undefined : canary.gate?.failed, 0);
  const set = readTargets(written, path, reading.problems, reading.topology);
  return set && { targets: fold(set), failed };
}

/** One person is what is in force without a word of it, and then nothing stands in the plan. */
function approvalOf(reading: Reading): Pick<Policy, 'approval'> {
  const written = reading.written.approval;
  if (written?.people !== 2) {
    if (written?.of !== undefined)
      reading.problems.add(
        ['approval', 'of'],
        new Refusal('says who needs two people while one is enough', 'write people: 2, or leave it out'),
      );
    return {};
  }
  const of = or<readonly ApprovedWord[], readonly ApprovedWord[]>(
    reading,
    'approval.of',
    written.of,
    ['confirm', 'approve'],
    '[confirm, approve]',
  );
  return { approval: { people: 2, of: APPROVED_WORDS.filter((word) => of.includes(word)) } };
}

function windowsOf(reading: Reading): Window[] {
  const { windows } = reading.written;
  if (windows === undefined || windows.length === 0) reading.defaults.push('policy.windows = whenever run is called');
  return (windows ?? []).flatMap((window, i) => {
    const path = ['windows', i];
    knownCluster(reading, window.cluster, [...path, 'cluster']);
    const start = moment(reading, window.start, [...path, 'start']);
    if (!start) return [];
    if (start.kind === 'time' && window.for === undefined) {
      reading.problems.add([...path, 'start'], new Refusal('a window without an end', 'say how long it is, such as for: 8h'));
    }
    const fromMin = start.kind === 'time' ? start.atMin : start.fromMin;
    const lengthMin = window.for === undefined ? null : Math.floor(window.for / 60_000);
    const toMin = lengthMin === null ? (start.kind === 'day' ? start.toMin : fromMin) : fromMin + lengthMin;
    if (lengthMin === 0) reading.problems.add([...path, 'for'], new Refusal('an empty window', 'give it at least a minute'));
    else if (toMin <= reading.nowMin)
      reading.problems.add([...path, 'start'], new Refusal('the window is past', 'agree a window that lies ahead'));
    return [{ cluster: window.cluster, fromMin, toMin }];
  });
}

function blackoutsOf(reading: Reading): Blackout[] {
  return (reading.written.blackouts ?? []).flatMap((blackout, i) => {
    const from = moment(reading, blackout.from, ['blackouts', i, 'from']);
    const to = moment(reading, blackout.to, ['blackouts', i, 'to']);
    if (!from || !to) return [];
    const fromMin = from.kind === 'time' ? from.atMin : from.fromMin;
    // A last day belongs to the blackout whole.
    const toMin = to.kind === 'time' ? to.atMin : to.toMin;
    if (toMin <= fromMin) reading.problems.add(['blackouts', i, 'to'], new Refusal('ends before it begins', 'swap from and to'));
    return [{ fromMin, toMin, why: blackout.why ?? '' }];
  });
}

function limitsOf(reading: Reading): Policy['limits'] {
  const limits: Record<string, Limit> = {};
  for (const [name, written] of Object.entries(reading.written.limits ?? {})) {
    const { count, per, owner, why, until, ...origin } = typeof written === 'number' ? { count: written } : written;
    limits[name] = { count, per: per ?? 'fleet', owner: owner ?? null, why: why ?? null, until: until ?? null, ...origin };
    if (per === undefined) reading.defaults.push(`policy.limits.${name}.per = fleet`);
    checkDates(reading, name, origin.since, until);
  }
  return limits;
}

function checkDates(reading: Reading, name: string, since: string | undefined, until: string | undefined): void {
  const from = since === undefined ? null : moment(reading, since, ['limits', name, 'since']);
  const to = until === undefined ? null : moment(reading, until, ['limits', name, 'until']);
  if (!from || !to) return;
  const [sinceMin, untilMin] = [from.kind === 'time' ? from.atMin : from.fromMin, to.kind === 'time' ? to.atMin : to.toMin];
  if (untilMin <= sinceMin)
    reading.problems.add(
      ['limits', name, 'until'],
      new Refusal('lies before since', 'since: of when the number is; until: mended by then'),
    );
}

function crewOf(reading: Reading): Policy['crew'] {
  const crews: Record<string, Crew> = {};
  for (const [name, { count, shifts, timezone }] of Object.entries(reading.written.crew ?? {})) {
    const parsed = shifts === undefined ? null : parseShifts(shifts);
    if (parsed instanceof Refusal) reading.problems.add(['crew', name, 'shifts'], parsed);
    const { fleet } = reading;
    crews[name] = {
      count,
      shifts: or(reading, `crew.${name}.shifts`, shifts, null, 'always'),
      timezone: or(reading, `crew.${name}.timezone`, timezone, fleet.timezone),
    };
  }
  return crews;
}

function partsOf(reading: Reading): Policy['parts'] {
  const parts: Record<string, Parts> = {};
  for (const [name, { onSite, arriving = [] }] of Object.entries(reading.written.parts ?? {})) {
    const times = arriving.flatMap(({ count, at }, i) => {
      const time = moment(reading, at, ['parts', name, 'arriving', i, 'at']);
      return time ? [{ count, atMin: time.kind === 'time' ? time.atMin : time.fromMin }] : [];
    });
    parts[name] = { onSite, arriving: times };
  }
  return parts;
}

function moment(reading: Reading, written: string, path: Path) {
  const found = parseMoment(written, reading.fleet.timezone);
  if (!(found instanceof Refusal)) return found;
  reading.problems.add(path, found);
  return null;
}

function knownCluster({ fleet, problems }: Reading, cluster: string, path: Path): void {
  const known = fleet.clusters.map(({ name }) => name);
  if (!known.includes(cluster)) problems.add(path, new Refusal('is no cluster of the fleet', suggest(cluster, known)));
}

/** Mop-up can outlast the last window by this much; crews are wanted until then. */
const CREW_DAYS_AFTER = 30;

function calendarsOf(policy: Policy): Calendars {
  const calendars: Record<string, readonly (readonly [number, number])[]> = {};
  for (const cluster of new Set(policy.windows.map((window) => window.cluster))) {
    calendars[`windows:${cluster}`] = pairs(policy.windows.filter((window) => window.cluster === cluster));
  }
  if (policy.blackouts.length > 0) calendars['blackouts'] = pairs(policy.blackouts);
  if (policy.windows.length === 0) return calendars;
  const fromMin = Math.min(...policy.windows.map((window) => window.fromMin));
  const toMin = Math.max(...policy.windows.map((window) => window.toMin)) + CREW_DAYS_AFTER * 1_440;
  for (const [name, { shifts, timezone }] of Object.entries(policy.crew)) {
    if (shifts !== null) calendars[`crew:${name}`] = pairs(shiftIntervals(shifts, timezone, fromMin, toMin));
  }
  return calendars;
}

function pairs(intervals: readonly Interval[]): [number, number][] {
  return mergeIntervals(intervals).map(({ fromMin, toMin }) => [fromMin, toMin]);
}
