// What people ask of a plan, and how each answer comes about. Whoever carries a rehearsal out is handed in.
import { MILESTONES, type Comparison, type Forecast, type LimitsReport, type Question } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { proposalHtml } from '../../report/proposal-html.ts';
import { challenging } from '../../sim/challenge/challenge.ts';
import { comparing } from '../../sim/limits/compare.ts';
import { limiting } from '../../sim/limits/limits.ts';
import type { Asking } from '../../sim/rehearse/asking.ts';
import { simModel } from '../../sim/model.ts';
import { rehearsing } from '../../sim/rehearse/rehearse.ts';
import { scenarioFilm } from '../../sim/rehearse/scenario-film.ts';
import { eventsOf } from '../../sim/rehearse/work.ts';
import { must } from '../../std/assert.ts';
import { expectedOf, type Expected } from '../../study/expected.ts';
import { buildProposal } from '../../study/proposal/build.ts';
import { gather, type Hands } from '../../study/proposal/gather.ts';
import { scopeOf } from '../../study/proposal/scope.ts';
import { rehearsedSpans, type RehearsedSpan } from '../../study/spans.ts';
import { packBytes, packNumbers } from '../contract/packed.ts';

interface Rehearsed {
  readonly forecast: Forecast;
  readonly spans: readonly RehearsedSpan[];
  readonly tookMs: number;
}

/** As `replaySchema` of the contract has it. */
interface Night {
  readonly title: string;
  readonly targets: readonly string[];
  readonly zeroMs: number | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly initial: string;
  readonly atMs: string;
  readonly target: string;
  readonly cell: string;
  readonly marks: { readonly [percent: string]: number | null };
  readonly baseline: number;
}

/** By kind, what it takes. `scenarios`: exactly so many. */
export interface Asks {
  readonly rehearsal: { readonly seed: number; readonly scenarios: number };
  readonly comparison: { readonly seed: number; readonly scenarios: number };
  readonly limits: { readonly seed: number };
  readonly questions: { readonly seed: number };
  readonly proposal: { readonly seed: number; readonly scenarios: number };
  readonly night: { readonly seed: number; readonly scenario: number };
  readonly expected: { readonly seed: number };
}

/** By kind, what comes out. */
export interface Answers {
  readonly rehearsal: Rehearsed;
  /** The second plan minus the first. */
  readonly comparison: Comparison;
  readonly limits: LimitsReport;
  readonly questions: readonly Question[];
  readonly proposal: { readonly html: string };
  readonly night: Night;
  readonly expected: Expected;
}

export type AskKind = keyof Asks;

/** Who carries rehearsals out, and when it is. */
export interface Means {
  readonly carry: <T>(asking: Asking<T>) => Promise<T>;
  readonly nowMs: number;
}

type Way<K extends AskKind> = (plans: readonly Plan[], args: Asks[K], means: Means) => Promise<Answers[K]>;

/** Single nights are lived through for the rows of a sequence until they have cost about so many events. */
const SPAN_EVENTS = 1_500_000;
const SPAN_SCENARIOS = { least: 4, most: 60 } as const;

const WAYS: { readonly [K in AskKind]: Way<K> } = {
  rehearsal: async ([plan], { seed, scenarios }, { carry }) => {
    const began = performance.now();
    const asked = must(plan, 'a plan');
    const forecast = await carry(rehearsing(asked, { seed, scenarios }));
    const spans = await rehearsedSpans(asked, forecast, { seed, scenarios: spanScenarios(asked, scenarios), stop: () => false });
    return { forecast, spans, tookMs: Math.round(performance.now() - began) };
  },
  comparison: ([first, second], args, { carry }) => carry(comparing(must(first, 'a plan'), must(second, 'another plan'), args)),
  limits: ([plan], { seed }, { carry }) => carry(limiting(must(plan, 'a plan'), { seed })),
  questions: ([plan], { seed }, { carry }) => carry(challenging(must(plan, 'a plan'), { seed })),
  proposal: ([plan], args, means) => proposalOf(must(plan, 'a plan'), args, means),
  night: ([plan], args) => Promise.resolve(nightOf(must(plan, 'a plan'), args)),
  expected: ([plan], { seed }) => Promise.resolve(expectedOf(must(plan, 'a plan'), seed)),
};

/** Throws what the rehearsal throws. */
export function answer<K extends AskKind>(kind: K, plans: readonly Plan[], args: Asks[K], means: Means): Promise<Answers[K]> {
  return WAYS[kind](plans, args, means);
}

function spanScenarios(plan: Plan, scenarios: number): number {
  const affordable = Math.floor(SPAN_EVENTS / Math.max(1, eventsOf(plan)));
  return Math.min(scenarios, SPAN_SCENARIOS.most, Math.max(SPAN_SCENARIOS.least, affordable));
}

async function proposalOf(plan: Plan, args: Asks['proposal'], { carry, nowMs }: Means): Promise<Answers['proposal']> {
  const hands: Hands = {
    carryOut: (asking) => carry(asking(() => undefined)),
    waiting: (_, work) => work,
    stop: () => false,
  };
  const material = await gather(hands, plan, scopeOf(plan, null), { ...args, madeAtUnixMin: Math.floor(nowMs / 60_000) });
  return { html: proposalHtml(buildProposal(must(material, 'what a proposal is built from'))) };
}

function nightOf(plan: Plan, { seed, scenario }: Asks['night']): Night {
  const { initial, atMs, target, cell, targets, zeroMs, startMs, result } = scenarioFilm(plan, seed, scenario);
  // The film counts from time zero.
  const zero = zeroMs ?? startMs;
  const minuteOf = (percent: number): number | null => {
    const min = result.curve[percent - 1] ?? Infinity;
    return Number.isFinite(min) ? min : null;
  };
  return {
    title: `${plan.change.name}, simulated: seed ${seed}, scenario ${scenario}`,
    targets,
    zeroMs,
    fromMs: zero + Math.min(0, atMs[0] ?? 0),
    toMs: zero + Math.max(0, atMs.at(-1) ?? 0),
    initial: packBytes(initial),
    atMs: packNumbers(atMs.map((at) => zero + at)),
    target: packNumbers(target),
    cell: packBytes(cell),
    marks: Object.fromEntries(MILESTONES.map((percent) => [String(percent), minuteOf(percent)])),
    baseline: simModel(plan, { seed }).counted.length,
  };
}
