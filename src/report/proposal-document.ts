// A proposal as a document, in the order in which a customer's lead asks: when is it back, what is wanted of us, what happens, what may go
// wrong, why this way; then what it rests on, for those who check.
import { showMinutes } from '../chart/scale.ts';
import type { Forecast } from '../core/forecast/forecast.ts';
import { showCount, showShare } from '../std/share.ts';
import {
  brief,
  joined,
  paragraph,
  table,
  tableOr,
  type Block,
  type Document,
  type Figure,
  type Section,
  type Span,
  type Words,
} from './document.ts';
import { lastEnd, returnChart, sequenceChart } from './proposal-charts.ts';
import { basisSection, fasterSection, questionSection, whySection, workingSection } from './proposal-reasons.ts';
import { amount, percentWords, seen, spreadWords, timesOf, type ProposalTimes } from './proposal-words.ts';
import type { Proposal, ProposalRisk, ProposalStage } from './proposal.ts';
import { zonedClock } from './zoned-time.ts';

const HEADLINE_MARKS = ['50', '75', '95', '99'] as const;
const CLUSTER_MARKS = ['50', '75', '95'] as const;
const TABLE_MARKS = ['50', '75', '95', '99', '100'] as const;

export function proposalDocument(proposal: Proposal): Document {
  const times = timesOf(proposal, proposal.zone);
  return {
    title: proposal.title,
    whole: 'propose -o FILE.html',
    lead: [headline(proposal.forecast, times), { kind: 'figures', items: figures(proposal, times) }, ...facts(proposal, times)],
    sections: [
      { title: 'What is asked', blocks: [askTable(proposal)] },
      { title: 'Return curve', blocks: returnBlocks(proposal, times) },
      { title: 'By cluster and customer', blocks: [clusterTable(proposal)] },
      { title: 'Sequence', blocks: sequenceBlocks(proposal, times) },
      { title: 'Turning back', blocks: turnBackBlocks(proposal, times) },
      { title: 'Risks', blocks: riskBlocks(proposal) },
      whySection(proposal, times),
      ...(proposal.onlyFor === null ? [fasterSection(proposal.limits), questionSection(proposal.questions)] : []),
      basisSection(proposal.forecast),
      workingSection(proposal),
    ] satisfies Section[],
  };
}

function headline({ milestones, nodes }: Forecast, times: ProposalTimes): Block {
  const [half, goal] = [milestones['50'], milestones['95']];
  const strong = `Half of ${showCount(nodes)} nodes back: ${times.on(half?.p50Min ?? null)}. 95 % back: ${times.on(goal?.p50Min ?? null)}.`;
  return paragraph({ strong }, ` In nine of ten scenarios 95 % are back: ${times.on(goal?.p90Min ?? null)}.`);
}

function figures(proposal: Proposal, times: ProposalTimes): Figure[] {
  const { milestones, ratio, oneNodeMin, gpuHoursNotReturned } = proposal.forecast;
  const marks = HEADLINE_MARKS.flatMap((q) => {
    const mark = milestones[q];
    if (!mark) return [];
    const late = `nine of ten scenarios: ${times.tick ? times.at(mark.p90Min) : times.after(mark.p90Min)}`;
    const value = times.tick ? times.at(mark.p50Min) : times.after(mark.p50Min);
    return [
      { label: `${q} % back`, value, note: times.tick && mark.p50Min !== null ? `after ${times.after(mark.p50Min)}; ${late}` : late },
    ];
  });
  return [
    ...marks,
    {
      label: 'Against one node',
      value: ratio === null ? '-' : `${ratio.toFixed(2)} ×`,
      note: `95 % back, by the time of one node with all limits lifted (${times.after(oneNodeMin.p50)})`,
    },
    ...northStar(proposal),
    {
      label: 'GPU-hours not returned',
      value: amount(gpuHoursNotReturned.p50),
      note: `nine of ten scenarios: ${gpuHoursNotReturned.p90 === null ? 'not known' : `at most ${amount(gpuHoursNotReturned.p90)}`}; a node counts from drain to return, 72 h at most`,
    },
  ];
}

/** A time for the whole operation, asked of the 95 % that count as done. */
function northStar({ northStarMin, forecast }: Proposal): Figure[] {
  if (northStarMin === null) return [];
  const half = forecast.milestones['95']?.p50Min ?? null;
  const off = half === null ? null : half - northStarMin;
  const note = off === null ? '95 % not reached' : off <= 0 ? `met with ${showMinutes(-off)} to spare` : `missed by ${showMinutes(off)}`;
  return [{ label: 'North star', value: showMinutes(northStarMin), note: `for 95 %, half of the scenarios: ${note}` }];
}

function facts(proposal: Proposal, times: ProposalTimes): Block[] {
  const { change, customers, plan, forecast, madeAtUnixMin, zone } = proposal;
  const unseen = forecast.basis.filter(({ n }) => n === 0).length;
  const clock = zonedClock(zone);
  const made = madeAtUnixMin === null ? [] : [`Written ${clock.day(madeAtUnixMin)}, ${clock.time(madeAtUnixMin)}.`];
  const items: Words[] = [
    ...change,
    ...customers.map(
      (customer) =>
        `For ${customer.name}: ${showCount(customer.nodes)} nodes in ${joined(customer.clusters)}${noticeWords(customer.noticeMin)}.`,
    ),
    ['Plan ', { code: plan.id.slice(0, 12) }, ...(plan.parent === null ? [] : [', made from ', { code: plan.parent.slice(0, 12) }]), '.'],
    [times.stated, ...made.map((words) => ` ${words}`)],
  ];
  const honesty: Block[] =
    unseen === 0
      ? []
      : [
          paragraph(
            `${showCount(unseen)} of the ${showCount(forecast.basis.length)} numbers that the forecast rests on are `,
            seen(0),
            '. The first run will correct them; they are listed at the end.',
          ),
        ];
  return [{ kind: 'list', items }, ...honesty];
}

function noticeWords(noticeMin: number | null): string {
  return noticeMin === null ? '' : `, told ${showMinutes(noticeMin)} before the window`;
}

function askTable(proposal: Proposal): Block {
  const rows = proposal.asks.map(({ what, who, byMin, why }) => {
    const zone = zoneOf(proposal, who);
    const elsewhere = zone === proposal.zone || byMin === null || proposal.forecast.windowMin === null ? '' : ` (${zone})`;
    return [brief(what), who, byMin === null ? '-' : `${timesOf(proposal, zone).on(byMin)}${elsewhere}`, brief(why)];
  });
  return tableOr('Nothing is asked of anybody.', 'What is asked of whom, and until when', ['what', 'of whom', 'until', 'why'], rows);
}

function returnBlocks(proposal: Proposal, times: ProposalTimes): Block[] {
  const { forecast } = proposal;
  const rows = TABLE_MARKS.flatMap((q): Words[][] => {
    const mark = forecast.milestones[q];
    if (!mark) return [];
    const interval = mark.lowMin === null || mark.highMin === null ? '-' : `${times.after(mark.lowMin)} to ${times.after(mark.highMin)}`;
    return [[`${q} %`, times.after(mark.p50Min), times.after(mark.p90Min), interval, showShare(mark.reached, 1)]];
  });
  const head = ['back', '>P50', '>P90', '>95 % interval of the P90', '>scenarios that reached it'];
  return [returnChart(proposal, times), table('When which share of the nodes is back', head, rows), ...tailBlocks(proposal, times)];
}

function tailBlocks(proposal: Proposal, times: ProposalTimes): Block[] {
  const { onlyFor } = proposal;
  const { gateMin, mopUpMin, stragglers, short } = proposal.forecast;
  const end = lastEnd(proposal);
  return [
    {
      kind: 'list',
      items: [
        `The return gate of the policy is met: ${times.at(gateMin.p50Min)} in half of the scenarios, ${times.at(gateMin.p90Min)} in nine of ten.`,
        `Targets that leave the happy path (P50 / P90): ${spreadWords(stragglers)}.${onlyFor === null ? ` From the bulk done to the last of them settled: ${times.after(mopUpMin.p50)} / ${times.after(mopUpMin.p90)}.` : ''}`,
        ...(short === null
          ? []
          : [
              `The window ends before the gate is met in ${showShare(short, 1)} of the scenarios${end === null ? '' : `; the last window ends ${times.at(end)}`}.`,
            ]),
      ],
    },
  ];
}

function clusterTable(proposal: Proposal): Block {
  const rows = proposal.forecast.clusters.map(({ cluster, customer, nodes, milestones }): Words[] => {
    const zone = zoneOf(proposal, customer ?? '');
    const times = timesOf(proposal, zone);
    const marks = CLUSTER_MARKS.map((q) => `${times.at(milestones[q]?.p50Min ?? null)} / ${times.at(milestones[q]?.p90Min ?? null)}`);
    return [cluster, customer ?? 'the operator', showCount(nodes), ...marks, zone];
  });
  const head = ['cluster', 'customer', '>nodes', ...CLUSTER_MARKS.map((q) => `>${q} % (P50 / P90)`), 'clock of'];
  return tableOr('No cluster was counted.', 'When each cluster is back, on the clock of its customer', head, rows);
}

function sequenceBlocks(proposal: Proposal, times: ProposalTimes): Block[] {
  const { stages } = proposal;
  if (stages.length === 0) return [paragraph('No phase is planned.')];
  return [sequenceChart(proposal, times), ...stages.flatMap((stage, i) => stageBlocks(stage, i + 1, times))];
}

function stageBlocks({ name, words, rows }: ProposalStage, number: number, times: ProposalTimes): Block[] {
  const head = ['what', 'targets', '>starts', '>done (P50)', '>done (P90)', 'goes on when'];
  const cells = rows.map(({ what, targets, startMin, endMin, endP90Min, gate }): Words[] => [
    what,
    [{ code: brief(targets) }],
    times.at(startMin),
    times.at(endMin),
    times.at(endP90Min),
    gate,
  ]);
  return [
    { kind: 'heading', title: `${number}. ${name}` },
    paragraph(words),
    tableOr('Nothing happens here.', `Sequence, part ${number}: ${name}`, head, cells),
  ];
}

function turnBackBlocks({ turnBack, windows }: Proposal, times: ProposalTimes): Block[] {
  const { lastMin, words, steps } = turnBack;
  const never =
    windows.length === 0
      ? 'Without a window there is no last time to turn back.'
      : 'There is no time at which the whole run could turn back inside its window.';
  const last = lastMin === null ? never : `The whole run can turn back until: ${times.on(lastMin)}.`;
  const rows = steps.map(({ step, leaves, back, onMin, lastMin: until }): Words[] => [
    step,
    leaves,
    back === null
      ? 'no way back'
      : back.takesMin === 0
        ? 'nothing to undo'
        : [`${showMinutes(back.takesMin)} (`, seen(back.n), `${back.source === '' ? '' : `; ${brief(back.source)}`})`],
    showMinutes(onMin),
    until === null ? '-' : times.at(until),
  ]);
  const head = ['stopped after', 'leaves the target', 'the way back takes', '>going on takes', '>last time'];
  return [paragraph({ strong: last }, ` ${words}`), tableOr('No step changes anything.', 'Last time to turn back, by step', head, rows)];
}

function riskBlocks({ risks }: Proposal): Block[] {
  const rows = risks.map(({ what, likely, costs, answer }): Words[] => [brief(what), likelyWords(likely), brief(costs), brief(answer)]);
  return [
    tableOr(
      'Nobody named a risk.',
      'Risks, how likely they are, and what is done then',
      ['risk', 'how likely', 'what it costs', 'what is done then'],
      rows,
    ),
  ];
}

function likelyWords(likely: ProposalRisk['likely']): Words {
  if (likely === null) return [{ unseen: 'nobody can say' }];
  const source: Span = likely.source === '' ? '' : `; ${brief(likely.source)}`;
  return [`${percentWords(likely.share)} (`, seen(likely.n), source, ')'];
}

function zoneOf({ customers, zone }: Proposal, name: string): string {
  return customers.find((customer) => customer.name === name)?.zone ?? zone;
}
