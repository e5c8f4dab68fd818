import { describe, expect, it } from 'vitest';
import type { RunView } from '../api/contract/schemas.ts';
import { endOf, endSentence, onlyPeopleLeft, waysOn } from './run-end.ts';
import { exampleStraggler, exampleView } from './view-example.ts';

const LOG = { interactive: false, until: 'returned', answered: false } as const;
const TERMINAL = { ...LOG, interactive: true } as const;
const asking: Partial<RunView> = {
  state: 'held',
  heldBy: ['wave main asks for approval (mode confirm)'],
  waves: [{ id: 'main', state: 'asking', targets: 15, settled: 0, failed: 0 }],
};
const gateHeld: Partial<RunView> = {
  state: 'held',
  heldBy: ['gate of wave canary: 1 of 1 started failed'],
  waves: [{ id: 'canary', state: 'held', targets: 1, settled: 0, failed: 1 }],
};

describe('the end of watching a run', () => {
  it.each<[string, Partial<RunView>, number | null, number | null]>([
    ['planned', { state: 'planned', timeZero: null }, null, null],
    ['running', {}, null, null],
    ['paused', { state: 'paused' }, null, null],
    ['held by a gate', gateHeld, 1, null],
    ['held by a wave that asks', asking, 1, null],
    ['returned', { state: 'returned' }, 0, 0],
    ['settled', { state: 'settled' }, 0, 0],
    ['aborted', { state: 'aborted' }, 1, 1],
    ['short', { short: true }, 1, 1],
    ['waiting for its window, before anything was drained', { short: true, timeZero: null }, null, null],
  ])('%s: without a terminal, and at one', (_, fields, inLog, atTerminal) => {
    const view = exampleView(fields);
    expect([endOf(view, LOG), endOf(view, TERMINAL)]).toEqual([inLog, atTerminal]);
  });

  it('a wave that asks is waited out by whoever answers it; a gate that holds is not', () => {
    expect(endOf(exampleView(asking), { ...LOG, answered: true })).toBeNull();
    expect(endOf(exampleView(gateHeld), { ...LOG, answered: true })).toBe(1);
    const both = exampleView({ ...asking, heldBy: [...(asking.heldBy ?? []), ...(gateHeld.heldBy ?? [])] });
    expect(endOf(both, { ...LOG, answered: true })).toBe(1);
  });

  it('until settled: a returned run is watched until only people can do something', () => {
    const watch = { ...LOG, until: 'settled' } as const;
    const moving = exampleView({
      state: 'returned',
      stages: { running: 'n16', settled: 'n[1-15]' },
      stragglers: [exampleStraggler('n16')],
    });
    const people = exampleView({
      state: 'returned',
      stages: { straggling: 'n16', settled: 'n[1-15]' },
      stragglers: [exampleStraggler('n16')],
    });
    expect([endOf(moving, watch), endOf(people, watch)]).toEqual([null, 0]);
  });

  it('only people left: a parked target counts when it is a straggler, and not when it waits for a gate', () => {
    const stages = { parked: 'n16', settled: 'n[1-15]' };
    expect(onlyPeopleLeft(exampleView({ stages, stragglers: [exampleStraggler('n16')] }))).toBe(true);
    expect(onlyPeopleLeft(exampleView({ stages, stragglers: [] }))).toBe(false);
  });
});

describe('words for people', () => {
  it('the last word names what is back and who is not', () => {
    const stragglers = [exampleStraggler('n7'), exampleStraggler('n8')];
    expect(endSentence(exampleView({ state: 'settled', returned: 14, stragglers }))).toBe(
      'image-1 is settled: 14 of 16 are back; stragglers: n[7-8]',
    );
    expect(endSentence(exampleView({ short: true }))).toBe('image-1 is short: its window is over, 4 of 16 are back, the gate asks for 15');
  });

  it('ways on: each hold with the command that lifts it', () => {
    expect(waysOn(exampleView(asking))[0]).toContain('pitstop approve image-1 --gate main --reason WHY');
    expect(waysOn(exampleView(gateHeld))[0]).toContain('pitstop approve image-1 --gate canary --reason WHY');
    const targets = exampleView({ state: 'held', heldBy: ['targets held: n[3-4]', 'return gate'], stragglers: [exampleStraggler('n9')] });
    expect(waysOn(targets).map((way) => way.split(': ')[1])).toEqual([
      'pitstop approve image-1 --gate return --reason WHY',
      "pitstop resume image-1 --targets 'n[3-4]' --reason WHY",
      'pitstop straggler image-1 n9 retry|fixed|drop --reason WHY',
      'pitstop recall image-1 --reason WHY',
    ]);
    expect(waysOn(exampleView())).toEqual([]);
  });
});
