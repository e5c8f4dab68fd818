// Rules about the order of waves: known and without a cycle, canaries before the rest, every wave in one phase.
import type { Finding } from '../finding.ts';
import { difference, fold, intersection, parseNodeSet, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import { unionOf } from './affected.ts';
import { changesSomething, finding } from './check-context.ts';
import type { Checked, CheckedWave, Rule } from './check-context.ts';
import { inOrder, showCycle } from './order.ts';

export const ORDER_RULES: readonly Rule[] = [after, phases, clustersAtOnce, canary];

/** docs/reference/files.md: one canary when there are more than eight. */
const NO_CANARY_UP_TO = 8;

function after({ plan }: Checked): Finding[] {
  const known = new Map(plan.waves.map((wave) => [wave.id, wave]));
  const unknown = plan.waves.flatMap((wave) =>
    wave.after
      .filter((id) => !known.has(id))
      .map((id) => finding('error', 'after-unknown', wave.id, `waits for wave ${id}, which the plan does not have`)),
  );
  const { cycle } = inOrder([...known.keys()], (id) => known.get(id)?.after ?? []);
  if (!cycle) return unknown;
  return [...unknown, finding('error', 'after-cycle', cycle[0] ?? '', `${showCycle(cycle)}: none of these waves could ever start`)];
}

function phases({ plan }: Checked): Finding[] {
  const count = new Map(plan.waves.map((wave) => [wave.id, 0]));
  for (const id of plan.phases.flatMap((phase) => phase.waves)) count.set(id, (count.get(id) ?? NaN) + 1);
  return [...count].flatMap(([id, times]) => {
    if (times === 1) return [];
    const message = Number.isNaN(times)
      ? 'a phase names it, but the plan has no such wave'
      : times === 0
        ? 'is in no phase'
        : `is in ${times} phases`;
    return [finding('error', 'phase-wrong', id, message)];
  });
}

/** Waves that nothing puts in a row may run together; of two in a row only one is at work. */
function clustersAtOnce({ plan }: Checked): Finding[] {
  const limit = plan.policy.atOnce.clusters;
  if (limit === null) return [];
  const starting = new Map<string, Set<string>>();
  // Waves with the same predecessors may start in the same moment: enough to catch a plan that forgot the limit.
  for (const wave of plan.waves) {
    const key = [...wave.after, ...(wave.quiet ?? []).map((id) => `quiet ${id}`)].sort().join(' ');
    const together = starting.get(key) ?? new Set();
    starting.set(key, together.add(wave.cluster));
  }
  return [...starting.values()].flatMap((together) => {
    if (together.size <= limit) return [];
    return [finding('error', 'clusters-at-once', [...together].join(','), `may start together, but policy.atOnce.clusters is ${limit}`)];
  });
}

function canary(checked: Checked): Finding[] {
  const { plan, topology } = checked;
  const parsed = plan.policy.canary === null ? null : parseNodeSet(plan.policy.canary.targets, topology.groups);
  if (parsed && !parsed.ok) return [finding('error', 'set-unreadable', 'policy.canary', parsed.error.why)];
  const later = followers(checked);
  const changing = checked.waves.filter(changesSomething);
  return [...new Set(changing.map(({ wave }) => wave.kind))].flatMap((kind) => {
    const waves = changing.filter(({ wave }) => wave.kind === kind);
    const all = unionOf(waves.map(({ targets }) => targets));
    const wanted = parsed ? intersection(parsed.set, all) : null;
    return wanted && size(wanted) > 0 ? wantedCanary(waves, wanted, later) : usualCanary(waves, all, later);
  });
}

function wantedCanary(waves: readonly CheckedWave[], wanted: NodeSet, later: (id: string) => ReadonlySet<string>): Finding[] {
  const isCanary = ({ targets }: CheckedWave): boolean => size(difference(targets, wanted)) === 0;
  const canaries = waves.filter(isCanary);
  const missing = difference(wanted, unionOf(canaries.map(({ targets }) => targets)));
  const found: Finding[] = [];
  if (size(missing) > 0) {
    found.push(
      finding('error', 'canary-missing', fold(missing), 'in policy.canary, but goes together with targets that should wait for it'),
    );
  }
  const rest = waves.filter((each) => !isCanary(each));
  for (const { wave } of canaries) {
    const followed = later(wave.id);
    for (const other of rest) {
      if (!followed.has(other.wave.id))
        found.push(finding('error', 'canary-late', other.wave.id, `does not wait for canary wave ${wave.id}`));
    }
  }
  return found;
}

function usualCanary(waves: readonly CheckedWave[], all: NodeSet, later: (id: string) => ReadonlySet<string>): Finding[] {
  const n = size(all);
  const [first, ...rest] = waves;
  if (n <= NO_CANARY_UP_TO || !first) return [];
  const leads = ({ wave }: CheckedWave): boolean =>
    later(wave.id).size >= rest.length && waves.every((other) => other.wave === wave || later(wave.id).has(other.wave.id));
  if (rest.length > 0 && waves.some(leads)) return [];
  return [finding('warning', 'canary-missing', first.wave.kind, `${n} targets of this kind, and none goes before the others as a canary`)];
}

/** Wave id -> ids of all waves that start, or change anything, only after its gate. */
function followers({ waves }: Checked): (id: string) => ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const each of waves) {
    for (const id of [...each.wave.after, ...heldFor(each)]) {
      const list = next.get(id);
      if (list) list.push(each.wave.id);
      else next.set(id, [each.wave.id]);
    }
  }
  const made = new Map<string, ReadonlySet<string>>();
  return (id) => {
    const known = made.get(id);
    if (known) return known;
    const found = new Set<string>();
    const open = [id];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const follower of next.get(at) ?? []) {
        if (found.has(follower)) continue;
        found.add(follower);
        open.push(follower);
      }
    }
    made.set(id, found);
    return found;
  };
}

/** Waves whose gates its targets wait for before anything destructive is done to them. */
function heldFor({ wave, procedure }: CheckedWave): string[] {
  const steps = procedure?.steps ?? [];
  const first = steps.findIndex((step) => step.destructive);
  return (wave.holds ?? []).flatMap(({ step, until }) => (steps.findIndex(({ name }) => name === step) <= first ? until : []));
}
