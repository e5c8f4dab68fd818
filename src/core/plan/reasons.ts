// The plan report's words on waves: gates, how many at once, which limits bind. Reasons, not a summary.
import type { Policy, Quantity } from '../change/policy.ts';
import type { Phase, PlanReport, Wave } from './plan.ts';
import { size } from '../fleet/nodeset.ts';
import type { KindWork } from './draft.ts';

type Reason = PlanReport['why'][number];

export function waveReasons(waves: readonly Wave[], phases: readonly Phase[], policy: Policy): Reason[] {
  const byId = new Map(waves.map((wave) => [wave.id, wave]));
  return phases.flatMap((phase) => {
    const [first] = phase.waves.flatMap((id) => byId.get(id) ?? []);
    if (!first) return [];
    const rate =
      first.gate.failureRateMax === null ? '' : `, and holds when more than ${percent(first.gate.failureRateMax)} of the started fail`;
    const gate =
      first.gate.failedMax === null
        ? `goes on with ${show(policy.gates.returned)} of a wave back${rate}; stragglers never hold up the others`
        : first.gate.failedMax === 0
          ? 'goes on when all are back, and holds as soon as one has failed'
          : `goes on when all but ${first.gate.failedMax} are back, and holds as soon as more have failed`;
    return [{ about: `${phase.name} gate`, text: gate }];
  });
}

/** Only limits that can make somebody wait. */
export function limitReasons(waves: readonly Wave[], work: readonly KindWork[], policy: Policy): Reason[] {
  const out: Reason[] = [];
  const widest = Math.max(0, ...waves.map((wave) => wave.atOnce));
  if (waves.length === 0) return out;
  const { nodes, perRack, perUnit } = policy.atOnce;
  const all = [nodes, perRack, perUnit, policy.unavailableAtMost].every(isAll);
  if (all) out.push({ about: 'at once', text: 'no limit on acting targets: within a wave every target goes on as soon as it can' });
  else {
    if (!isAll(nodes))
      out.push({
        about: 'at once',
        text: `policy.atOnce.nodes (${show(nodes)}) lets at most ${widest} targets of a wave act at the same time`,
      });
    if (!isAll(perRack)) out.push({ about: 'at once', text: `policy.atOnce.perRack: ${show(perRack)} of a rack` });
    if (!isAll(perUnit)) out.push({ about: 'at once', text: `policy.atOnce.perUnit: ${show(perUnit)} of a unit` });
    if (!isAll(policy.unavailableAtMost))
      out.push({ about: 'at once', text: `policy.unavailableAtMost: ${show(policy.unavailableAtMost)}, stragglers counted too` });
  }
  for (const { procedureId, procedure, clusters } of work) {
    const n = clusters.reduce((sum, { targets }) => sum + size(targets), 0);
    for (const name of new Set(procedure.steps.flatMap((step) => step.uses))) {
      const limit = Object.hasOwn(policy.limits, name) ? policy.limits[name] : undefined;
      if (!limit || limit.count >= n) continue;
      const steps = procedure.steps.filter((step) => step.uses.includes(name)).map((step) => step.name);
      const said = [limit.owner === null ? '' : `owner ${limit.owner}`, limit.why ?? ''].filter((text) => text !== '').join(', ');
      const text = `${limit.count} per ${limit.per} at once in ${steps.join(', ')} of ${procedureId}${said === '' ? '' : ` (${said})`}: binds, ${n} targets need it`;
      out.push({ about: `limit ${name}`, text });
    }
  }
  return out;
}

/** When clusters really start: no order of waves brings one forward before its window. */
export function windowReasons(waves: readonly Wave[], policy: Policy): Reason[] {
  const busy = new Set(waves.map(({ cluster }) => cluster));
  const starts = new Map<string, number>();
  for (const { cluster, fromMin } of policy.windows) {
    if (busy.has(cluster)) starts.set(cluster, Math.min(fromMin, starts.get(cluster) ?? Infinity));
  }
  const inTurn = [...starts].sort(([, a], [, b]) => a - b);
  const [first] = inTurn;
  if (!first || inTurn.every(([, at]) => at === first[1])) return [];
  const after = inTurn.slice(1).map(([cluster, at]) => `${cluster} ${at - first[1]} min after it`);
  return [
    { about: 'windows', text: `each cluster starts in its own window, whatever the order of waves: ${[first[0], ...after].join(', ')}` },
  ];
}

const isAll = (quantity: Quantity): boolean => quantity.kind === 'share' && quantity.share >= 1;

function show(quantity: Quantity): string {
  return quantity.kind === 'count' ? String(quantity.count) : percent(quantity.share);
}

/** 0.07 * 100 is 7.000000000000001. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))}%`;
}
