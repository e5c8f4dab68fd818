import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agenda } from './agenda.ts';

describe('the agenda', () => {
  it('gives ids back by moment, and among equal moments in the order of their adding', () => {
    const agenda = new Agenda(5, 10_000_000);
    for (const [id, at] of [9_000_000, 5, 3_000, 5, 0].entries()) agenda.add(id, at, 0);
    const got = Array.from({ length: 5 }, () => [agenda.next(), agenda.now]);
    expect(got).toEqual([
      [4, 0],
      [1, 5],
      [3, 5],
      [2, 3_000],
      [0, 9_000_000],
    ]);
    expect(agenda.next()).toBe(-1);
  });

  it('keeps the order of equal moments that were added from far and from near', () => {
    const agenda = new Agenda(4, 100_000_000);
    agenda.add(0, 50_000_000, 0);
    agenda.add(1, 49_999_999, 0);
    expect(agenda.next()).toBe(1);
    agenda.add(2, 50_000_000, 0);
    expect([agenda.next(), agenda.next()]).toEqual([0, 2]);
  });

  it('refuses the past', () => {
    const agenda = new Agenda(2, 1_000);
    agenda.add(0, 10, 0);
    agenda.next();
    expect(() => agenda.add(1, 9, 0)).toThrow('past');
  });

  it('agrees with a sorted list, whatever is added while it runs', () => {
    const delay = fc.oneof(fc.nat(3), fc.nat(5_000), fc.nat(10_000_000), fc.nat(3_000_000_000));
    fc.assert(
      fc.property(fc.array(fc.tuple(delay, fc.boolean()), { minLength: 1, maxLength: 200 }), (adds) => {
        const agenda = new Agenda(adds.length, 3_000_000_000 * 201);
        const pending: { id: number; at: number }[] = [];
        const takeBoth = (): void => {
          pending.sort((a, b) => a.at - b.at);
          const first = pending.shift();
          expect(agenda.next()).toBe(first?.id ?? -1);
          if (first) expect(agenda.now).toBe(first.at);
        };
        for (const [id, [after, take]] of adds.entries()) {
          agenda.add(id, agenda.now + after, 0);
          pending.push({ id, at: agenda.now + after });
          if (take) takeBoth();
        }
        while (pending.length > 0) takeBoth();
        expect(agenda.next()).toBe(-1);
        agenda.reset();
        agenda.add(0, 7, 0);
        expect([agenda.next(), agenda.now]).toEqual([0, 7]);
      }),
    );
  });
});
