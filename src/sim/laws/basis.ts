// The priors that a rehearsal of a plan rests on, with the observations behind each: what a forecast must show beside its numbers.
import type { Basis } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Program } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import type { Law } from './law.ts';
import type { PlanLaws } from './plan-laws.ts';

const MINUTE_MS = 60_000;

export function basisOf(plan: Plan, program: Program, laws: PlanLaws): Basis[] {
  return [...program.chains.flatMap((_, chain) => ofChain(plan, program, laws, chain)), ...assumptions(program, laws)];
}

/** The way back and the machine's own tries are left out: a forecast hardly ever comes to them. */
function ofChain(plan: Plan, program: Program, laws: PlanLaws, index: number): Basis[] {
  const chain = must(program.chains[index], 'chain');
  const steps = program.steps.slice(chain.first, chain.end).flatMap((step): Basis[] => {
    // A drain waits for the jobs, which stand among the assumptions.
    const forecast = step.id === chain.drain && laws.jobs !== null;
    return forecast ? [] : [basis(`${chain.id}: ${step.name}`, must(laws.steps[step.id], 'law').time)];
  });
  const { ways } = must(laws.chains[index], 'laws of a chain');
  return [...steps, ...ways.map(({ way, takes }) => basis(`${chain.id}: mop-up ${way}`, takes))];
}

function assumptions(program: Program, laws: PlanLaws): Basis[] {
  const asks = program.waves.some((wave) => wave.asks);
  return [
    ...(laws.jobs ? [basis('jobs: remaining', laws.jobs.remaining)] : []),
    ...(asks ? [basis('approval', laws.approval)] : []),
    basis('gate review', laws.gateReview),
  ];
}

function basis(about: string, { medianMs, logSd, n, source, assumed }: Law): Basis {
  return { about, medianMin: medianMs / MINUTE_MS, logSd, n, source, assumed };
}
