import { describe, expect, it } from 'vitest';
import { askOf, isRunWord, nameOf } from './ask.ts';
import { controls, runs, said, view } from './example.ts';
import { openChoices } from './said.ts';
import { consentsAsked, evidence, inOrder, markMoment, shownStragglers, standWords, tally, waitsByCause } from './words.ts';

describe('waitsByCause', () => {
  it('gathers who waits for one cause, and takes no system for a node', () => {
    expect(waitsByCause(view.waitingFor)).toEqual([
      { cause: 'no answer on ssh yet', who: ['phx62-[0209-0212]', 'phx62-0217'] },
      { cause: 'jobs 48112 on phx62-[0193-0208]: ends by 04:40', who: [] },
      { cause: 'slurmctld: 3 of 5 calls slow', who: [] },
    ]);
  });
});

describe('stragglers', () => {
  it('are shown oldest first, by who has them and by cause', () => {
    const names = (who: string, cause: string) => shownStragglers(view.stragglers, { who, cause }).map(({ target }) => target);
    expect(names('', '')).toEqual(view.stragglers.map(({ target }) => target));
    expect(names('nobody', '')).toEqual(['phx62-0058', 'phx62-0140', 'phx62-0163']);
    expect(names('jonas', 'no boot id change within 30 min')).toEqual(['phx62-0112']);
    expect(names('mia', 'no boot id change within 30 min')).toEqual([]);
  });

  it('are counted, most first', () => {
    expect(tally(view.stragglers, ({ step }) => step)).toEqual([
      ['activate', 2],
      ['validate', 2],
      ['apply', 1],
      ['conform', 1],
    ]);
  });
});

describe('inOrder', () => {
  it('puts what waits for people first and what is over last, newest first', () => {
    expect(inOrder(runs.toReversed()).map(({ run }) => run)).toEqual([
      'phx62-july-image',
      'phx62-hca-trial',
      'phx62-june-image',
      'phx62-may-image',
      'phx62-april-image',
    ]);
  });
});

describe('openChoices', () => {
  it('is what the customer asked after the last update of the lead', () => {
    expect(openChoices(said).map(({ kind }) => kind)).toEqual(['counter']);
    const answer = { at: view.now, by: 'mia', role: 'lead' as const, kind: 'update' as const, text: 'No: all tonight.', data: {} };
    expect(openChoices([...said, answer])).toEqual([]);
  });
});

describe('askOf', () => {
  it('repeats what the word leaves behind and who has said it already', () => {
    const recall = controls.find(({ word }) => word === 'recall');
    const ask = askOf('r1', recall ?? expect.fail('no recall in the example'));
    expect(ask.warning).toContain('untouched targets are given back');
    expect(ask.warning).toContain('jonas has said it already');
    expect([ask.danger, ask.targets]).toEqual([true, null]);
  });

  it('names the gate, and leaves words on single stragglers to their lane', () => {
    const names = controls.filter(isRunWord).map(nameOf);
    expect(names).toContain('Approve u06');
    expect(names).not.toContain('Drop');
  });
});

describe('words', () => {
  it('says marks by the clock, or by minutes while there is no time zero', () => {
    expect(markMoment(null, view.timeZero)).toBe('–');
    expect(markMoment(90, null)).toBe('+1 h 30 min');
    expect(markMoment(90, view.timeZero)).toMatch(/^\d\d:30$/);
  });

  it('writes evidence on one line', () => {
    expect([evidence(1_234), evidence(0.0937), evidence(null), evidence({ a: [1] })]).toEqual(['1,234', '0.09', '–', '{"a":[1]}']);
  });
});

describe('consentsAsked', () => {
  const why = [
    'refused until they consent: 2 nodes of customer borealis would lose link or power: m[1-2] (pitstop consent r1 --customer borealis --to affected)',
    'refused until they consent: 1 nodes of the operator, in no plan would lose link or power: x7 (pitstop consent r1 --to affected)',
  ].join('; ');

  it('tells whose, how many, which, and what records it', () => {
    expect(consentsAsked({ state: 'held', timeZero: null, heldBy: [why] })).toEqual([
      { customer: 'borealis', nodes: 2, set: 'm[1-2]', command: 'pitstop consent r1 --customer borealis --to affected' },
      { customer: '', nodes: 1, set: 'x7', command: 'pitstop consent r1 --to affected' },
    ]);
    expect(standWords({ ...view, timeZero: null, heldBy: [why] })).toBe(
      'waits for the consent of borealis, the operator; nothing has begun',
    );
  });

  it('leaves a run that is held for another reason to its own words', () => {
    expect(consentsAsked({ state: 'held', timeZero: null, heldBy: ['borealis must consent'] })).toEqual([]);
    expect(standWords(view)).toBe('gate of wave u06: 3 of 32 started failed');
  });
});
