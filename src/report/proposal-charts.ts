// The pictures of a proposal, and what stands for them where there are only characters.
import { barsSvg } from '../chart/bars-svg.ts';
import { forecastSvg } from '../chart/forecast-svg.ts';
import { ganttSvg, type GanttRow } from '../chart/gantt-svg.ts';
import { growthSvg } from '../chart/growth-svg.ts';
import { showMinutes } from '../chart/scale.ts';
import { terminalBars } from '../chart/terminal-bars.ts';
import { terminalForecast } from '../chart/terminal-forecast.ts';
import { terminalGrowth } from '../chart/terminal-growth.ts';
import type { LimitCost, LimitsReport } from '../core/forecast/forecast.ts';
import { showCount } from '../std/share.ts';
import type { Block } from './document.ts';
import type { Proposal, ProposalStage } from './proposal.ts';
import type { ProposalTimes } from './proposal-words.ts';

const TERMINAL = { widthChars: 100, heightChars: 17 } as const;
const NAMED_MAX = 12;
const MARKS = ['95', '99'] as const;
const STAGE_KINDS = { before: 'before', window: 'work', after: 'after' } as const satisfies Record<ProposalStage['kind'], string>;

export function returnChart(proposal: Proposal, times: ProposalTimes): Block {
  const { forecast, northStarMin, alternatives } = proposal;
  const windowEndMin = lastEnd(proposal);
  const oneNodeMin = forecast.oneNodeMin.p50;
  const marks = [
    { label: 'one node', min: oneNodeMin },
    { label: 'north star', min: northStarMin },
    { label: 'window ends', min: windowEndMin },
  ].flatMap(({ label, min }) => (min === null ? [] : [{ label: `${label} ${showMinutes(min)}`, min }]));
  return {
    kind: 'chart',
    svg: forecastSvg({
      title: 'Share of the nodes that is back',
      nodes: forecast.nodes,
      curve: forecast.curve,
      milestones: forecast.milestones,
      northStarMin,
      oneNodeMin,
      windowEndMin,
      others: alternatives.map(({ name, forecast: { curve } }) => ({ label: name, points: curve })),
      ...(times.tick ? { clock: times.tick } : {}),
    }),
    text: terminalForecast({ curve: forecast.curve, milestones: forecast.milestones, marks, ...TERMINAL }),
  };
}

/** The table of the sequence says the same in Markdown. */
export function sequenceChart({ stages, windows, blackouts, crews, turnBack }: Proposal, times: ProposalTimes): Block {
  const ends = stages.flatMap(({ kind, rows }) => (kind === 'window' ? rows.map(({ endP90Min }) => endP90Min ?? Infinity) : []));
  // A window kept in reserve would press all the work into a corner of the picture.
  const used = windows.filter(({ fromMin }) => fromMin <= Math.max(0, ...ends));
  const rows = sequenceRows(stages);
  const labelled = <T extends { readonly name: string }>(list: readonly T[], words: string): (T & { readonly label: string })[] =>
    list.map((item) => ({ ...item, label: `${words} ${item.name}` }));
  return {
    kind: 'chart',
    svg: ganttSvg({
      title: 'From staging to the last return',
      rows,
      windows: labelled(used, 'window'),
      blackouts: labelled(blackouts, 'blackout'),
      crews: labelled(crews, 'crew'),
      turnBackMin: turnBack.lastMin,
      ...(times.tick ? { clock: times.tick } : {}),
    }),
    text: [],
  };
}

/** The sequence as rows of its picture, in its order. */
export function sequenceRows(stages: readonly ProposalStage[]): GanttRow[] {
  return stages.flatMap((stage, i) =>
    stage.rows.map(({ what, startMin, endMin, endP90Min }) => ({
      label: what,
      group: `${i + 1}. ${stage.name}`,
      startMin,
      endMin,
      endP90Min,
      kind: STAGE_KINDS[stage.kind],
    })),
  );
}

/** Dearest first, as the report has them; the table below it has all. */
export function limitsChart({ limits, scenarios }: LimitsReport): Block {
  const shown = limits.slice(0, NAMED_MAX);
  const gains = ({ gainMin }: LimitCost): { diffMin: number | null; lowMin: number | null; highMin: number | null }[] =>
    MARKS.map((q) => gainMin[q] ?? { diffMin: null, lowMin: null, highMin: null });
  return {
    kind: 'chart',
    svg: barsSvg({
      title: 'What lifting each limit would win',
      note: `rehearsed without it on the same ${showCount(scenarios)} scenarios; thin lines: 95 % interval`,
      series: MARKS.map((q) => `${q} % back sooner by`),
      rows: shown.map((limit) => ({
        label: `${limit.name}: ${limit.value}`,
        detail: `${limit.kind}, ${limit.owner === null ? 'no owner named' : `owner ${limit.owner}`}`,
        gains: gains(limit),
      })),
    }),
    text: terminalBars({
      series: MARKS.map((q) => `${q} %`),
      rows: shown.map((limit) => ({ label: `${limit.name}: ${limit.value}`, gains: gains(limit) })),
      widthChars: TERMINAL.widthChars,
    }),
  };
}

export function growthChart({ growth, oneNodeMin, bendsAtNodes }: LimitsReport): Block {
  return {
    kind: 'chart',
    svg: growthSvg({
      title: 'T(N): how long it takes by number of nodes, all limits as they are',
      series: [
        { label: '95 % back', kind: 'main', points: growth.map(({ nodes, t95Min }) => ({ nodes, min: t95Min })) },
        { label: '50 % back', kind: 'also', points: growth.map(({ nodes, t50Min }) => ({ nodes, min: t50Min })) },
      ],
      oneNodeMin: oneNodeMin.p50,
      bendsAtNodes,
    }),
    text: terminalGrowth({ points: growth, bendsAtNodes, widthChars: TERMINAL.widthChars }),
  };
}

/** When the last window ends. */
export function lastEnd({ windows }: Proposal): number | null {
  return windows.length === 0 ? null : Math.max(...windows.map(({ toMin }) => toMin));
}
