// Checks of several nodes: pairs, all of a unit rail by rail, all of a cluster. Whoever is there meets; nobody waits for who is not on the way.
// When a group fails, smaller ones tell which of its nodes it was.
import type { Check } from '../../core/change/procedure.ts';
import { fillGroup } from '../../core/change/placeholders.ts';
import { foldNames } from '../../core/fleet/nodeset.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { stageCode } from '../../core/run/states.ts';
import type { RunHost } from '../host.ts';
import { verdictOf, type CheckVerdict } from './check-verdict.ts';
import { deadlineOf, keyOf, timeIsUp } from './common.ts';
import { commandOf } from './run.ts';

interface Attendee {
  readonly target: number;
  readonly turn: number;
  /** Unix ms. */
  readonly since: number;
  verdict: CheckVerdict | null;
  /** Its group is at work. */
  busy: boolean;
  /** Was in a group that failed, and waits for somebody who passes. */
  suspect: boolean;
}

type Meeting = Map<number, Attendee>;

const RUNNING = stageCode('running');
const MEETINGS = new WeakMap<RunHost, Map<string, Meeting>>();

/** null: the attempt ended meanwhile. */
export async function checkTogether(
  host: RunHost,
  target: number,
  step: ProgramStep,
  check: Check,
  turn: number,
): Promise<CheckVerdict | null> {
  const meeting = meetingOf(host, `${step.id}/${check.name}/${scopeOf(host, target, check)}`);
  const self: Attendee = { target, turn, since: host.now(), verdict: null, busy: false, suspect: false };
  meeting.set(target, self);
  try {
    while (host.alive(target, turn)) {
      if (self.verdict) return self.verdict;
      if (!self.busy && convenes(host, meeting, self, step, check)) await meet(host, meeting, step, check);
      if (self.verdict) return self.verdict;
      host.waitingFor[target] = `check ${check.name} with others`;
      if (timeIsUp(host, target, step, turn, `check ${check.name} with others`)) return null;
      await host.tick(host.parts.pace.nodePollMs);
    }
    return null;
  } finally {
    if (meeting.get(target) === self) meeting.delete(target);
  }
}

function meetingOf(host: RunHost, key: string): Meeting {
  const meetings = MEETINGS.get(host) ?? new Map<string, Meeting>();
  MEETINGS.set(host, meetings);
  const meeting = meetings.get(key) ?? new Map<number, Attendee>();
  meetings.set(key, meeting);
  return meeting;
}

function scopeOf(host: RunHost, target: number, check: Check): string {
  const cluster = String(host.parts.program.clusterOf[target]);
  if (check.nodes !== 'rail') return cluster;
  return `${cluster}/${topologyOf(host.parts.plan.fleet.document).groupsOf(host.name(target)).unit ?? ''}`;
}

/** The first who waits calls the others in, once nobody else is on the way, or half of its time is up. */
function convenes(host: RunHost, meeting: Meeting, self: Attendee, step: ProgramStep, check: Check): boolean {
  const free = [...meeting.values()].filter(({ busy }) => !busy);
  if (Math.min(...free.map(({ target }) => target)) !== self.target) return false;
  const fresh = free.filter(({ suspect }) => !suspect).length;
  const coming = comers(host, self.target, step, check, meeting);
  // Those who were cleared together come within one look of each other.
  const quietMs = host.now() - Math.max(...free.map(({ since }) => since));
  if (coming === 0) return quietMs >= host.parts.pace.pollMs;
  // Whoever would be left over is waited for: alone it could not be checked.
  if (typeof check.nodes === 'number' && fresh >= check.nodes && fresh % check.nodes === 0 && coming >= check.nodes) return true;
  const patience =
    step.timeoutMs === null ? Number.POSITIVE_INFINITY : (host.chronicle.stepSince[self.target] as number) + step.timeoutMs / 2;
  return host.now() >= patience;
}

/** Drained and at work on an earlier step of the same chain; whoever still carries jobs, or waits for people, is not waited for. */
function comers(host: RunHost, target: number, step: ProgramStep, check: Check, meeting: Meeting): number {
  const { program } = host.parts;
  const { state } = host.chronicle;
  const scope = scopeOf(host, target, check);
  const drain = program.chains[step.chain]?.drain ?? -1;
  return program.targets.filter((_, other) => {
    if (state.stage[other] !== RUNNING || program.chainOf[other] !== step.chain || meeting.has(other)) return false;
    const at = state.step[other] as number;
    return at > drain && at <= step.id && scopeOf(host, other, check) === scope;
  }).length;
}

async function meet(host: RunHost, meeting: Meeting, step: ProgramStep, check: Check): Promise<void> {
  const there = [...meeting.values()].filter(({ busy }) => !busy).sort((a, b) => a.target - b.target);
  for (const attendee of there) attendee.busy = true;
  const ids = there.map(({ target }) => target);
  const verdicts =
    typeof check.nodes === 'number' ? await inGroups(host, there, check.nodes, step, check) : await allTogether(host, ids, step, check);
  const nobodyPassed = typeof check.nodes === 'number' && ![...verdicts.values()].some((verdict) => verdict.ok && verdict !== ALONE);
  const others = nobodyPassed && there.some(({ target }) => comers(host, target, step, check, meeting) > 0);
  for (const attendee of there) {
    const verdict = verdicts.get(attendee.target) ?? null;
    // Which of them it is, somebody who comes later can tell.
    attendee.suspect = others && verdict?.ok === false;
    attendee.verdict = attendee.suspect ? null : verdict;
    attendee.busy = false;
  }
}

/** Groups of that size; the nodes of one that failed are tried again, each with nodes that passed. */
async function inGroups(
  host: RunHost,
  there: readonly Attendee[],
  size: number,
  step: ProgramStep,
  check: Check,
): Promise<Map<number, CheckVerdict>> {
  const fresh = there.filter(({ suspect }) => !suspect).map(({ target }) => target);
  const suspects = there.filter(({ suspect }) => suspect).map(({ target }) => target);
  const verdicts = new Map<number, CheckVerdict>(suspects.map((target) => [target, SUSPECT]));
  const groups = Array.from({ length: Math.ceil(fresh.length / size) }, (_, i) => fresh.slice(i * size, (i + 1) * size));
  await Promise.all(
    groups.map(async (few) => {
      // Who would be left over is checked with those that wait for somebody.
      const group = [...few, ...suspects.slice(0, size - few.length)];
      const verdict = group.length === 1 ? ALONE : await runOn(host, group, step, check);
      for (const target of group) verdicts.set(target, verdict);
    }),
  );
  const good = [...verdicts].flatMap(([target, verdict]) => (verdict.ok && verdict !== ALONE ? [target] : []));
  for (const [suspect, verdict] of Array.from(verdicts)) {
    const partners = good.slice(0, size - 1);
    if ((verdict.ok && verdict !== ALONE) || partners.length < size - 1) continue;
    verdicts.set(suspect, await runOn(host, [suspect, ...partners], step, check));
  }
  return verdicts;
}

/** Half by half when all together fail, down to the two that it must be. */
async function allTogether(host: RunHost, ids: readonly number[], step: ProgramStep, check: Check): Promise<Map<number, CheckVerdict>> {
  if (ids.length < 2) return new Map(ids.map((target) => [target, ALONE]));
  const whole = await runOn(host, ids, step, check);
  if (whole.ok || ids.length <= 2) return new Map(ids.map((target) => [target, whole]));
  const middle = Math.ceil(ids.length / 2);
  const halves = [await allTogether(host, ids.slice(0, middle), step, check), await allTogether(host, ids.slice(middle), step, check)];
  const verdicts = new Map(halves.flatMap((half) => [...half]));
  if ([...verdicts.values()].some(({ ok }) => !ok)) return verdicts;
  const why = `${whole.why} (each half of ${fold(host, ids)} passes by itself: look at what joins them, not at a node)`;
  return new Map(ids.map((target) => [target, { ...whole, why }]));
}

const ALONE: CheckVerdict = { ok: true, why: 'nobody else was there to check it with', figures: {} };

const SUSPECT: CheckVerdict = { ok: false, why: 'failed with others, and nobody came to tell which of them it was', figures: {} };

/** Once, or once for each rail, on the first of the nodes; the worst of the rails counts. */
async function runOn(host: RunHost, group: readonly number[], step: ProgramStep, check: Check): Promise<CheckVerdict> {
  const [lead = -1] = group;
  const rails = check.nodes === 'rail' ? Array.from({ length: railsOf(host, lead) }, (_, i) => i + 1) : [null];
  const names = group.map((target) => host.name(target));
  let figures: CheckVerdict['figures'] = {};
  for (const rail of rails) {
    const verdict = await runOnce(host, lead, fillGroup(check.run, names, rail), `${check.name}/${names.length}/${rail ?? 0}`, step, check);
    figures = { ...figures, ...(rail === null ? verdict.figures : { [`rail ${rail}`]: verdict.figures }) };
    const where = `${fold(host, group)}${rail === null ? '' : `, rail ${rail}`}`;
    if (!verdict.ok) return { ok: false, why: `${where}: ${verdict.why}`, figures };
  }
  return { ok: true, why: '', figures: { with: fold(host, group), ...figures } };
}

async function runOnce(
  host: RunHost,
  lead: number,
  argv: readonly string[],
  name: string,
  step: ProgramStep,
  check: Check,
): Promise<CheckVerdict> {
  const caller = host.caller(lead, step.by);
  const until = deadlineOf(host, lead, step);
  const silent: CheckVerdict = { ok: false, why: `${host.name(lead)} gave no answer in time`, figures: {} };
  if (!caller) return silent;
  while (host.stopped === null && host.now() < until) {
    const result = await caller.act(
      commandOf(host, lead, step.by, argv, false),
      host.name(lead),
      `${keyOf(host, lead, step)}/${name}`,
      until,
    );
    const verdict = verdictOf(check, result);
    if (verdict !== null) return verdict;
    await host.tick(host.parts.pace.nodePollMs);
  }
  return silent;
}

/** As many as the node has links to leaves; one where nobody wrote down its links. */
function railsOf(host: RunHost, target: number): number {
  return Math.max(1, topologyOf(host.parts.plan.fleet.document).leavesOf(host.name(target)).length);
}

function fold(host: RunHost, targets: readonly number[]): string {
  return foldNames(targets.map((target) => host.name(target)));
}
