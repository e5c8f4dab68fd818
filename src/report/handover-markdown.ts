// The hand-over of a shift as Markdown: for the channel, the ticket, or a sheet of paper.
import type { Handover } from '../core/run/handover.ts';
import type { Straggler } from '../core/run/status.ts';
import { showDuration } from '../std/duration.ts';
import { showCount } from '../std/share.ts';
import { brief, paragraph, tableOr, type Block, type Document, type Words } from './document.ts';
import { documentMarkdown } from './document-markdown.ts';
import { zonedClock, type ZonedClock } from './zoned-time.ts';

const MINUTE_MS = 60_000;

/** `timezone`: the reader's, an IANA name. Words of people and machines never become markup. */
export function handoverMarkdown(handover: Handover, timezone: string): string {
  return documentMarkdown(handoverDocument(handover, zonedClock(timezone)));
}

function handoverDocument(handover: Handover, clock: ZonedClock): Document {
  const moment = (ms: number): string => clock.moment(Math.floor(ms / MINUTE_MS));
  return {
    title: `Hand-over of ${handover.run}`,
    whole: `status ${handover.run} --json`,
    lead: [paragraph({ strong: headline(handover) }), paragraph(`As of ${moment(handover.at)}, ${clock.zone}.`)],
    sections: [
      { title: 'To decide next', blocks: [listOr('Nothing waits for a decision.', handover.decisions)] },
      { title: 'Turning back', blocks: [turnBack(handover, moment)] },
      { title: 'Back so far', blocks: [paragraph(marksSentence(handover)), waves(handover)] },
      { title: 'Waits for', blocks: [listOr('It waits for nothing.', [...handover.heldBy, ...handover.waitingFor])] },
      { title: 'Holds', blocks: [holds(handover)] },
      { title: 'Stragglers', blocks: [stragglers(handover, moment)] },
      { title: `Said in the last ${handover.hours} h`, blocks: [acts(handover, moment)] },
    ],
  };
}

function headline({ state, returned, baseline, returnNeed }: Handover): string {
  if (baseline === 0) return `The run is ${state}; nothing is in its baseline yet.`;
  return `The run is ${state}: ${showCount(returned)} of ${showCount(baseline)} are back, ${showCount(returnNeed)} must be.`;
}

function turnBack({ turnBack: told }: Handover, moment: (ms: number) => string): Block {
  if (told === null) return paragraph('Nobody has worked out until when it can turn back.');
  return told.lastMs === null ? paragraph(told.words) : paragraph({ strong: `Until ${moment(told.lastMs)}.` }, ` ${told.words}`);
}

function marksSentence({ marks, timeZero }: Handover): string {
  if (timeZero === null) return 'Nothing was drained yet.';
  const reached = Object.entries(marks).flatMap(([mark, min]) =>
    min === null ? [] : [`${mark} % after ${showDuration(min * MINUTE_MS)}`],
  );
  return reached.length === 0 ? 'No mark is reached yet.' : `${reached.join(', ')}.`;
}

function waves({ waves: all }: Handover): Block {
  const rows = all.map(({ id, state, targets, settled, failed }): Words[] => [
    [{ code: id }],
    state,
    `${targets}`,
    `${settled}`,
    `${failed}`,
  ]);
  return tableOr('It has no waves.', 'Waves', ['wave', 'state', '>targets', '>settled', '>failed'], rows);
}

function holds({ holds: all }: Handover): Block {
  const rows = all.map(({ targets, by, cause }): Words[] => [[{ code: targets }], by, brief(cause)]);
  return tableOr('No target is held.', 'Targets that are held', ['targets', 'by', 'why'], rows);
}

function stragglers({ stragglers: all }: Handover, moment: (ms: number) => string): Block {
  const rows = all.map((one): Words[] => [
    [{ code: one.target }],
    one.has ?? 'nobody',
    Number.isNaN(one.since) ? '' : moment(one.since),
    one.step,
    brief(one.cause),
    triedWords(one),
    one.waitingFor,
  ]);
  return tableOr('There is none.', 'Stragglers', ['target', 'who has it', 'since', 'step', 'cause', 'tried', 'waits for'], rows);
}

function triedWords({ tried }: Straggler): string {
  return tried.map(({ step, attempt, how }) => `${step} ${attempt}: ${how}`).join(', ');
}

function acts({ acts: all }: Handover, moment: (ms: number) => string): Block {
  const rows = all.map(({ at, by, kind, targets, why }): Words[] => [moment(at), by, kind, [{ code: targets }], brief(why)]);
  return tableOr('Nobody said anything.', 'Words of people', ['when', 'who', 'word', 'targets', 'why'], rows);
}

function listOr(none: string, items: readonly string[]): Block {
  return items.length === 0 ? paragraph(none) : { kind: 'list', items };
}
