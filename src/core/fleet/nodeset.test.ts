// Node sets as scripts and files see them: ClusterShell's own examples, the algebra against plain sets, and what they cost.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countSpans } from './nodeset/spans.ts';
import {
  difference,
  EMPTY,
  equals,
  fold,
  foldNames,
  has,
  intersection,
  isNodeName,
  names,
  NodeNameError,
  nodeSetOf,
  parseNodeSet,
  size,
  symmetricDifference,
  union,
} from './nodeset.ts';
import type { NodeSet } from './nodeset.ts';

function read(text: string): NodeSet {
  const result = parseNodeSet(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.error)}`);
  return result.set;
}

/** The ranges a set holds, over all its patterns. */
function spansHeld(set: NodeSet): number {
  return [...set.rows.values()].reduce((sum, rows) => sum + countSpans(rows), 0);
}

function keep(names: ReadonlySet<string>, isKept: (name: string) => boolean): Set<string> {
  return new Set([...names].filter(isKept));
}

const some = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('n', 'ab-'), fc.integer({ min: 0, max: 12 }), fc.constantFrom('', '.mgmt')).map((p) => p.join('')),
    fc.constantFrom('n00', 'n01', 'n09', 'n10', 'n099', 'n100', 'login', '7', 'n1/mlx5_0--sw1/17'),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('1', '2', '02', '3')).map(([r, n]) => `r${r}n${n}`),
  ),
  { maxLength: 30 },
);

describe('node set', () => {
  test.each([
    ['node[0-7],node[8-10]', 'node[0-10]'],
    ['node[0-10]!node[8-10]', 'node[0-7]'],
    ['node[0-10]&node[5-13]', 'node[5-10]'],
    ['node[0-10]^node[5-13]', 'node[0-4,11-13]'],
    ['node[0-7,32-159],node[160-163]', 'node[0-7,32-163]'],
    ['node3,node6,node1,node2,node7,node5', 'node[1-3,5-7]'],
    ['dc1n2,dc2n2,dc1n1,dc2n1', 'dc[1-2]n[1-2]'],
    ['node[32-159]!node33', 'node[32,34-159]'],
    ['node[32-159]&node[0-7,20-21,32,156-159]', 'node[32,156-159]'],
    ['node[33-159]^node[32-33,156-159]', 'node[32,34-155]'],
    ['dc[1-2]n[2-6/2]', 'dc[1-2]n[2,4,6]'],
    ['cluster[1-30],cluster32!cluster[2-5,8-31]', 'cluster[1,6-7,32]'],
    ['compute-1-[1-34],compute-1-35', 'compute-1-[1-35]'],
    ['phx62-[0001-1024].mgmt', 'phx62-[0001-1024].mgmt'],
    ['n[001-128]', 'n[001-128]'],
    ['n[1,01]', 'n[1,01]'],
    ['n[9,10,09,010]', 'n[9,09-10,010]'],
    ['n[0-10/2]', 'n[0,2,4,6,8,10]'],
    ['r[1-2]n[01-04]', 'r[1-2]n[01-04]'],
    ['n1[0-2]', 'n[10-12]'],
    ['n0[1-3]', 'n[01-03]'],
    ['n[0-2]5', 'n[05,15,25]'],
    ['n1[0-4/2]', 'n[10,12,14]'],
    ['[1-3]', '[1-3]'],
    ['b,n2,a,n-1,n1', 'a,b,n[1-2],n-1'],
    ['  n1 , n[ 2 - 4 , 6 ]\n! n3 ', 'n[1-2,4,6]'],
    ['n1/mlx5_0--sw1/17', 'n1/mlx5_0--sw1/17'],
    ['n1!n[0-9]', ''],
    ['', ''],
  ])('node set: reads %j and prints %j', (text, folded) => {
    expect(fold(read(text))).toBe(folded);
  });

  test('node set: operators go from left to right (no precedence)', () => {
    expect(fold(read('a,b&b,c!a,a'))).toBe('a,b,c');
    expect(fold(read('n[1-5]!n2,n2'))).toBe('n[1-5]');
  });

  test('node set: counts and lists names in the order it prints', () => {
    const set = read('n[9-11],b,r[1,3]x[1-2],r2x1');
    expect(size(set)).toBe(9);
    expect(fold(set)).toBe('b,n[9-11],r[1,3]x[1-2],r2x1');
    const list = ['b', 'n9', 'n10', 'n11', 'r1x1', 'r1x2', 'r3x1', 'r3x2', 'r2x1'];
    expect([...names(set)]).toEqual(list);
    expect([...names(set)], 'a second time').toEqual(list);
  });

  test('node set: a number of more than fifteen digits is plain text', () => {
    const serials = ['sn1234567890123456', 'sn1234567890123457', 'sn123456789012345'];
    expect(foldNames(serials)).toBe('sn123456789012345,sn1234567890123456,sn1234567890123457');
    expect([...names(read(foldNames(serials)))].toSorted()).toEqual(serials.toSorted());
  });

  test('node set: names that could not be read again are refused', () => {
    for (const name of ['', 'a b', 'a,b', 'n[1]', '-rf', '@all', 'n%s', 'é', 'n'.repeat(513)]) {
      expect(isNodeName(name), name).toBe(false);
      expect(() => nodeSetOf([name]), name).toThrow(NodeNameError);
      expect(has(read('n[1-3],a,b'), name), name).toBe(false);
    }
    expect(isNodeName('n'.repeat(512))).toBe(true);
  });
});

describe('node set algebra', () => {
  test('node set: reading what was printed gives the same set, and equal sets print the same', () => {
    fc.assert(
      fc.property(some, (list) => {
        const set = nodeSetOf(list);
        const model = new Set(list);
        expect(equals(read(fold(set)), set)).toBe(true);
        expect(read(fold(set)), 'one form for equal sets').toEqual(set);
        expect(foldNames(list.toReversed())).toBe(fold(set));
        expect(new Set(names(set))).toEqual(model);
        expect([...names(set)]).toHaveLength(model.size);
        expect(size(set)).toBe(model.size);
        expect(equals(set, EMPTY)).toBe(model.size === 0);
      }),
      { numRuns: 400 },
    );
  });

  test('node set: operations agree with plain sets', () => {
    fc.assert(
      fc.property(some, some, (left, right) => {
        const [a, b] = [nodeSetOf(left), nodeSetOf(right)];
        const [x, y] = [new Set(left), new Set(right)];
        expect(new Set(names(union(a, b)))).toEqual(new Set([...x, ...y]));
        expect(new Set(names(difference(a, b)))).toEqual(keep(x, (name) => !y.has(name)));
        expect(new Set(names(intersection(a, b)))).toEqual(keep(x, (name) => y.has(name)));
        expect(new Set(names(symmetricDifference(a, b)))).toEqual(keep(new Set([...x, ...y]), (name) => x.has(name) !== y.has(name)));
        for (const name of [...left, ...right]) expect(has(a, name)).toBe(x.has(name));
        expect(equals(a, b)).toBe(x.size === y.size && left.every((name) => y.has(name)));
      }),
      { numRuns: 400 },
    );
  });

  test('node set: laws of sets hold form for form', () => {
    fc.assert(
      fc.property(some, some, some, (first, second, third) => {
        const [a, b, c] = [nodeSetOf(first), nodeSetOf(second), nodeSetOf(third)];
        expect(union(a, b)).toEqual(union(b, a));
        expect(union(a, union(b, c))).toEqual(union(union(a, b), c));
        expect(intersection(a, union(b, c))).toEqual(union(intersection(a, b), intersection(a, c)));
        expect(difference(a, union(b, c))).toEqual(difference(difference(a, b), c));
        expect(symmetricDifference(a, b)).toEqual(difference(union(a, b), intersection(a, b)));
        expect(difference(a, a)).toEqual(EMPTY);
      }),
      { numRuns: 200 },
    );
  });

  test('node set: a row of operators in a text is the operations one by one', () => {
    const operation = fc.constantFrom(...([',', '!', '&', '^'] as const));
    const apply = { ',': union, '!': difference, '&': intersection, '^': symmetricDifference };
    fc.assert(
      fc.property(some, fc.array(fc.tuple(operation, some), { maxLength: 8 }), (first, more) => {
        let set = nodeSetOf(['n5', ...first]);
        let text = fold(set);
        for (const [sign, list] of more) {
          // An operand is one element, so only the first of a folded list is taken.
          const operand = /^[^,[]*(?:\[[^\]]*\][^,[]*)*/.exec(foldNames(['n7', ...list]))?.[0] ?? '';
          text += sign + operand;
          set = apply[sign](set, read(operand));
        }
        expect(read(text)).toEqual(set);
      }),
      { numRuns: 300 },
    );
  });
});

describe('node set cost', () => {
  test('node set: a million nodes written as one range are held as one range', () => {
    const million = read('n[0000001-1000000]');
    expect(size(million)).toBe(1_000_000);
    expect(spansHeld(million)).toBe(1);
    expect(spansHeld(read('n[1-1000000]')), 'one for each width').toBe(7);
    const holed = difference(million, read('n[0500000-0500009]'));
    expect(spansHeld(holed)).toBe(2);
    expect(fold(holed)).toBe('n[0000001-0499999,0500010-1000000]');
    expect(spansHeld(union(holed, million))).toBe(1);
    expect(spansHeld(intersection(holed, read('n[0499990-0600000]')))).toBe(2);
    expect([has(holed, 'n0500000'), has(holed, 'n0500010'), has(holed, 'n500010')]).toEqual([false, true, false]);
  });

  test('node set: racks of nodes are held as ranges of ranges', () => {
    const racks = read('r[001-256]n[01-40]');
    expect(size(racks)).toBe(10_240);
    expect(spansHeld(racks)).toBe(2);
    expect(spansHeld(union(racks, read('r257n[01-40]')))).toBe(2);
    expect(fold(difference(racks, read('r100n07')))).toBe('r[001-099,101-256]n[01-40],r100n[01-06,08-40]');
  });

  test('node set: thirty thousand single names are read and printed', () => {
    const list = Array.from({ length: 30_000 }, (_, i) => `n${i * 2}`);
    expect(size(read(list.join()))).toBe(30_000);
    expect(fold(read(list.join('^')))).toBe(foldNames(list));
  });
});
