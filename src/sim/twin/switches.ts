// Switches of the twin that go away and come back, and what that does to the links, jobs and subnet managers behind them.
import { must } from '../../std/assert.ts';
import { drawBy, type DrawnFor } from './draws.ts';
import { nodesAt, nodesBehind, switchAcross, type Fabric, type FabricLink, type TwinSwitch } from './fabric-state.ts';
import { strikes } from './faults.ts';
import { loseJob, namesOf } from './jobs.ts';
import { misbehaves, settle } from './links.ts';
import { managersOnHost } from './managers.ts';
import { durationOf, feel, type TwinJob, type World } from './world.ts';

/** The switch goes away and is back after the returned time; null: it is not back by itself. */
export function reloadSwitch(world: World, fabric: Fabric, one: TwinSwitch, told: number | null, key?: string): number | null {
  goAway(world, fabric, one, key);
  const takes = told ?? durationOf(fabric.config.durations.reload, drawAt(world, one, 'switch'));
  if (strikes(one, 'neverBack')) return null;
  world.agenda.add(takes, 'switch-up', one.id, one.life);
  return takes;
}

/** The reload is over: the new version runs, counters start anew, and some links may not come back. */
export function switchIsBack(world: World, fabric: Fabric, one: TwinSwitch): void {
  one.up = true;
  if (one.next && !strikes(one, 'oldVersion')) one.running = one.next;
  one.next = null;
  feel(world, { what: 'switch-up', node: one.name, actor: 'world', version: Object.values(one.running)[0] ?? '' });
  for (const link of linksOf(fabric, one)) {
    link.errors = 0;
    link.downed = 0;
    const disturbed = fabric.config.disturbs > 0 && drawAt(world, one, 'disturb') < fabric.config.disturbs;
    if (disturbed && link.fault === null) misbehaves(world, fabric, link, 'staysDown');
    else settle(world, fabric, link);
  }
  managersOnHost(world, one.name, true);
}

/** Somebody mended it: no faults, and it is back at once. */
export function repairSwitch(world: World, fabric: Fabric, one: TwinSwitch): void {
  one.faults = null;
  if (one.up) return;
  one.life++;
  switchIsBack(world, fabric, one);
}

/** Jobs that run on nodes behind the switch. */
export function workBehind(world: World, fabric: Fabric, one: TwinSwitch): number {
  return jobsOn(world, nodesBehind(fabric, one)).length;
}

/** A uniform number for this purpose, counted by switch. */
export function drawAt(world: World, one: TwinSwitch, what: DrawnFor): number {
  const attempt = one.draws[what] ?? 0;
  one.draws[what] = attempt + 1;
  // Below zero, so that nodes of the same number draw otherwise.
  return drawBy(world.config, what, -1 - one.id, attempt);
}

function goAway(world: World, fabric: Fabric, one: TwinSwitch, key?: string): void {
  const work = workBehind(world, fabric, one);
  one.life++;
  if (!one.up) return;
  one.up = false;
  const actor = key === undefined ? 'foreign' : 'pitstop';
  feel(world, { what: 'switch-down', node: one.name, actor, work, ...(key === undefined ? {} : { key }) });
  for (const link of linksOf(fabric, one)) settle(world, fabric, link);
  for (const job of jobsCutOff(world, fabric, one)) {
    feel(world, { what: 'job-lost', node: '', nodes: namesOf(world, job), actor: 'world', job: job.id, name: job.name, by: one.name });
    loseJob(world, job);
  }
  managersOnHost(world, one.name, false);
}

/** Jobs on the nodes of a leaf; of a spine those that reach beyond a leaf which has no other way left. */
function jobsCutOff(world: World, fabric: Fabric, one: TwinSwitch): TwinJob[] {
  const own = jobsOn(world, nodesAt(fabric, one));
  const beyond = linksOf(fabric, one).flatMap((link) => {
    const leaf = switchAcross(fabric, link, one);
    if (!leaf || linksOf(fabric, leaf).some((other) => other.state === 'active' && switchAcross(fabric, other, leaf))) return [];
    const inside = new Set(nodesAt(fabric, leaf));
    return jobsOn(world, [...inside]).filter(({ nodes }) => nodes.some((node) => !inside.has(node)));
  });
  return [...new Set([...own, ...beyond])];
}

function jobsOn(world: World, nodes: readonly number[]): TwinJob[] {
  const ids = new Set(nodes.flatMap((node) => must(world.nodes[node], 'a node behind a switch').jobs));
  return [...ids].flatMap((id) => world.jobs.get(id) ?? []).filter(({ state }) => state === 'running');
}

const linksOf = (fabric: Fabric, one: TwinSwitch): readonly FabricLink[] => fabric.ofSwitch[one.id] ?? [];
