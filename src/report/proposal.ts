// What a maintenance lead puts before a customer: when what comes back, how sure that is, what is asked, and why this way and not another.
// Pure data; `proposal-markdown.ts` and `proposal-html.ts` show it. Times are minutes from time zero (the first drain) unless a name says
// otherwise, those before it negative.
import type { Comparison, Forecast, LimitsReport, Question } from '../core/forecast/forecast.ts';

export interface Proposal {
  readonly title: string;
  readonly plan: { readonly id: string; readonly parent: string | null };
  /** What is changed, a line each: "host-os 2025.07 on 2,048 nodes". */
  readonly change: readonly string[];
  /** When this was written, in Unix minutes; null: not said. */
  readonly madeAtUnixMin: number | null;
  /** IANA zone of the reader. A customer's own rows are in the customer's zone. */
  readonly zone: string;
  /** The only reader: what is nobody's business but the operator's is left out; null: it is for everybody. */
  readonly onlyFor: string | null;
  readonly customers: readonly ProposalCustomer[];
  /** Its `windowMin` is the Unix minute of time zero; null: no time of day can be given. */
  readonly forecast: Forecast;
  /** How far the scenarios were followed; null: not known. */
  readonly horizonMin: number | null;
  readonly northStarMin: number | null;
  readonly stages: readonly ProposalStage[];
  readonly windows: readonly NamedSpan[];
  readonly blackouts: readonly NamedSpan[];
  readonly crews: readonly { readonly name: string; readonly shifts: readonly ProposalSpan[] }[];
  readonly asks: readonly ProposalAsk[];
  readonly risks: readonly ProposalRisk[];
  readonly turnBack: ProposalTurnBack;
  /** The naive plans for the same change, rehearsed on the same scenarios. */
  readonly alternatives: readonly ProposalAlternative[];
  /** null: nobody lifted the limits one by one. */
  readonly limits: LimitsReport | null;
  readonly questions: readonly Question[];
}

export interface ProposalCustomer {
  readonly name: string;
  readonly zone: string;
  readonly clusters: readonly string[];
  readonly nodes: number;
  /** How long before the window they are to be told; null: nothing agreed. */
  readonly noticeMin: number | null;
}

export interface ProposalSpan {
  readonly fromMin: number;
  readonly toMin: number;
}

export interface NamedSpan extends ProposalSpan {
  readonly name: string;
}

/** before: staging, on nodes in service. window: the work. after: mop-up and return. */
export interface ProposalStage {
  readonly kind: 'before' | 'window' | 'after';
  readonly name: string;
  /** What happens in it, in a sentence or two. */
  readonly words: string;
  readonly rows: readonly {
    readonly what: string;
    /** Folded. */
    readonly targets: string;
    readonly startMin: number | null;
    /** In half of the scenarios, and in nine of ten. */
    readonly endMin: number | null;
    readonly endP90Min: number | null;
    /** What has to be true before the next begins. */
    readonly gate: string;
  }[];
}

export interface ProposalAsk {
  readonly what: string;
  readonly who: string;
  readonly byMin: number | null;
  readonly why: string;
}

export interface ProposalRisk {
  readonly what: string;
  /** How often, with the observations behind it; null: nobody can say. */
  readonly likely: { readonly share: number; readonly n: number; readonly source: string } | null;
  readonly costs: string;
  readonly answer: string;
}

export interface ProposalTurnBack {
  /** The last time at which the whole run can turn back and still fit its window; null: there is none. */
  readonly lastMin: number | null;
  readonly words: string;
  readonly steps: readonly {
    readonly step: string;
    /** The state a target is in when it stops after this step. */
    readonly leaves: string;
    /** null: there is no way back from here. */
    readonly back: { readonly takesMin: number; readonly n: number; readonly source: string } | null;
    /** What is left to do for a target that goes on instead. */
    readonly onMin: number;
    readonly lastMin: number | null;
  }[];
}

export interface ProposalAlternative {
  readonly name: string;
  /** What it would do, and why it is not proposed. */
  readonly why: string;
  readonly forecast: Forecast;
  /** This plan first, the alternative second: positive = the alternative is later. */
  readonly against: Comparison | null;
}
