import { describe, expect, it } from 'vitest';
import { draw } from '../../std/draw.ts';
import type { MopUpWay } from '../change/procedure.ts';
import { MINUTE_MS, normal, straggler } from './learn-example.ts';
import { learnMopUp, type LearnedMopUp } from './mop-up.ts';
import type { MopUpObservation } from './observations.ts';

const HOUR_MS = 60 * MINUTE_MS;

const way = (name: string, share: number, medianMs: number, logSd: number): MopUpWay => ({
  way: name,
  share,
  takes: { medianMs, logSd, n: 0, source: 'guess' },
  tries: [],
  crew: null,
  part: null,
});
const STATED = [way('remote', 0.6, 35 * MINUTE_MS, 0.8), way('hands', 0.4, 5 * HOUR_MS, 0.7)];

/** 70 % take 20 minutes, 30 % take 8 hours; the run ends after `hours`. */
function drawn(count: number, hours: number, labelled = false): MopUpObservation[] {
  return Array.from({ length: count }, (_, i) => {
    const remote = draw(4, i, 0, 0, 0) < 0.7;
    const took = remote ? 20 * MINUTE_MS * Math.exp(0.5 * normal(5, i)) : 8 * HOUR_MS * Math.exp(0.6 * normal(6, i));
    const out = took > hours * HOUR_MS;
    return straggler(`run-${i % 4}`, i, out ? hours * HOUR_MS : took, {
      way: labelled && !out ? (remote ? 'remote' : 'hands') : null,
      ended: out ? 'censored' : 'back',
    });
  });
}

function byWay(learned: LearnedMopUp): { [name: string]: { share: number; hours: number } } {
  return Object.fromEntries(learned.ways.map(({ way, share, takes }) => [way, { share, hours: takes.medianMs / HOUR_MS }]));
}

describe('mop-up', () => {
  it('no straggler seen: what the catalogue states, never seen here', () => {
    const learned = learnMopUp([], [], STATED, 0.02);
    expect(learned.ways.map(({ way, share }) => [way, share])).toEqual([
      ['remote', 0.6],
      ['hands', 0.4],
    ]);
    expect(learned.ways[0]?.takes).toMatchObject({ logSd: 0.8, n: 0, runs: 0, source: 'guess' });
    expect(learned.ways[0]?.takes.medianMs).toBeCloseTo(35 * MINUTE_MS, 3);
    expect(learned.off.share).toBeCloseTo(0.02, 12);
    expect(learned.outlives).toBeNull();
  });

  it('no catalogue either: three ways, of which one outlives the window', () => {
    expect(learnMopUp([], [], [], null).ways.map(({ way }) => way)).toEqual(['remote', 'hands', 'outlives']);
  });

  it('many stragglers, ways not written down: they are told apart by how long they took, those still out included', () => {
    const ways = byWay(learnMopUp(drawn(400, 12), [], STATED, null));
    expect(ways['remote']?.share).toBeGreaterThan(0.62);
    expect(ways['remote']?.share).toBeLessThan(0.78);
    expect((ways['remote']?.hours ?? 0) * 60).toBeGreaterThan(18);
    expect((ways['remote']?.hours ?? 0) * 60).toBeLessThan(23);
    expect(ways['hands']?.hours).toBeGreaterThan(6.5);
    expect(ways['hands']?.hours).toBeLessThan(9.5);
  });

  it('ways written down: the same, also where the times alone could not tell them apart', () => {
    const alike = Array.from({ length: 60 }, (_, i) =>
      straggler('a', i, HOUR_MS * Math.exp(0.3 * normal(7, i)), { way: i < 45 ? 'remote' : 'hands' }),
    );
    const ways = byWay(learnMopUp(alike, [], STATED, null));
    expect(ways['remote']?.share).toBeCloseTo((45 + 8 * 0.6) / 68, 6);
    expect(ways['hands']?.hours).toBeLessThan(2);
    expect(byWay(learnMopUp(drawn(400, 12, true), [], STATED, null))['hands']?.hours).toBeGreaterThan(6.5);
  });

  it('leaving out those that are still out would promise too much', () => {
    const all = drawn(400, 6);
    const back = all.filter(({ ended }) => ended === 'back');
    const hands = (list: MopUpObservation[]): number => byWay(learnMopUp(list, [], STATED, null))['hands']?.hours ?? 0;
    expect(hands(all)).toBeGreaterThan(1.4 * hands(back));
  });

  it('stragglers that outlive the window: counted, and with a way of their own if no stated one lasts as long', () => {
    const quick = Array.from({ length: 30 }, (_, i) => straggler('a', i, 30 * MINUTE_MS * Math.exp(0.4 * normal(8, i))));
    const out = Array.from({ length: 10 }, (_, i) => straggler('a', 30 + i, 48 * HOUR_MS, { ended: 'censored' }));
    const learned = learnMopUp([...quick, ...out], [], STATED, null);
    expect(learned.outlives?.share).toBeCloseTo(0.25, 12);
    expect(byWay(learned)['outlives']?.share).toBeGreaterThan(0.15);
    expect(byWay(learned)['outlives']?.hours).toBeGreaterThan(48);
    const lasting = learnMopUp([...quick, ...out], [], [...STATED, way('gone', 0.15, 96 * HOUR_MS, 0.9)], null);
    expect(Object.keys(byWay(lasting))).toEqual(['remote', 'hands', 'gone']);
    expect(byWay(lasting)['gone']?.share).toBeGreaterThan(0.15);
  });

  it('a way that no catalogue names is learned too, and shares still add up to one', () => {
    const learned = learnMopUp(
      [straggler('a', 1, HOUR_MS, { way: 'vendor' }), straggler('a', 2, HOUR_MS, { way: 'vendor' })],
      [],
      STATED,
      null,
    );
    expect(byWay(learned)['vendor']?.share).toBeGreaterThan(0.1);
    expect(learned.ways.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('two stragglers leave the catalogue nearly as it was', () => {
    const ways = byWay(learnMopUp([straggler('a', 1, 2 * HOUR_MS), straggler('a', 2, 3 * HOUR_MS)], [], STATED, null));
    expect(ways['remote']?.share).toBeGreaterThan(0.45);
    expect(ways['hands']?.hours).toBeGreaterThan(3);
  });

  it('any times: none at all, and none that could not be', () => {
    const learned = learnMopUp([straggler('a', 1, 0), straggler('a', 2, 0, { ended: 'censored' })], [], STATED, null);
    expect(learned.ways.every(({ share, takes }) => Number.isFinite(share * takes.medianMs * takes.logSd))).toBe(true);
    expect(() => learnMopUp([straggler('a', 1, Number.NaN)], [], STATED, null)).toThrow('off the happy path');
  });
});
