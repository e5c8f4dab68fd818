// From what a scheduler's accounting remembers of single nodes to maintenances: which outages belong together is a rule, and this is it.
import type { Timeline } from './timeline.ts';

/** A node out of service, as accounting noted it; Unix ms, `to` null: it still goes on at the record's end. */
export interface NodeEvent {
  readonly node: string;
  readonly from: number;
  readonly to: number | null;
  /** As the scheduler words it; not used by the rule. */
  readonly state: string;
  readonly reason: string;
}

interface FoundMaintenance {
  /** In the words of the first node that left. */
  readonly reason: string;
  /** Rising in `leftAt`. */
  readonly timelines: readonly Timeline[];
}

export interface FoundOutages {
  /** Rising in their first leaving. */
  readonly maintenances: readonly FoundMaintenance[];
  /** Names of nodes whose outages are no maintenance: too few nodes shared the reason. */
  readonly alone: readonly string[];
  /** Nodes that a run of Pitstop's own had drained: those runs are in its journal. */
  readonly ours: readonly string[];
}

/** A node that was back for less than this was not back: Slurm ends an event and begins the next when a node registers again. */
const BACK_AT_LEAST_MS = 5 * 60_000;
/** Nodes drained one after the other for one reason are one maintenance, with pauses of at most this. */
const PAUSE_MS_MAX = 4 * 3_600_000;

const OURS = /^pitstop:[A-Za-z0-9]/;
/** What slurmctld itself appends to a reason, or writes where there is none. */
const SLURMS_TAIL = / : (reboot (requested|issued|complete|timed out)|not responding)\b.*$/i;
const SLURMS_OWN = /^(not responding|node unexpectedly rebooted|reboot asap|reboot (requested|issued|complete|timed out)|none)$/i;

/**
 * 1. Events of one node that overlap, touch or leave it in service for less than 5 min are one outage; its reason is the first that is
 *    not Slurm's own. 2. Outages of one reason belong together, where each begins at most 4 h after those before it have ended; reasons are
 *    compared without case, numbers and what Slurm appends. 3. A maintenance has at least `nodesMin` nodes. A node that was out twice in
 *    one maintenance is back at its last return.
 */
export function maintenancesOf(events: readonly NodeEvent[], nodesMin: number): FoundOutages {
  const all = outagesOf(events);
  const ours = all.filter(({ reason }) => OURS.test(reason));
  const groups = groupsOf(all.filter(({ reason }) => !OURS.test(reason))).map(maintenanceOf);
  const isMaintenance = ({ timelines }: FoundMaintenance): boolean => timelines.length >= nodesMin;
  return {
    maintenances: groups.filter(isMaintenance).sort((a, b) => begins(a) - begins(b)),
    alone: unique(groups.filter((group) => !isMaintenance(group)).flatMap(({ timelines }) => timelines.map(({ node }) => node))),
    ours: unique(ours.map(({ node }) => node)),
  };
}

interface Outage {
  readonly node: string;
  readonly from: number;
  readonly to: number | null;
  readonly reason: string;
}

function outagesOf(events: readonly NodeEvent[]): Outage[] {
  const byNode = new Map<string, Outage[]>();
  for (const { node, from, to, reason } of events.toSorted((a, b) => a.from - b.from)) {
    const list = byNode.get(node) ?? [];
    byNode.set(node, list);
    const last = list.at(-1);
    if (last && from - (last.to ?? Infinity) < BACK_AT_LEAST_MS) list[list.length - 1] = joined(last, { node, from, to, reason });
    else list.push({ node, from, to, reason });
  }
  return [...byNode.values()].flat().sort((a, b) => a.from - b.from);
}

/** `b` began later, so an `a` without end had ended by then. */
function joined(a: Outage, b: Outage): Outage {
  const to = b.to === null ? null : Math.max(a.to ?? b.to, b.to);
  return { ...a, to, reason: said(a.reason) || !said(b.reason) ? a.reason : b.reason };
}

const said = (reason: string): boolean => reason !== '' && !SLURMS_OWN.test(reason);

function reasonKey(reason: string): string {
  return reason.replace(SLURMS_TAIL, '').toLowerCase().replaceAll(/\d+/g, '#').replaceAll(/\s+/g, ' ').trim();
}

function groupsOf(outages: readonly Outage[]): Outage[][] {
  const open = new Map<string, { list: Outage[]; until: number }>();
  const groups: Outage[][] = [];
  for (const outage of outages) {
    const key = reasonKey(outage.reason);
    let group = open.get(key);
    if (!group || outage.from - group.until > PAUSE_MS_MAX) {
      group = { list: [], until: -Infinity };
      groups.push(group.list);
      open.set(key, group);
    }
    group.list.push(outage);
    // An outage without end says nothing about how long the others went on.
    group.until = Math.max(group.until, outage.to ?? outage.from);
  }
  return groups;
}

function maintenanceOf(outages: readonly Outage[]): FoundMaintenance {
  const byNode = new Map<string, Outage>();
  for (const outage of outages) {
    const before = byNode.get(outage.node);
    byNode.set(outage.node, before ? joined(before, outage) : outage);
  }
  const timelines = [...byNode.values()].map(({ node, from, to, reason }): Timeline => ({
    node,
    leftAt: from,
    ended: to === null ? [] : [to],
    why: reason.replace(SLURMS_TAIL, ''),
  }));
  return { reason: timelines[0]?.why ?? '', timelines };
}

const begins = ({ timelines }: FoundMaintenance): number => timelines[0]?.leftAt ?? 0;
const unique = (names: readonly string[]): string[] => [...new Set(names)];
