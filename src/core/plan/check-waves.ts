// Rules about waves: every target once and in the fleet, sizes, gates that can speak, who is affected.
import type { Finding } from '../finding.ts';
import type { TargetKind } from '../fleet/model.ts';
import { difference, EMPTY, fold, intersection, nodeSetOf, parseNodeSet, size, union } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import { PORT_NOT_KNOWN } from '../fleet/topology.ts';
import { unionOf } from './affected.ts';
import { changesSomething, finding } from './check-context.ts';
import type { Checked, CheckedWave, Rule } from './check-context.ts';
import type { Wave } from './plan.ts';

export const WAVE_RULES: readonly Rule[] = [
  nothingToDo,
  references,
  targetsInFleet,
  targetsOnce,
  targetsMissing,
  sizes,
  gates,
  affected,
  others,
];

function nothingToDo({ plan }: Checked): Finding[] {
  if (plan.waves.length > 0) return [];
  return [finding('error', 'nothing-to-do', plan.change.name, 'the plan has no wave, so a run of it would do nothing')];
}

function references({ plan, clusters }: Checked): Finding[] {
  const seen = new Set<string>();
  return plan.waves.flatMap((wave) => {
    const found: Finding[] = [];
    if (seen.has(wave.id)) found.push(finding('error', 'wave-twice', wave.id, 'two waves have this id'));
    seen.add(wave.id);
    if (!clusters.has(wave.cluster))
      found.push(finding('error', 'cluster-unknown', wave.id, `cluster ${wave.cluster} is not in the fleet`));
    const procedure = Object.hasOwn(plan.procedures, wave.procedure) ? plan.procedures[wave.procedure] : undefined;
    if (!procedure) found.push(finding('error', 'procedure-unknown', wave.id, `the plan has no procedure ${wave.procedure}`));
    else if (procedure.kind !== wave.kind) {
      found.push(
        finding(
          'error',
          'kind-wrong',
          wave.id,
          `targets of kind ${wave.kind} cannot get ${wave.procedure}, which is for a ${procedure.kind}`,
        ),
      );
    }
    return found;
  });
}

function targetsInFleet(checked: Checked): Finding[] {
  const known = memo((key: string) => {
    const cluster = checked.clusters.get(key.slice(key.indexOf(' ') + 1));
    const kind = kindsOf(checked).find((each) => key.startsWith(`${each} `));
    return cluster && kind ? fleetTargets(checked, kind, [cluster.name]) : EMPTY;
  });
  return checked.waves.flatMap(({ wave, targets }) => {
    const strangers = difference(targets, known(`${wave.kind} ${wave.cluster}`));
    if (size(strangers) === 0) return [];
    return [finding('error', 'target-not-in-fleet', fold(strangers), `in wave ${wave.id}, but no ${wave.kind} of cluster ${wave.cluster}`)];
  });
}

function targetsOnce(checked: Checked): Finding[] {
  return kindsOf(checked).flatMap((kind) => {
    let seen: NodeSet = EMPTY;
    return checked.waves.flatMap(({ wave, targets }) => {
      if (wave.kind !== kind) return [];
      const again = intersection(seen, targets);
      seen = union(seen, targets);
      if (size(again) === 0) return [];
      return [finding('error', 'target-twice', fold(again), `in wave ${wave.id} and in one before it; a target is changed once`)];
    });
  });
}

function targetsMissing(checked: Checked): Finding[] {
  const { plan, topology } = checked;
  const chosen = plan.change.targets === null ? null : parseNodeSet(plan.change.targets, topology.groups);
  if (chosen && !chosen.ok) return [finding('error', 'set-unreadable', plan.change.name, `targets: ${chosen.error.why}`)];
  const changing = checked.waves.filter(changesSomething);
  return kindsOf({ waves: changing }).flatMap((kind) => {
    const all = fleetTargets(checked, kind, [...checked.clusters.keys()]);
    const wanted = chosen ? intersection(all, chosen.set) : all;
    const missing = difference(wanted, unionOf(changing.filter(({ wave }) => wave.kind === kind).map(({ targets }) => targets)));
    if (size(missing) === 0) return [];
    return [finding('error', 'target-missing', fold(missing), `the change is for every such ${kind}, but no wave has it`)];
  });
}

function sizes({ waves }: Checked): Finding[] {
  return waves.flatMap(({ wave, targets }) => {
    const n = size(targets);
    if (n === 0) return [finding('error', 'wave-empty', wave.id, 'a wave without targets has a gate that nothing can pass')];
    if (wave.atOnce >= 1 && wave.atOnce <= n) return [];
    return [finding('error', 'at-once-wrong', wave.id, `${wave.atOnce} at once, in a wave of ${n}`)];
  });
}

function gates({ waves }: Checked): Finding[] {
  return waves.flatMap(({ wave, targets }) => {
    const n = size(targets);
    const { returnedMin, failedMax } = wave.gate;
    if (returnedMin > n)
      return [finding('error', 'gate-impossible', wave.id, `${returnedMin} must be back of ${n}: the gate can never pass`)];
    if (returnedMin < 1) return [finding('error', 'gate-empty', wave.id, 'the gate passes when nothing at all is back')];
    if (failedMax === null || failedMax < n) return [];
    return [finding('error', 'gate-empty', wave.id, `${failedMax} of ${n} may fail: the gate can never hold`)];
  });
}

function affected({ waves, topology }: Checked): Finding[] {
  return waves.flatMap(({ wave, targets, affected: felt }) => {
    const strangers = wave.affected === wave.targets && wave.kind === 'node' ? EMPTY : difference(felt, topology.nodes);
    if (size(strangers) > 0)
      return [finding('error', 'affected-wrong', fold(strangers), `affected by wave ${wave.id}, but no node of the fleet`)];
    const left = wave.kind === 'node' ? difference(targets, felt) : EMPTY;
    if (size(left) > 0)
      return [finding('error', 'affected-incomplete', fold(left), `acted on in wave ${wave.id}, but not among its affected nodes`)];
    if (size(felt) > 0 || size(targets) === 0) return [];
    const message = `the fleet names no node behind ${fold(targets)}, so nobody could be asked before it is taken away; give the fleet its links`;
    return [finding('error', 'affected-unknown', wave.id, message)];
  });
}

/** Nodes that feel it and are not in the plan. A warning, not an error: their customer consents to a run, and a run needs a plan. */
function others({ waves, clusters }: Checked): Finding[] {
  const beyond = waves.filter(({ wave }) => wave.kind !== 'node' || wave.affected !== wave.targets);
  if (beyond.length === 0) return [];
  const planned = unionOf(waves.filter(({ wave }) => wave.kind === 'node').map(({ targets }) => targets));
  const owners = Map.groupBy(clusters.values(), ({ customer }) => customer);
  return beyond.flatMap(({ wave, affected: felt }) => {
    const rest = difference(felt, planned);
    if (size(rest) === 0) return [];
    return [...owners].flatMap(([customer, own]) => {
      const hit = intersection(rest, unionOf(own.map(({ nodes }) => setOf(nodes))));
      return size(hit) === 0 ? [] : [affectsOthers(wave, customer, hit)];
    });
  });
}

function affectsOthers(wave: Wave, customer: string | null, hit: NodeSet): Finding {
  const n = size(hit);
  const [whose, who] = customer === null ? ["the operator's own", 'its operator'] : [`customer ${customer}`, `customer ${customer}`];
  const lose = n === 1 ? `1 node of ${whose} loses` : `${n} nodes of ${whose} lose`;
  const what = `${lose} power, a link or the subnet manager in wave ${wave.id} without being in this plan`;
  const message = `${what}: ${who} must consent to that before the run acts there`;
  return finding('warning', 'affects-others', fold(hit), message);
}

function kindsOf({ waves }: Pick<Checked, 'waves'>): TargetKind[] {
  return [...new Set(waves.map(({ wave }: CheckedWave) => wave.kind))];
}

function fleetTargets({ clusters }: Checked, kind: TargetKind, names: readonly string[]): NodeSet {
  return unionOf(
    names.flatMap((name) => {
      const cluster = clusters.get(name);
      if (!cluster) return [];
      if (kind === 'node') return setOf(cluster.nodes);
      if (kind === 'link') return nodeSetOf(cluster.links.filter((link) => !link.includes(PORT_NOT_KNOWN)));
      const groups = { switch: cluster.switches, domain: cluster.domains, feed: cluster.feeds }[kind];
      return nodeSetOf(groups.map((group) => group.name));
    }),
  );
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? parsed.set : EMPTY;
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
