// The top of the customer's page: where it stands in one sentence, what is usable now, when 50, 75 and 95 per cent are back, and the curve.
import { curveSvg } from '../../chart/curve-svg.ts';
import { forecastSvg } from '../../chart/forecast-svg.ts';
import { showMinutes } from '../../chart/scale.ts';
import { showCount, showShare } from '../../std/share.ts';
import { markup, trusted, type Markup } from '../html.ts';
import type { CustomerPage, Mark, PageCurve, Phase } from './page-data.ts';
import { counted, nodesWords } from './page-pieces.ts';
import type { ReaderClock } from './reader-clock.ts';

const MINUTE_MS = 60_000;

export function standingSentence({ capacity, nodes, firstDrainAt, windows, offers, phase }: CustomerPage, clock: ReaderClock): string {
  const window = windows[0] ? `The window is ${clock.span(windows[0].from, windows[0].to)}.` : 'No window is agreed yet.';
  const untilReleased = offers.release ? ' Nothing of yours is drained before you release it.' : '';
  const back = `${showCount(capacity.returned)} of ${nodesWords(capacity.nodes)} ${capacity.returned === 1 ? 'is' : 'are'} back`;
  const out = nodesWords(nodes.out.count);
  const rest = nodes.out.count === 0 ? 'None is out.' : `Waiting for a repair, and named below: ${out}.`;
  const words = {
    planned: `Nothing has been touched. ${window}${untilReleased}`,
    waiting: `All is ready, and none of your nodes has left service. ${window}${untilReleased}`,
    'under way': `${back}; ${showCount(capacity.needed)} were agreed. Your first node left service ${clock.moment(firstDrainAt)}.`,
    returned: `${back}, as many as agreed (${showCount(capacity.needed)}). Still out, and being worked on: ${out}.`,
    settled: `Finished: ${back}. ${rest}`,
    aborted: `The work was stopped: ${back}. What was not touched stays as it was; what was changed is finished, checked and returned.`,
  } as const satisfies Record<Phase, string>;
  return words[phase];
}

export function figuresHtml(page: CustomerPage, clock: ReaderClock): Markup {
  return markup`<dl class="figures">${usable(page)}${page.marks.map((mark) => markFigure(mark, page, clock))}</dl>\n`;
}

export function curveHtml({ curve, title }: CustomerPage, clock: ReaderClock): Markup {
  if (!curve) return markup``;
  const words = 'Return of your nodes: chart';
  const isBoth = curve.forecast.length > 0 && curve.actual.length > 0;
  const note = isBoth
    ? markup`<p class="asof">Line and band are the estimate from before the work; the black or white steps are what happened. The figures above are the latest.</p>\n`
    : markup``;
  return markup`<figure tabindex="0" role="group" aria-label="${words}">${trusted(drawn(curve, title, clock))}</figure>
${note}`;
}

function usable({ capacity, phase }: CustomerPage): Markup {
  const { nodes, gpus, groups } = capacity;
  const whole = groups
    ? [`${showCount(groups.usable.count)} of ${counted(groups.all, groups.kind === 'unit' ? 'whole unit' : 'whole domain')}`]
    : [];
  const cards = gpus ? [`${showCount(gpus.usable)} of ${showCount(gpus.all)} GPUs`] : [];
  const note = [...cards, ...whole, showShare(capacity.usable, nodes)].join('; ');
  const label = phase === 'planned' || phase === 'waiting' ? 'Usable now (nothing taken)' : 'Usable now';
  return figure(label, markup`${showCount(capacity.usable)} <small>of ${nodesWords(nodes)}</small>`, note);
}

function markFigure(mark: Mark, { now, phase }: CustomerPage, clock: ReaderClock): Markup {
  const label = `${mark.percent} % back (${nodesWords(mark.nodes)})`;
  if (mark.reachedAt !== null) return figure(label, markup`${clock.short(mark.reachedAt)}`, '✓ reached, and they have stayed');
  if (mark.likelyAt === null && mark.likelyMin !== null) {
    const late = mark.lateMin === null ? '' : `; in nine of ten cases ${showMinutes(mark.lateMin)}`;
    return figure(label, markup`${showMinutes(mark.likelyMin)}`, `after the first node leaves${late}`);
  }
  if (mark.likelyAt === null) {
    const over = phase === 'settled' || phase === 'aborted';
    return figure(
      label,
      markup`${over ? 'not reached' : 'not known'}`,
      over ? 'the rest waits for a repair' : 'no estimate reaches so far',
    );
  }
  const late = mark.lateAt === null ? 'no bound for nine of ten cases' : `in nine of ten cases by ${clock.short(mark.lateAt)}`;
  return figure(label, markup`${clock.short(mark.likelyAt)}`, mark.likelyAt < now ? `this time has passed; ${late}` : `likely; ${late}`);
}

function figure(label: string, value: Markup, note: string): Markup {
  return markup`<div><dt>${label}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
}

function drawn(curve: PageCurve, title: string, clock: ReaderClock): string {
  const { zeroAt, nowMin } = curve;
  if (curve.forecast.length === 0) {
    return curveSvg({ title: `${title}: your nodes back`, points: curve.actual, total: curve.nodes, nowMin: nowMin ?? 0 });
  }
  return forecastSvg({
    title: `${title}: when your nodes are back`,
    nodes: curve.nodes,
    curve: curve.forecast,
    milestones: curve.milestones,
    windowEndMin: curve.windowEndMin,
    ...(nowMin === null ? {} : { actual: { points: curve.actual, total: curve.nodes, nowMin } }),
    ...(zeroAt === null ? {} : { clock: (min: number) => clock.tick(zeroAt + min * MINUTE_MS) }),
  });
}
