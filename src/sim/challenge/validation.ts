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
const INCIDENT = { detectHours: 0.1, restartHours: 0.25, betweenCheckpointsHours: 0.5, stopsJobShare: 1 } as const;
/** Of the defects, by a check that does not say. */
const CATCHES_SHARE = 0.5;
const GPUS_PER_NODE = 8;

export const validateAll: Kind = {
  id: 'validate-all',
  variants: (plan) => {
    if (plan.policy.validation === 'none' || expected(plan).checked === 0) return [];
    const unvalidated = withoutValidation(plan);
    const policy = { ...unvalidated.policy, validation: 'none' } as const;
    return [{ plan: { ...unvalidated, policy }, about: 'policy.validation', sets: ['policy.validation.mode=none'] }];
  },
  ask: (facts, [without]) => {
    if (!without) return null;
    const gainMin = gainOf(without, 95, facts);
    if (gainMin === 0) return null;
    const { checked, caught, stated } = expected(facts.plan);
    const jobGpus = largestJob(facts.plan);
    const riskGpuHours = tidy(caught * INCIDENT.stopsJobShare * incidentGpuHours(jobGpus));
    const { diff, low, high } = without.moreGpuHours;
    const back = diff < 0 ? ` and ${hours(diff)} come back with it` : '';
    const guess = stated ? '' : ' (a guess: nobody has said what it catches)';
    return {
      about: without.about,
      text:
        `Validation looks at ${nodes(checked)} and is expected to catch ${defects(caught)}${guess}. Unvalidated, 95 % is back ${sooner(gainMin)}${back}, ` +
        `at a risk of ${hours(riskGpuHours)} if each of them stops a job of ${showCount(jobGpus)} GPUs once. Why validate all?`,
      numbers: {
        nodes: checked,
        caught: tidy(caught),
        ...gainNumbers(without, 95),
        savedGpuHours: tidy(-diff),
        savedLowGpuHours: tidy(-high),
        savedHighGpuHours: tidy(-low),
        riskGpuHours,
        jobGpus,
        ...INCIDENT,
        ...(!stated && { assumedCatchesShare: CATCHES_SHARE }),
      },
      sets: without.sets,
      worth: shareOfT95(gainMin, facts),
    };
  },
};

const defects = (count: number): string => (twoDigits(count) === 1 ? '1 defect' : `${twoDigits(count)} defects`);

function incidentGpuHours(gpus: number): number {
  const { detectHours, restartHours, betweenCheckpointsHours } = INCIDENT;
  return gpus * (detectHours + restartHours + betweenCheckpointsHours / 2);
}

interface Expected {
  /** Nodes that a check looks at. */
  readonly checked: number;
  /** Defects that it is expected to catch. */
  readonly caught: number;
  /** Whether every check says what it catches. */
  readonly stated: boolean;
}

/** Defects are those that the rehearsal draws. */
function expected(plan: Plan): Expected {
  const program = compile(plan);
  const { chains } = planLaws(plan, program);
  const found = Object.entries(plan.procedures).flatMap(([id, { kind, steps }]) => {
    const checks = steps.flatMap(({ action }) => (action.kind === 'check' ? action.checks : []));
    if (kind !== 'node' || checks.length === 0) return [];
    const missed = checks.reduce((product, { catches }) => product * (1 - (catches ?? CATCHES_SHARE)), 1);
    const chain = chains[program.chains.findIndex((one) => one.id === id)];
    const size = sizeOf(plan.waves.filter(({ procedure }) => procedure === id));
    return [{ checks, size, caught: size * (chain?.defects.share ?? 0) * (1 - missed) }];
  });
  return {
    checked: found.reduce((sum, { size }) => sum + size, 0),
    caught: found.reduce((sum, { caught }) => sum + caught, 0),
    stated: found.every(({ checks }) => checks.every(({ catches }) => catches !== null)),
  };
}

/** GPUs. As large as the policy assumes jobs to be; without a word of it, one job a cluster. */
function largestJob({ policy, fleet, waves }: Plan): number {
  const nodesEach = assumptionsOf(policy).jobs?.nodesEach ?? Number.POSITIVE_INFINITY;
  const byCluster = Map.groupBy(
    waves.filter(({ kind }) => kind === 'node'),
    ({ cluster }) => cluster,
  );
  const jobs = [...byCluster].map(([name, own]) => {
    const perNode = fleet.document.clusters.find((cluster) => cluster.name === name)?.gpusPerNode ?? GPUS_PER_NODE;
    return Math.min(nodesEach, sizeOf(own)) * perNode;
  });
  return Math.max(0, ...jobs);
}

const sizeOf = (waves: readonly Wave[]): number => waves.reduce((sum, wave) => sum + waveSize(wave), 0);
