import { describe, expect, it } from 'vitest';
import type { Wave } from '../../core/plan/plan.ts';
import { withoutEdges, withoutWaves } from './order-of-waves.ts';

function wave(id: string, after: readonly string[], more: Partial<Wave> = {}): Wave {
  return {
    id,
    cluster: 'lab',
    kind: 'node',
    targets: id,
    procedure: 'node',
    after,
    atOnce: 1,
    gate: { failedMax: null, returnedMin: 1, failureRateMax: null },
    affected: id,
    ...more,
  };
}

const chain = [wave('a', []), wave('b', ['a']), wave('c', ['b'], { quiet: ['b', 'a'], holds: [{ step: 'apply', until: ['b'] }] })];
const afterOf = (waves: readonly Wave[]): object => Object.fromEntries(waves.map(({ id, after }) => [id, after]));

describe('order of waves', () => {
  it('what waited for a wave that is gone waits for what that one waited for', () => {
    const [a, c] = withoutWaves(chain, new Set(['b']));
    expect(a).toEqual(chain[0]);
    expect(c).toMatchObject({ id: 'c', after: ['a'], quiet: ['a'], holds: [{ step: 'apply', until: [] }] });
  });

  it('an edge that is dropped is led on, until one is kept or there is none', () => {
    expect(afterOf(withoutEdges(chain, (from, to) => from.id === 'c' && to.id === 'b'))).toEqual({ a: [], b: ['a'], c: ['a'] });
    expect(afterOf(withoutEdges(chain, (from) => from.id === 'c'))).toEqual({ a: [], b: ['a'], c: [] });
    expect(afterOf(withoutEdges(chain, () => false))).toEqual(afterOf(chain));
  });
});
