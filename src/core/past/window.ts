// The window of a past maintenance in the journal and back: it is one note of the run, so that it travels with the journal.
import type { EntryNote } from '../ports.ts';
import type { Chronicle } from '../run/chronicle.ts';
import { textOf, type Json, type JsonObject } from '../../std/json.ts';
import type { PastWindow, Span } from './timeline.ts';

const KEY = 'pastWindow';

export function windowNote(window: PastWindow): EntryNote {
  return {
    why: 'the window as it was recorded',
    data: { [KEY]: { ...window, planned: { ...window.planned }, actual: { ...window.actual } } },
  };
}

/** null: nothing is recorded of a window. */
export function pastWindowOf({ acts }: Chronicle): PastWindow | null {
  return acts.reduce<PastWindow | null>((found, { kind, data }) => (kind === 'note' ? (windowOfData(data) ?? found) : found), null);
}

/** Of the data of one note; null: it is another note. */
export function windowOfData(note: JsonObject): PastWindow | null {
  const data = note[KEY];
  if (!isObject(data)) return null;
  return {
    kind: textOf(data['kind']),
    planned: spanOf(data['planned']),
    actual: spanOf(data['actual']),
    overrunMin: numberOf(data['overrunMin']),
    what: textOf(data['what']),
    whyLate: textOf(data['whyLate']),
    source: textOf(data['source']),
  };
}

function spanOf(data: Json | undefined): Span {
  const span = isObject(data) ? data : {};
  return { from: numberOf(span['from']), to: numberOf(span['to']), min: numberOf(span['min']) };
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
