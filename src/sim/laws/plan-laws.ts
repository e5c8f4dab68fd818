// Everything about a plan that a rehearsal draws: laws of its steps, ways of mop-up and assumptions, each with the keys of its chance.
import type { MopUpWay, ShareOf } from '../../core/change/procedure.ts';
import { assumptionsOf } from '../../core/forecast/assumptions.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Chain, Program, ProgramStep } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import { jobBlocksOf, type JobBlocks } from './job-blocks.ts';
import { keyOf } from './key.ts';
import { defaultLaw, lawOf, PEOPLE_LAW, SLOW_NIGHT_LOG_SD, sumOf, type Law } from './law.ts';
import { switchLinksOf, type SwitchLinks } from './switch-links.ts';

export interface PlanLaws {
  /** By target. */
  readonly targetKeys: Int32Array;
  /** By step of the program. */
  readonly steps: readonly StepLaw[];
  /** By chain of the program. */
  readonly chains: readonly ChainLaws[];
  /** Log factor that all steps of a scenario have in common, normal. */
  readonly night: { readonly logMean: number; readonly logSd: number };
  readonly approval: Law;
  readonly gateReview: Law;
  readonly faultsPerNodeDay: ShareOf;
  /** null: the nodes are handed over empty. */
  readonly jobs: JobBlocks | null;
  /** null: no switch of the plan disturbs its links. */
  readonly links: SwitchLinks | null;
}

export interface StepLaw {
  readonly time: Law;
  readonly timeKey: number;
  readonly failKey: number;
  /** How much of the night it feels: 1 unless it was measured, less where the run has already shown how long it takes tonight. */
  readonly nightShare: number;
  /** Share (0..1) of attempts that fail. */
  readonly fails: ShareOf;
  /** Share (0..1) of hidden defects that its checks catch; 0 for a step that checks nothing. */
  readonly catches: number;
  /** Whether it would see a link that did not come back. */
  readonly looks: boolean;
}

export interface ChainLaws {
  readonly defects: ShareOf;
  /** null: its targets disturb nobody. */
  readonly disturbs: ShareOf | null;
  /** At least one; shares add up to 1. */
  readonly ways: readonly WayLaw[];
}

export interface WayLaw {
  readonly way: string;
  readonly share: number;
  readonly takes: Law;
  readonly key: number;
  /** The machine's own tries settle it; else people do. */
  readonly byTries: boolean;
  /** null: needs none that is counted. */
  readonly crew: string | null;
  readonly part: string | null;
}

/** What a procedure that says nothing about defects is taken to leave behind. */
const DEFECTS: ShareOf = { share: 0.005, n: 0, source: 'guess' };

export function planLaws(plan: Plan, program: Program): PlanLaws {
  const { approval, gateReview, faultsPerNodeDay, jobs, together } = assumptionsOf(plan.policy);
  const chains = program.chains.map((chain) => chainLaws(plan, chain));
  return {
    targetKeys: Int32Array.from(program.targets, keyOf),
    steps: program.steps.map((step) => stepLaw(program, step, jobs !== null, together)),
    chains,
    night: { logMean: 0, logSd: SLOW_NIGHT_LOG_SD },
    approval: lawOf(approval),
    gateReview: lawOf(gateReview),
    faultsPerNodeDay,
    jobs: jobs && jobBlocksOf(plan, program, jobs),
    links: switchLinksOf(
      plan,
      program,
      chains.map(({ disturbs }) => disturbs !== null),
    ),
  };
}

export const isTry = (chain: Chain, step: number): boolean => step >= chain.mopUp && step < chain.mopUpEnd;

function stepLaw(program: Program, step: ProgramStep, jobs: boolean, together: number): StepLaw {
  const { action, fails } = step;
  const whole = timeOf(program, step, jobs);
  // What was measured of a whole run has the night in it: it is taken apart, not added to.
  const measured = step.takes?.between !== undefined && !isTry(must(program.chains[step.chain], 'chain'), step.id);
  const time = measured ? { ...whole, between: whole.between * Math.sqrt(1 - together) } : whole;
  const catches = 1 - step.checks.reduce((missed, check) => missed * (1 - (check.catches ?? 0)), 1);
  return {
    time,
    timeKey: keyOf(step.name),
    failKey: keyOf(`${step.name} fails`),
    nightShare: measured ? (whole.between * Math.sqrt(together)) / SLOW_NIGHT_LOG_SD : 1,
    fails: { share: fails, n: time.n, source: time.source },
    catches,
    looks: action.kind === 'read' || action.kind === 'check',
  };
}

function timeOf(program: Program, step: ProgramStep, jobs: boolean): Law {
  const chain = must(program.chains[step.chain], 'chain');
  // Where jobs are forecast, a drain is waiting for them and then a round of the scheduler, whatever drains took before.
  if (jobs && step.id === chain.drain) return defaultLaw(step.action);
  // A try carries the time of its whole way; by itself it is a reboot like the one of the procedure.
  if (isTry(chain, step.id)) {
    const reboot = program.steps.find(
      ({ id, action }) => id >= chain.first && id < chain.end && action.kind === 'do' && isBoot(action.act),
    );
    return reboot?.takes ? lawOf(reboot.takes) : defaultLaw(step.action);
  }
  if (step.takes) return lawOf(step.takes);
  if (step.checks.length === 0) return withinLimit(defaultLaw(step.action), step);
  return withinLimit(sumOf(step.checks.map(({ takes }) => (takes ? lawOf(takes) : defaultLaw(step.action)))), step);
}

/** A time limit is four medians where nobody states it; so a default beyond the limit that somebody did state says less than the limit does. */
function withinLimit(law: Law, { timeoutMs }: ProgramStep): Law {
  if (!law.assumed || timeoutMs === null || law.medianMs < timeoutMs) return law;
  return { ...law, medianMs: timeoutMs / 4, source: 'a quarter of its time limit' };
}

const isBoot = (act: string): boolean => act === 'reboot' || act === 'power-cycle' || act === 'ac-cycle' || act === 'reset';

function chainLaws(plan: Plan, chain: Chain): ChainLaws {
  const { defects, disturbs, mopUp } = must(plan.procedures[chain.id], `procedure ${chain.id}`);
  const stated = mopUp.filter(({ share }) => share > 0);
  const total = stated.reduce((sum, { share }) => sum + share, 0);
  const people = { way: 'people', share: 1, takes: null, tries: [], crew: null, part: null } satisfies MopUpWay;
  const ways = total > 0 ? stated.map((way) => ({ ...way, share: way.share / total })) : [people];
  return { defects: defects ?? DEFECTS, disturbs: disturbs && disturbs.share > 0 ? disturbs : null, ways: ways.map(wayLaw) };
}

function wayLaw({ way, share, takes, tries, crew, part }: MopUpWay): WayLaw {
  return {
    way,
    share,
    takes: takes ? lawOf(takes) : PEOPLE_LAW,
    key: keyOf(`mop-up ${way}`),
    byTries: tries.length > 0,
    crew,
    part,
  };
}
