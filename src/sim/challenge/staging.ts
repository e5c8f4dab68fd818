// Questions about what happens before a node is needed: work that could be done before the window, and nodes drained only to stand in line.
import type { Step } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { isDrain } from '../limits/lift.ts';
import { waveSize } from '../rehearse/sub-plan.ts';
import { withNodesAtOnce } from './at-once.ts';
import { bestGain, gainNumbers, shareOfT95, tidy, type Kind } from './kind.ts';
import { hours, minutes, percent, sooner } from './words.ts';

/** GPU-hours that make it worth asking, as a share of all that do not come back. */
const WORTH_HOURS = 0.03;

export const stageEarly: Kind = {
  id: 'stage-early',
  variants: (plan) => {
    const names = stageable(plan);
    return names.length === 0 ? [] : [{ plan: stagedBefore(plan), about: names.join(', '), sets: [] }];
  },
  ask: (facts, [staged]) => {
    const gain = staged && bestGain(staged, facts, [95]);
    if (!staged || !gain) return null;
    return {
      about: staged.about,
      text: `${staged.about} changes nothing on the node and still waits until it is drained. Done before the window, 95 % is back ${sooner(gain.gainMin)}. Why not early?`,
      numbers: gainNumbers(staged, 95),
      sets: [],
      worth: shareOfT95(gain.gainMin, facts),
    };
  },
};

export const drainFirst: Kind = {
  id: 'drain-later',
  variants: (plan) => {
    const places = narrowest(plan);
    if (places === null) return [];
    const atOnce = Math.max(1, places);
    const fewer = withNodesAtOnce(plan, { kind: 'count', count: atOnce });
    return [{ plan: fewer, about: 'policy.atOnce.nodes', sets: [`policy.atOnce.nodes=${atOnce}`] }];
  },
  ask: (facts, [fewer]) => {
    const all = facts.gpuHours.p50;
    const { nodes } = fewer?.plan.policy.atOnce ?? {};
    if (!fewer || all === null || all <= 0 || nodes?.kind !== 'count') return null;
    const { diff, low, high } = fewer.moreGpuHours;
    const saved = -diff;
    if (high >= 0 || saved < WORTH_HOURS * all) return null;
    const { diffMin, lowMin, highMin } = fewer.later(95);
    const cost = diffMin === null ? 'at another T95' : diffMin > 0 ? `for ${minutes(diffMin)} more at 95 %` : 'and 95 % is back no later';
    return {
      about: fewer.about,
      text: `Nodes are drained only to stand in line. With ${nodes.count} of a wave at once, ${hours(saved)} (${percent(saved / all)}) are not lost, ${cost}. Drain them later?`,
      numbers: {
        atOnce: nodes.count,
        savedGpuHours: tidy(saved),
        savedLowGpuHours: tidy(-high),
        savedHighGpuHours: tidy(-low),
        later95Min: diffMin,
        later95LowMin: lowMin,
        later95HighMin: highMin,
      },
      sets: fewer.sets,
      worth: saved / all,
    };
  },
};

/** Steps that run a command without destroying anything, between the drain and the first destructive step. */
function stageable(plan: Plan): string[] {
  if (plan.policy.windows.length === 0) return [];
  const names = Object.values(plan.procedures).flatMap(({ steps }) => late(steps).map(({ name }) => name));
  return [...new Set(names)];
}

function late(steps: readonly Step[]): readonly Step[] {
  const drain = steps.findIndex(isDrain);
  const destructive = steps.findIndex((step) => step.destructive);
  if (drain < 0 || destructive < 0) return [];
  return steps.slice(drain + 1, destructive).filter((step) => step.action.kind === 'run' && !step.early);
}

function stagedBefore(plan: Plan): Plan {
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => {
    const moved = new Set(late(procedure.steps));
    const before = procedure.steps.filter((step) => moved.has(step)).map((step) => ({ ...step, early: true, to: null }));
    return [id, { ...procedure, steps: [...before, ...procedure.steps.filter((step) => !moved.has(step))] }] as const;
  });
  return { ...plan, procedures: Object.fromEntries(procedures) };
}

/** Places of the narrowest fleet-wide limit behind the drain, a half more so that nobody at it ever waits for a node; null: none binds. */
function narrowest(plan: Plan): number | null {
  const widest = Math.max(0, ...plan.waves.map((wave) => (wave.kind === 'node' ? Math.min(wave.atOnce, waveSize(wave)) : 0)));
  const counts = Object.values(plan.procedures).flatMap(({ kind, steps }) => {
    if (kind !== 'node') return [];
    const behind = steps.slice(steps.findIndex(isDrain) + 1);
    return behind.flatMap(({ uses }) => uses.flatMap((name) => plan.policy.limits[name] ?? []));
  });
  const places = Math.ceil(1.5 * Math.min(...counts.filter(({ per }) => per === 'fleet').map(({ count }) => count)));
  return places < widest ? places : null;
}
