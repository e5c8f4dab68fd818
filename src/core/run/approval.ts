// Two people for the words that hurt: whether a word is carried out now, is only recorded, or is refused. Derived from what was journalled,
// so it survives a restart.
import type { ApprovedWord, Policy } from '../change/policy.ts';
import type { JsonObject } from '../../std/json.ts';
import type { Chronicle } from './chronicle.ts';

/** A recorded word waits so long for its second person, on the run's clock. */
export const ASKED_MS = 3_600_000;

/** What is said, whoever says it. Two people have said the same when all of it is equal. */
export interface Ask {
  readonly word: string;
  /** Wave, or `return`; null: it is about no gate. */
  readonly gate: string | null;
  /** Folded by us, so that equal sets are equal texts; null: the run as a whole. */
  readonly targets: string | null;
  /** What else makes it this word and no other: whose consent to what; '' = nothing. */
  readonly detail: string;
}

/** A word that one person has said and nobody has carried out. */
export interface Asked extends Ask {
  /** 1, 2, 3, ... within the run. */
  readonly nth: number;
  readonly by: string;
  readonly why: string;
  /** Unix ms. */
  readonly at: number;
}

type Verdict = 'carry out' | 'record' | 'refuse: said already' | 'refuse: nameless';

/** How many must say it, who has said it before, and who says it now. */
const VERDICTS = {
  one: { nobody: 'carry out', 'the same': 'carry out', another: 'carry out', nameless: 'carry out' },
  two: { nobody: 'record', 'the same': 'refuse: said already', another: 'carry out', nameless: 'refuse: nameless' },
} as const satisfies Record<'one' | 'two', Record<'nobody' | 'the same' | 'another' | 'nameless', Verdict>>;

/** How many different people must say the word. */
export function peopleFor({ approval }: Pick<Policy, 'approval'>, word: string): 1 | 2 {
  return approval?.people === 2 && approval.of.includes(word as ApprovedWord) ? 2 : 1;
}

/** `before`: the same word, said and waiting; null: there is none. */
export function judgeWord(people: 1 | 2, before: Asked | null, by: string): Verdict {
  const row = VERDICTS[people === 1 ? 'one' : 'two'];
  if (personOf(by) === '') return row.nameless;
  if (before === null) return row.nobody;
  return personOf(before.by) === personOf(by) ? row['the same'] : row.another;
}

/** The words that wait for a second person at `nowMs`, in the order in which they were said. */
export function askedOf({ acts }: Pick<Chronicle, 'acts'>, nowMs: number): Asked[] {
  const waiting = new Map<number, Asked>();
  for (const { kind, data, by, why, at } of acts) {
    const { asks, asked, agreesTo } = data;
    if (typeof agreesTo === 'number') waiting.delete(agreesTo);
    if (kind !== 'note' || typeof asks !== 'string' || typeof asked !== 'number') continue;
    waiting.set(asked, {
      word: asks,
      gate: textOrNull(data['gate']),
      targets: textOrNull(data['targets']),
      detail: textOrNull(data['detail']) ?? '',
      nth: asked,
      by,
      why,
      at,
    });
  }
  return [...waiting.values()].filter(({ at }) => nowMs - at < ASKED_MS);
}

/** null: nobody has said it, or so long ago that it no longer counts. */
export function findAsked(asked: readonly Asked[], ask: Ask): Asked | null {
  const same = (other: Asked): boolean =>
    other.word === ask.word && other.gate === ask.gate && other.targets === ask.targets && other.detail === ask.detail;
  return asked.findLast(same) ?? null;
}

/** The note that records a first person's word. */
export function askNote({ acts }: Pick<Chronicle, 'acts'>, { word, gate, targets, detail }: Ask): JsonObject {
  const before = acts.reduce((most, { data }) => Math.max(most, typeof data['asked'] === 'number' ? data['asked'] : 0), 0);
  return { asks: word, gate, targets, ...(detail !== '' && { detail }), asked: before + 1 };
}

/** What the entries of a word that two have said hold beside it. */
export function agreedNote(first: Asked, by: string): { by: string; data: JsonObject } {
  return { by: `${first.by} and ${by}`, data: { agreesTo: first.nth, saidBy: [first.by, by] } };
}

/** Ada and " ada" are one person. */
function personOf(by: string): string {
  return by.trim().toLowerCase();
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
