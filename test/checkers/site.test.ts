// Each rule of the bound testbed's checkers is broken once, and kept once.
import { describe, expect, test } from 'vitest';
import type { StoredEntry } from '../../src/core/ports.ts';
import type { JsonObject } from '../../src/std/json.ts';
import type { FeltRecord } from '../../testbed/felt.ts';
import { checkSite, type SiteEvidence } from './site.ts';
import { Story } from './story.ts';

const story = new Story().drain('n1');
const drainedAt = story.now;

function judge(felt: readonly FeltRecord[], more: Partial<SiteEvidence> = {}): string[] {
  const { program, entries } = story;
  return checkSite({ felt, entries, program, redundant: false, ...more }).map(({ rule, target }) => `${rule} ${target}`);
}

const at = (ms: number): number => drainedAt + ms;
const down = (more: Partial<FeltRecord> = {}): FeltRecord => ({
  at: at(100),
  node: 'u1r1',
  what: 'switch-down',
  by: 'fabric',
  nodes: 'n1,n2',
  stranded: 'n1,n2',
  work: 0,
  ...more,
});
const jobOn = (node: string): FeltRecord => ({ at: at(50), node, what: 'job-start', job: 7, name: 'training', restart: 0 });
const lease = (data: JsonObject, ms: number): StoredEntry => ({
  seq: 1_000 + ms,
  shard: 0,
  epoch: 1,
  at: at(ms),
  target: -1,
  kind: 'lease',
  step: -1,
  attempt: 0,
  note: { data: { mover: 'autoscaler', ...data } },
});

describe('checkers of a bound testbed', () => {
  test('a switch over work: by its own count, and by the jobs that nodes felt; by somebody else, and over quiet nodes it is none', () => {
    expect(judge([down({ work: 3 })])).toEqual(['switch-on-work u1r1']);
    expect(judge([jobOn('n2'), down()])).toEqual(['switch-on-work u1r1']);
    expect(judge([jobOn('n3'), down()])).toEqual([]);
    expect(judge([jobOn('n2'), { at: at(60), node: 'n2', what: 'job-end', job: 7, how: 'done' }, down()])).toEqual([]);
    expect(judge([down({ work: 3, by: 'somebody' })])).toEqual([]);
  });

  test('a spine over work: allowed while another stands in for it and the policy says so, never when it was the last', () => {
    const spine = { node: 's1', stranded: '', work: 4 };
    expect(judge([down(spine)])).toEqual(['switch-on-work s1']);
    expect(judge([down(spine)], { redundant: true })).toEqual([]);
    expect(judge([down({ ...spine, stranded: 'n1,n2' })], { redundant: true })).toEqual(['switch-on-work s1']);
  });

  test('adapters reset: under a switch that is down, and not after it is up, nor under another one', () => {
    const reset = (node: string): FeltRecord => ({ at: at(200), node, what: 'hca-reset', work: 0 });
    const up: FeltRecord = { at: at(150), node: 'u1r1', what: 'switch-up', by: 'fabric', nodes: 'n1,n2' };
    expect(judge([down(), reset('n1')])).toEqual(['reset-under-switch n1']);
    expect(judge([down({ by: 'somebody' }), reset('n1')])).toEqual(['reset-under-switch n1']);
    expect(judge([down(), up, reset('n1')])).toEqual([]);
    expect(judge([down(), reset('n3')])).toEqual([]);
  });

  test('a mover: under its lease on a node in work; not before, not after it was given back, not on others, not another mover', () => {
    const moved = (node: string, ms: number, by = 'autoscaler'): FeltRecord => ({ at: at(ms), node, what: 'mover', by, work: 0 });
    const taken = [lease({ holds: true }, 10), ...story.entries];
    const given = [...taken, lease({ holds: false, given: true }, 60_000)];
    const of = (felt: FeltRecord, entries: readonly StoredEntry[]): string[] => judge([felt], { entries });
    expect(of(moved('n1', 20_000), given)).toEqual(['mover n1']);
    expect(of(moved('n1', 5), given)).toEqual([]);
    expect(of(moved('n1', 60_001), given)).toEqual([]);
    expect(of(moved('n2', 20_000), given)).toEqual([]);
    expect(of(moved('n1', 20_000, 'auto-repair'), given)).toEqual([]);
    expect(of(moved('n1', 20_000), story.entries)).toEqual([]);
  });

  test('an alert: loud on a drained node for longer than a moment; not when it was silenced, over, or on a node that nobody works on', () => {
    const alert = (node: string, ms: number, suppressed: boolean): FeltRecord => ({ at: at(ms), node, what: 'alert', suppressed });
    const later: FeltRecord = { at: at(30_000), node: 'n4', what: 'work', work: 0 };
    const entries = [...story.entries, lease({ holds: false, given: true }, 60_000)];
    const of = (...felt: FeltRecord[]): string[] => judge([...felt, later], { entries });
    expect(of(alert('n1', 1_000, false))).toEqual(['alert n1']);
    expect(of(alert('n1', 1_000, false), alert('n1', 3_000, true))).toEqual([]);
    expect(of(alert('n1', 1_000, false), { at: at(2_000), node: 'n1', what: 'alert-over' })).toEqual([]);
    expect(of(alert('n1', 1_000, true), alert('n1', 20_000, false))).toEqual(['alert n1']);
    expect(of(alert('n2', 1_000, false))).toEqual([]);
  });

  test('power: cut by a BMC over work, unless a mover had just said that it would', () => {
    const cut: FeltRecord = { at: at(500), node: 'n2', what: 'power-off', by: 'bmc', work: 2 };
    expect(judge([cut])).toEqual(['power-on-work n2']);
    expect(judge([{ ...cut, work: 0 }])).toEqual([]);
    expect(judge([{ at: at(400), node: 'n2', what: 'mover', by: 'auto-repair', work: 2 }, cut])).toEqual([]);
  });
});
