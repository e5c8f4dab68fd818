import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maintenancesOf, type NodeEvent } from './outages.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function event(node: string, fromMin: number, toMin: number | null, reason = 'kernel'): NodeEvent {
  return { node, from: fromMin * MINUTE, to: toMin === null ? null : toMin * MINUTE, state: 'DRAIN', reason };
}

const told = (events: readonly NodeEvent[], nodesMin = 2) =>
  maintenancesOf(events, nodesMin).maintenances.map(({ reason, timelines }) => ({
    reason,
    nodes: timelines.map(({ node, leftAt, ended }) => `${node} ${leftAt / MINUTE}-${ended[0] === undefined ? '' : ended[0] / MINUTE}`),
  }));

describe('outages to maintenances', () => {
  it('one reason, one after the other with short pauses: one maintenance', () => {
    expect(told([event('n1', 0, 30), event('n2', 40, 70), event('n3', 300, 330)])).toEqual([
      { reason: 'kernel', nodes: ['n1 0-30', 'n2 40-70', 'n3 300-330'] },
    ]);
  });

  it('a pause of more than four hours: two maintenances', () => {
    expect(told([event('n1', 0, 30), event('n2', 0, 30), event('n1', 271, 280), event('n2', 271, 280)])).toHaveLength(2);
  });

  it('reasons are compared without case, numbers and what Slurm appends', () => {
    const events = [
      event('n1', 0, 9, 'Tray 17'),
      event('n2', 0, 9, 'tray 4 : reboot issued'),
      event('n3', 0, 9, 'fan'),
      event('n4', 0, 9, 'fan'),
    ];
    expect(told(events)).toEqual([
      { reason: 'Tray 17', nodes: ['n1 0-9', 'n2 0-9'] },
      { reason: 'fan', nodes: ['n3 0-9', 'n4 0-9'] },
    ]);
  });

  it('a node that registers again begins a new event, and a reboot has words of its own: still one outage', () => {
    const events = [event('n1', 0, 9), event('n1', 9, 12, 'Node unexpectedly rebooted'), event('n1', 14, 20), event('n2', 1, 5)];
    expect(told(events)).toEqual([{ reason: 'kernel', nodes: ['n1 0-20', 'n2 1-5'] }]);
  });

  it('out again in the same maintenance: it is back at its last return', () => {
    expect(told([event('n1', 0, 30), event('n1', 60, 90), event('n2', 0, 80)])).toEqual([
      { reason: 'kernel', nodes: ['n1 0-90', 'n2 0-80'] },
    ]);
  });

  it('an outage without end does not draw later ones in, and stays without', () => {
    expect(told([event('n1', 0, null), event('n2', 10, 20), event('n3', 900, 950), event('n4', 900, 950)])).toEqual([
      { reason: 'kernel', nodes: ['n1 0-', 'n2 10-20'] },
      { reason: 'kernel', nodes: ['n3 900-950', 'n4 900-950'] },
    ]);
  });

  it("single nodes and runs of Pitstop's own: left out, and named", () => {
    const found = maintenancesOf([event('n1', 0, 30, 'bad DIMM'), event('n2', 0, 30, 'pitstop:image-1 image')], 2);
    expect(found).toEqual({ maintenances: [], alone: ['n1'], ours: ['n2'] });
    expect(told([event('n1', 0, 30, 'bad DIMM')], 1)).toHaveLength(1);
  });

  it('any events: every node is told once a maintenance, and nothing is lost', () => {
    const arbitrary = fc.record({
      node: fc.constantFrom('n1', 'n2', 'n3', 'n4'),
      from: fc.integer({ min: 0, max: 40 }).map((hours) => hours * HOUR),
      lasts: fc.option(fc.integer({ min: 0, max: 9 }).map((hours) => hours * HOUR)),
      reason: fc.constantFrom('kernel', 'fan 1', 'Not responding', '', 'pitstop:r-1 x'),
    });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 20 }), (drawn) => {
        const events = drawn.map(({ node, from, lasts, reason }) => ({
          node,
          from,
          to: lasts === null ? null : from + lasts,
          state: '',
          reason,
        }));
        const { maintenances, alone, ours } = maintenancesOf(events, 2);
        for (const { timelines } of maintenances) {
          expect(new Set(timelines.map(({ node }) => node)).size).toBe(timelines.length);
          for (const { leftAt, ended } of timelines) if (ended[0] !== undefined) expect(ended[0]).toBeGreaterThanOrEqual(leftAt);
        }
        const all = new Set([...maintenances.flatMap(({ timelines }) => timelines.map(({ node }) => node)), ...alone, ...ours]);
        expect([...all].sort()).toEqual([...new Set(events.map(({ node }) => node))].sort());
      }),
    );
  });
});
