// The second half of a proposal: why this plan, what would make it faster, what was asked of it, and what its numbers rest on.
import { showMinutes } from '../chart/scale.ts';
import type { Basis, Forecast, LimitCost, LimitsReport, Question } from '../core/forecast/forecast.ts';
import { showCount } from '../std/share.ts';
import { brief, paragraph, table, tableOr, type Block, type Section, type Span, type Words } from './document.ts';
import { growthChart, limitsChart } from './proposal-charts.ts';
import { bandWords, gainWords, laterWords, seen, spreadWords, timesOf, type ProposalTimes } from './proposal-words.ts';
import type { Proposal } from './proposal.ts';

const MARKS = ['50', '75', '95'] as const;

/** This plan beside the naive ones, on the same scenarios; an alternative that is sooner is shown as sooner. */
export function whySection(proposal: Proposal, times: ProposalTimes): Section {
  const { forecast, alternatives } = proposal;
  if (alternatives.length === 0) return { title: 'Why this plan', blocks: [paragraph('No other plan was rehearsed beside it.')] };
  const row = (name: Words, other: Forecast, later: string, after: ProposalTimes): Words[] => [
    name,
    ...MARKS.map((q) => bandWords(after, other.milestones[q])),
    spreadWords(other.gpuHoursNotReturned),
    later,
  ];
  const rows = [
    row([{ strong: 'this plan' }], forecast, '-', times),
    ...alternatives.map((other) =>
      row(
        other.name,
        other.forecast,
        laterWords(other.against?.milestones['95']),
        timesOf({ ...proposal, forecast: other.forecast }, proposal.zone),
      ),
    ),
  ];
  const head = [
    'plan',
    ...MARKS.map((q) => `>${q} % back (P50 / P90)`),
    '>GPU-hours not returned (P50 / P90)',
    '95 % back, against this plan',
  ];
  const reasons = alternatives.map(({ name, why }): Words => [{ strong: name }, `: ${brief(why)}`]);
  return { title: 'Why this plan', blocks: [table('This plan beside the naive ones', head, rows), { kind: 'list', items: reasons }] };
}

export function fasterSection(limits: LimitsReport | null): Section {
  const title = 'What would make it faster';
  if (limits === null) return { title, blocks: [paragraph('The limits were not lifted one by one for this proposal.')] };
  const { oneNodeMin, fleetMin, ratio } = limits;
  const sentence = `One node with all limits lifted takes ${showMinutes(oneNodeMin.p50)}, 95 % of the fleet ${showMinutes(fleetMin['95']?.p50Min ?? null)}${ratio === null ? '' : `: ${ratio.toFixed(2)} times as long`}. The difference is what the limits cost.`;
  const head = ['to lift', 'stands at', 'owner', 'mend by', '>95 % back sooner by', '>99 % back sooner by', 'where it comes from'];
  const blocks: Block[] =
    limits.limits.length === 0
      ? [paragraph('Nothing limits this plan.')]
      : [limitsChart(limits), table('Limits to lift, with owner and mend-by date', head, limits.limits.map(limitRow))];
  return { title, blocks: [paragraph(sentence), ...blocks, ...growthBlocks(limits)] };
}

function limitRow({ name, kind, value, owner, until, gainMin, source, since, why }: LimitCost): Words[] {
  const origin = [why, source, since === null ? null : `since ${since}`].filter((words): words is string => words !== null && words !== '');
  return [
    [{ strong: name }, ` (${kind})`],
    value,
    owner ?? [{ unseen: 'nobody named' }],
    until ?? [{ unseen: 'no date' }],
    gainWords(gainMin['95']),
    gainWords(gainMin['99']),
    brief(origin.join('; ')),
  ];
}

function growthBlocks(limits: LimitsReport): Block[] {
  const { growth, bendsAtNodes, steps } = limits;
  const bend =
    bendsAtNodes === null
      ? 'Up to the whole fleet, 95 % takes no more than a tenth longer than one node of this plan.'
      : `From ${showCount(bendsAtNodes)} nodes on, 95 % takes more than a tenth longer than one node of this plan.`;
  const rows = steps.map(({ step, oneNodeMin, waitMin, o1, waitsFor }): Words[] => [
    step,
    showMinutes(oneNodeMin),
    waitMin < 0.05 ? 'none' : showMinutes(waitMin),
    o1 ? 'as long for all as for one' : 'grows with the number of nodes',
    waitsFor ?? '-',
  ]);
  return [
    { kind: 'heading', title: 'Where it stops being O(1)' },
    ...(growth.length === 0 ? [] : [paragraph(bend), growthChart(limits)]),
    tableOr(
      'No step was looked at by itself.',
      'Steps that take as long for all as for one, and steps that do not',
      ['step', '>one node', '>typical wait before it', 'O(1)?', 'waits most for'],
      rows,
    ),
  ];
}

export function questionSection(questions: readonly Question[]): Section {
  const title = 'Questions asked of this plan';
  if (questions.length === 0) return { title, blocks: [paragraph('The challenger found nothing to ask.')] };
  const items = questions.map(({ text, numbers, sets }): Words => {
    const pairs = Object.entries(numbers).map(([name, value]) => `${name}: ${numberWords(value)}`);
    const how = sets.flatMap((set): Span[] => [' ', { code: set }]);
    return [
      { strong: text },
      ...(pairs.length === 0 ? [] : [` ${pairs.join('; ')}.`]),
      ...(how.length === 0 ? [] : [' To try it:', ...how]),
    ];
  });
  return {
    title,
    blocks: [paragraph('They stop nothing. Every number is that of a rehearsal with only this changed.'), { kind: 'list', items }],
  };
}

export function basisSection({ basis, notes }: Forecast): Section {
  const rows = basis.map(({ about, medianMin, logSd, n, source, assumed }): Words[] => [
    about,
    showMinutes(medianMin),
    logSd.toFixed(2),
    n === 0 ? [seen(0)] : showCount(n),
    `${brief(source)}${assumed ? ' (nobody stated it: the default of this kind of step)' : ''}`,
  ]);
  return {
    title: 'What the numbers rest on',
    blocks: [
      paragraph(`Observations made here are counted; what was never seen here is somebody's figure or a guess. ${unseenWords(basis)}`),
      tableOr(
        'Nothing was assumed.',
        'Priors and assumptions, with the observations behind them',
        ['about', '>median', '>spread (log-sd)', '>observations', 'source'],
        rows,
      ),
      ...(notes.length === 0 ? [] : [{ kind: 'heading', title: 'Assumed' } as const, { kind: 'list', items: notes } as const]),
    ],
  };
}

/** The line by which anybody gets the same numbers again. */
export function workingSection({ forecast, onlyFor }: Pick<Proposal, 'forecast' | 'onlyFor'>): Section {
  const { plan, seed, scenarios, engine, errorPct, milestones } = forecast;
  const same = `--seed ${seed} --scenarios ${scenarios}`;
  const again = onlyFor === null ? `rehearse PLAN ${same} --engine ${engine}` : `propose PLAN --for ${onlyFor} ${same} -o FILE.md`;
  const goal = milestones['95'];
  const interval =
    !goal || goal.lowMin === null || goal.highMin === null
      ? 'The scenarios leave no interval for the P90 of 95 % back.'
      : `With so many scenarios, the P90 of 95 % back is known to lie in ${showMinutes(goal.lowMin)} to ${showMinutes(goal.highMin)} (95 % interval, order statistics).`;
  const error =
    errorPct === null
      ? ''
      : ` On paired scenarios it differs from the exact engine by ${Number(errorPct.toFixed(2))} % at most (T50, T75, T95).`;
  return {
    title: 'How it was computed',
    blocks: [
      paragraph(
        `Seed ${seed}, ${showCount(scenarios)} scenarios, engine ${engine}.${error} ${interval} The same plan, seed, scenarios and engine give the same numbers: `,
        {
          code: `pitstop ${again}`,
        },
        '.',
      ),
      paragraph('Plan ', { code: plan }, '.'),
    ],
  };
}

function unseenWords(basis: readonly Basis[]): string {
  const unseen = basis.filter(({ n }) => n === 0).length;
  if (basis.length === 0) return '';
  if (unseen === 0) return 'All of these were measured here.';
  return `${showCount(unseen)} of ${showCount(basis.length)} were never measured here.`;
}

function numberWords(value: number | string | null): string {
  if (value === null) return 'not known';
  return typeof value === 'string' ? value : value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
