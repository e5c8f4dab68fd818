// "Why validate all?": what the checks hold the fleet up, against what they are expected to catch and what an uncaught defect costs.
import { assumptionsOf } from '../../core/forecast/assumptions.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { compile } from '../../core/run/compile.ts';
import { showCount } from '../../std/share.ts';
import { planLaws } from '../laws/plan-laws.ts';
import { withoutValidation } from '../limits/lift.ts';
import { waveSize } from '../rehearse/sub-plan.ts';
import { gainNumbers, gainOf, shareOfT95, tidy, type Kind } from './kind.ts';
import { hours, nodes, sooner, twoDigits } from './words.ts';

/**
 * What a defect costs that stops a job of G GPUs: G x (detect + restart + half of what lies between two checkpoints), SuperBench's incident
 * cost (Y. Xiong et al., USENIX ATC'24). The time of the people who look for it does not grow with G and is left out. That every missed
 * defect stops one job once is the worst case: a defect may lie still. All of it is said in the question's numbers.
 */
const INCIDENT = { detectHours: 0.1, restartHours: 0.25, betweenCheckpointsHours: 0.5, stopsAJobShare: 1 } as const;
const GPUS_PER_NODE = 8;

export const validateAll: Kind = {
  id: 'validate-all',
  variants: (plan) => {
    if (plan.policy.validation === 'none' || expected(plan).checked === 0) return [];
    const unvalidated = withoutValidation(plan);
    const policy = { ...unvalidated.policy, validation: 'none' } as const;
    // No set: a child keeps its parent's checks, whatever its policy says of validation.
    return [{ plan: { ...unvalidated, policy }, about: 'policy.validation', sets: [] }];
  },
  ask: (facts, [without]) => {
    if (!without) return null;
    const gainMin = gainOf(without, 95, facts);
    if (gainMin === 0) return null;
    const { checked, caught, gangGpus } = expected(facts.plan);
    const riskGpuHours = tidy(caught * INCIDENT.stopsAJobShare * incidentGpuHours(gangGpus));
    const { diff, low, high } = without.moreGpuHours;
    const back = diff < 0 ? ` and ${hours(diff)} come back with it` : '';
    const job = `a job of ${showCount(gangGpus)} GPUs`;
    const risk = caught > 0 ? `, at a risk of ${hours(riskGpuHours)} if each of them stops ${job} once` : '';
    return {
      about: without.about,
      text:
        `Validation looks at ${nodes(checked)} and ${caught > 0 ? `is expected to catch ${twoDigits(caught)} defects` : 'does not say what it catches'}. Unvalidated, 95 % is back ${sooner(gainMin)}` +
        `${back}${risk}. Why validate all?`,
      numbers: {
        nodes: checked,
        caught: tidy(caught),
        ...gainNumbers(without, 95),
        savedGpuHours: tidy(-diff),
        savedLowGpuHours: tidy(-high),
        savedHighGpuHours: tidy(-low),
        riskGpuHours,
        jobGpus: gangGpus,
        ...INCIDENT,
      },
      sets: without.sets,
      worth: shareOfT95(gainMin, facts),
    };
  },
};

function incidentGpuHours(gangGpus: number): number {
  const { detectHours, restartHours, betweenCheckpointsHours } = INCIDENT;
  return gangGpus * (detectHours + restartHours + betweenCheckpointsHours / 2);
}

/** Nodes that a check looks at, the defects that it is expected to catch, and the GPUs of the largest job. */
function expected(plan: Plan): { readonly checked: number; readonly caught: number; readonly gangGpus: number } {
  const waves = plan.waves.filter(({ kind }) => kind === 'node');
  const shares = caughtShares(plan);
  const checked = waves.filter(({ procedure }) => shares.has(procedure));
  return {
    checked: checked.reduce((sum, wave) => sum + waveSize(wave), 0),
    caught: checked.reduce((sum, wave) => sum + waveSize(wave) * (shares.get(wave.procedure) ?? 0), 0),
    gangGpus: largestJob(plan, waves),
  };
}

/** By procedure that checks something: of its targets, those with a defect that a check catches, by the laws that the rehearsal draws from. */
function caughtShares(plan: Plan): ReadonlyMap<string, number> {
  const program = compile(plan);
  const laws = planLaws(plan, program);
  const shares = program.chains.flatMap((chain, i) => {
    const checks = program.steps.filter(({ id, action }) => id >= chain.first && id < chain.end && action.kind === 'check');
    const missed = checks.reduce((product, { id }) => product * (1 - (laws.steps[id]?.catches ?? 0)), 1);
    const defects = laws.chains[i]?.defects.share ?? 0;
    return checks.length === 0 ? [] : [[chain.id, defects * (1 - missed)] as const];
  });
  return new Map(shares);
}

/** As large as the policy assumes jobs to be; without a word of it, one job a cluster. */
function largestJob({ policy, fleet }: Plan, waves: readonly Wave[]): number {
  const nodesEach = assumptionsOf(policy).jobs?.nodesEach ?? Number.POSITIVE_INFINITY;
  const jobs = [...Map.groupBy(waves, ({ cluster }) => cluster)].map(([name, own]) => {
    const perNode = fleet.document.clusters.find((cluster) => cluster.name === name)?.gpusPerNode ?? GPUS_PER_NODE;
    return (
      Math.min(
        nodesEach,
        own.reduce((sum, wave) => sum + waveSize(wave), 0),
      ) * perNode
    );
  });
  return Math.max(0, ...jobs);
}
