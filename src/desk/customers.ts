// What the lead and a customer say to each other about a plan, in order, with every ETA that was ever given.
import type { Journal, StoredStreamEntry } from '../core/ports.ts';
import { must } from '../std/assert.ts';
import type { Clock } from '../std/clock.ts';
import type { Json, JsonObject } from '../std/json.ts';
import { Book, type Folds, type Line } from './book.ts';
import { DeskRefusedError, needText } from './refused.ts';

/** update: words. eta: what was promised. The others are the customer's acts; the lead may write down one that came by telephone. */
export const WORDS = ['update', 'release', 'counter', 'recall', 'sooner-unvalidated', 'later-validated', 'eta'] as const;
type Word = (typeof WORDS)[number];

export interface Speech {
  /** Id of the plan. */
  readonly plan: string;
  readonly customer: string;
  readonly by: string;
  readonly role: 'lead' | 'customer';
  readonly kind: Word;
  /** May be empty, but for an update and a counter-offer. */
  readonly text: string;
  /** For an eta `{marks, atMs}`: what comes back when, as known at that moment. */
  readonly data: JsonObject;
}

export interface SaidSpeech extends Speech {
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
}

export interface Customers {
  /** An eta with the marks of the one before it is not written. Resolves with what stands. Rejects with DeskRefusedError. */
  say(speech: Speech): Promise<SaidSpeech>;
  of(plan: string, customer: string): readonly SaidSpeech[];
}

export async function openCustomers(journal: Journal, clock: Clock): Promise<Customers> {
  const talks = new Map<string, SaidSpeech[]>();
  const etas = new Map<string, SaidSpeech>();
  const fold = (said: SaidSpeech): void => {
    const key = keyOf(said);
    const talk = talks.get(key);
    if (talk) talk.push(said);
    else talks.set(key, [said]);
    if (said.kind === 'eta') etas.set(key, said);
  };
  const folds = WORDS.map((kind) => [
    kind,
    (entry: StoredStreamEntry) => fold({ seq: entry.seq, at: entry.at, by: entry.by, kind, ...(entry.data as Spoken) }),
  ]);
  const book = await Book.open(journal, clock, 'customers', Object.fromEntries(folds) as Folds);
  return {
    say: async (speech) => {
      needSpeech(speech);
      const key = keyOf(speech);
      let standing: SaidSpeech | null = null;
      const entry = await book.write(() => {
        const before = etas.get(key);
        standing = before && speech.kind === 'eta' && sameMarks(before, speech) ? before : null;
        return standing ? null : lineOf(speech);
      });
      return must(entry ? talks.get(key)?.findLast((said) => said.seq === entry.seq) : standing, `what stands of a ${speech.kind}`);
    },
    of: (plan, customer) => [...(talks.get(keyOf({ plan, customer })) ?? [])],
  };
}

type Spoken = Pick<Speech, 'plan' | 'customer' | 'role' | 'text' | 'data'>;

function keyOf({ plan, customer }: { readonly plan: string; readonly customer: string }): string {
  return JSON.stringify([plan, customer]);
}

function needSpeech({ plan, customer, by, role, kind, text, data }: Speech): void {
  needText('plan', plan, 200);
  needText('customer', customer, 200);
  needText('by', by, 200);
  const what = `${kind} to ${customer}`;
  if (!WORDS.includes(kind)) throw new DeskRefusedError(what, 'no such word', `use ${WORDS.join(', ')}`);
  if (kind === 'update' || kind === 'counter') needText(`${what}: text`, text, TEXT_CHARS_MAX);
  if (text.length > TEXT_CHARS_MAX) throw new DeskRefusedError(`${what}: text`, `has ${text.length} characters`, 'say it shorter');
  if (kind !== 'eta') return;
  if (role !== 'lead') throw new DeskRefusedError(what, 'a customer gives no ETA', 'say it as a counter-offer');
  if (!isObject(data['marks']) || !Number.isFinite(data['atMs']))
    throw new DeskRefusedError(what, 'an eta is {marks: {...}, atMs}', 'give its marks and the moment they were known');
}

/** A talk is read by people: longer than a page is a document. */
const TEXT_CHARS_MAX = 4_000;

function lineOf({ plan, customer, by, role, kind, text, data }: Speech): Line {
  const said: Spoken = { plan, customer, role, text, data };
  return { kind, by, why: text === '' ? `${kind}, without a word` : text, data: said };
}

/** The moment of an eta is no part of it: the same forecast a minute later is the same promise. */
function sameMarks(a: Speech, b: Speech): boolean {
  return sorted(a.data['marks']) === sorted(b.data['marks']);
}

function sorted(marks: Json | undefined): string {
  return JSON.stringify(isObject(marks) ? Object.entries(marks).sort(([a], [b]) => (a < b ? -1 : 1)) : marks);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
