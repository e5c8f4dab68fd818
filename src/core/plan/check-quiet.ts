// Rules about waves that wait for each other's silence: nothing is taken from a node that carries work, nobody comes back too soon, and no
// set of waves waits for each other for ever.
import type { Step } from '../change/procedure.ts';
import { resolveQuantity } from '../change/quantity.ts';
import type { Finding } from '../finding.ts';
import { difference, fold, intersection, names, size } from '../fleet/nodeset.ts';
import { unionOf } from './affected.ts';
import { finding } from './check-context.ts';
import type { Checked, CheckedWave, Rule } from './check-context.ts';
import { inOrder } from './order.ts';
import type { Wave } from './plan.ts';

export const QUIET_RULES: readonly Rule[] = [known, holds, missing, lost, room, deadlock];

function known({ waves }: Checked): Finding[] {
  const kinds = new Map(waves.map(({ wave }) => [wave.id, wave.kind]));
  return waves.flatMap(({ wave }) => {
    const unknown = [...(wave.quiet ?? []), ...(wave.holds ?? []).flatMap(({ until }) => until)].filter((id) => !kinds.has(id));
    const loud = (wave.quiet ?? []).filter((id) => kinds.has(id) && kinds.get(id) !== 'node');
    return [
      ...unknown.map((id) => finding('error', 'wait-unknown', wave.id, `waits for wave ${id}, which the plan does not have`)),
      ...loud.map((id) => finding('error', 'quiet-wrong', wave.id, `waits until wave ${id} is quiet, but only nodes are drained`)),
    ];
  });
}

function holds({ waves }: Checked): Finding[] {
  return waves.flatMap(({ wave, procedure }) =>
    (wave.holds ?? []).flatMap(({ step }) => {
      if (!procedure) return [];
      const at = procedure.steps.findIndex(({ name }) => name === step);
      const drain = procedure.steps.findIndex(isDrain);
      if (at < 0) return [finding('error', 'hold-wrong', wave.id, `is held before ${step}, but ${wave.procedure} has no such step`)];
      if (at > drain && procedure.steps[at]?.early === false) return [];
      return [finding('error', 'hold-wrong', wave.id, `is held before ${step}, where its targets are still in service`)];
    }),
  );
}

/** Nodes of the plan that something is taken from must be seen quiet first. Nodes that are not in it are asked for consent instead. */
function missing(checked: Checked): Finding[] {
  const byId = new Map(checked.waves.map((each) => [each.wave.id, each]));
  const planned = unionOf(checked.waves.filter(({ wave }) => wave.kind === 'node').map(({ targets }) => targets));
  return checked.waves.flatMap((each) => {
    const { wave, affected } = each;
    if (!takesAway(each) || standsIn(checked, each)) return [];
    const quiet = unionOf((wave.quiet ?? []).flatMap((id) => byId.get(id)?.targets ?? []));
    const left = difference(intersection(affected, planned), quiet);
    if (size(left) === 0) return [];
    const message = `may carry work when wave ${wave.id} takes a link, power or NVLink from them: it does not wait until they are quiet`;
    return [finding('error', 'quiet-missing', fold(left), message)];
  });
}

/** A node that is quiet only once is no help: it must stay so until the wave that needs it has passed. */
function lost({ waves }: Checked): Finding[] {
  const heldFor = new Map(waves.map(({ wave }) => [wave.id, new Set((wave.holds ?? []).flatMap(({ until }) => until))]));
  return waves.flatMap(({ wave }) =>
    (wave.quiet ?? []).flatMap((id) => {
      const until = heldFor.get(id);
      if (!until || until.has(wave.id)) return [];
      return [
        finding('error', 'quiet-lost', id, `wave ${wave.id} needs it quiet, and nothing keeps its targets from coming back meanwhile`),
      ];
    }),
  );
}

/** All that must be quiet together must be allowed to be away together. */
function room({ plan, waves }: Checked): Finding[] {
  const sizes = new Map(waves.flatMap(({ wave, targets }) => (wave.kind === 'node' ? [[wave.id, size(targets)] as const] : [])));
  const all = [...sizes.values()].reduce((sum, n) => sum + n, 0);
  const most = resolveQuantity(plan.policy.unavailableAtMost, all);
  return waves.flatMap(({ wave }) => {
    const needed = (wave.quiet ?? []).reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
    if (needed <= most) return [];
    const message = `needs ${needed} nodes quiet together, and policy.unavailableAtMost lets ${most} be away: it could never start`;
    return [finding('error', 'quiet-impossible', wave.id, message)];
  });
}

/**
 * Three moments a wave: it opens, all of its targets are cleared, its gate passes. Each waits for the one before it, and for those of other
 * waves that the plan names; a circle among them is a standstill. Circles of `after` alone have a rule of their own.
 */
function deadlock({ plan }: Checked): Finding[] {
  const waits = new Map<string, string[]>();
  const at = (moment: 'opens' | 'cleared' | 'passes', wave: string): string => `${moment} ${wave}`;
  for (const { id, after, quiet = [], holds: held = [] } of plan.waves) {
    waits.set(at('opens', id), [...after.map((other) => at('passes', other)), ...quiet.map((other) => at('cleared', other))]);
    waits.set(at('cleared', id), [at('opens', id)]);
    waits.set(at('passes', id), [at('cleared', id), ...held.flatMap(({ until }) => until.map((other) => at('passes', other)))]);
  }
  if (plan.waves.every(isPlain)) return [];
  const { cycle } = inOrder([...waits.keys()], (moment) => waits.get(moment) ?? []);
  if (
    !cycle ||
    inOrder(
      plan.waves.map(({ id }) => id),
      afterOf(plan.waves),
    ).cycle
  )
    return [];
  const circle = cycle.map((moment) => moment.slice(moment.indexOf(' ') + 1)).filter((id, i, all) => id !== all[i - 1]);
  const message = `${circle.join(' waits for ')}: by gates, silence and holds together, none of these waves could ever be done`;
  return [finding('error', 'wave-deadlock', circle[0] ?? '', message)];
}

function afterOf(waves: readonly Wave[]): (id: string) => readonly string[] {
  const after = new Map(waves.map((wave) => [wave.id, wave.after]));
  return (id) => after.get(id) ?? [];
}

const isPlain = ({ quiet = [], holds: held = [] }: Wave): boolean => quiet.length === 0 && held.length === 0;

/** Does something to a target that others hang on, without draining them itself. */
function takesAway({ wave, procedure }: CheckedWave): boolean {
  if (wave.kind === 'node' || !procedure || procedure.needs === 'live') return false;
  return procedure.steps.some((step) => step.destructive) && !procedure.steps.some(isDrain);
}

/** Switches that no node hangs on directly, each with a peer of its role, one at a time: what is taken away, others carry. */
function standsIn({ plan, clusters }: Checked, { wave, targets }: CheckedWave): boolean {
  if (!plan.policy.redundant || wave.kind !== 'switch' || wave.atOnce !== 1) return false;
  const switches = clusters.get(wave.cluster)?.switches ?? [];
  const roleOf = new Map(switches.map(({ name, role }) => [name, role]));
  return [...names(targets)].every((name) => {
    const role = roleOf.get(name);
    return (role === 'spine' || role === 'core') && switches.filter((peer) => peer.role === role).length > 1;
  });
}

function isDrain({ action }: Step): boolean {
  return action.kind === 'do' && action.act === 'drain';
}
