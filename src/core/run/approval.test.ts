import { describe, expect, it } from 'vitest';
import { askedOf, agreedNote, askNote, ASKED_MS, findAsked, judgeWord, peopleFor, type Ask, type Asked } from './approval.ts';
import type { Chronicle } from './chronicle.ts';
import type { JsonObject } from '../../std/json.ts';

const ASK: Ask = { word: 'approve', gate: 'canary', targets: null, detail: '' };
const said = (by: string): Asked => ({ ...ASK, nth: 1, by, why: 'w', at: 0 });
type Act = Chronicle['acts'][number];
const act = (kind: Act['kind'], by: string, at: number, data: JsonObject): Act => ({ kind, by, why: 'w', at, target: -1, data });

describe('approval', () => {
  it.each([
    [1, null, 'ada', 'carry out'],
    [1, said('ada'), 'ada', 'carry out'],
    [1, null, '', 'carry out'],
    [2, null, 'ada', 'record'],
    [2, said('ada'), 'ada', 'refuse: said already'],
    [2, said('Ada'), ' ada ', 'refuse: said already'],
    [2, said('ada'), 'bob', 'carry out'],
    [2, null, ' ', 'refuse: nameless'],
    [2, said('ada'), '', 'refuse: nameless'],
  ] as const)('%s people, before %j, now "%s": %s', (people, before, by, verdict) => {
    expect(judgeWord(people, before, by)).toBe(verdict);
  });

  it('is about the words that the policy names', () => {
    expect(peopleFor({}, 'confirm')).toBe(1);
    const two = { approval: { people: 2, of: ['approve', 'drop'] } } as const;
    expect(['confirm', 'approve', 'drop', 'pause'].map((word) => peopleFor(two, word))).toEqual([1, 2, 2, 1]);
    expect(peopleFor({ approval: { people: 1, of: ['approve'] } }, 'approve')).toBe(1);
  });

  it('waits for an hour, until it is carried out, and only with the same word about the same', () => {
    const acts = [act('note', 'ada', 0, askNote({ acts: [] }, ASK))];
    expect(findAsked(askedOf({ acts }, ASKED_MS - 1), ASK)).toMatchObject({ by: 'ada', nth: 1 });
    expect(askedOf({ acts }, ASKED_MS)).toEqual([]);
    for (const other of [{ gate: 'main' }, { gate: null }, { targets: 'n1' }, { word: 'recall' }, { detail: 'x' }])
      expect(findAsked(askedOf({ acts }, 1), { ...ASK, ...other })).toBeNull();
    acts.push(act('note', 'eve', 5, askNote({ acts }, { ...ASK, gate: 'main' })));
    const first = findAsked(askedOf({ acts }, 6), ASK);
    acts.push(act('approve', 'ada and bob', 7, agreedNote(first ?? said(''), 'bob').data));
    expect(askedOf({ acts }, 8).map(({ by, gate }) => [by, gate])).toEqual([['eve', 'main']]);
  });
});
