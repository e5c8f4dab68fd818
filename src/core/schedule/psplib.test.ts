// PSPLIB files: what is read, what is refused with its place, and how close to the best known makespans a short search comes on some of them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseBestKnown, parseSm } from '../../../bench/psplib.ts';
import { must } from '../../std/assert.ts';
import { lowerBound } from './bounds.ts';
import { checkSchedule } from './check.ts';
import { compile } from './network.ts';
import { search } from './search.ts';

const SMALL = `****
jobs (incl. supersource/sink ):  4
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
****
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------
  1      1     0       0    0
  2      1     8       4    0
  3      1     3       1    2
  4      1     0       0    0
****
RESOURCEAVAILABILITIES:
  R 1  R 2
    4    3
****
`;

describe('parseSm', () => {
  it('reads jobs, durations, demands and capacities', () => {
    const project = parseSm('small.sm', SMALL);
    expect(project.activities.map(({ successors }) => successors)).toEqual([[1, 2], [3], [3], []]);
    expect(project.activities.map(({ modes }) => modes[0])).toEqual([
      { durationMin: 0, demands: [0, 0] },
      { durationMin: 8, demands: [4, 0] },
      { durationMin: 3, demands: [1, 2] },
      { durationMin: 0, demands: [0, 0] },
    ]);
    expect(project.resources.map(({ capacity }) => capacity)).toEqual([[[0, 4]], [[0, 3]]]);
  });

  it.each([
    ['no header', SMALL.replace('jobs (incl', 'tasks (incl'), ': there is no line "jobs (incl. supersource/sink ):"'],
    ['nonrenewable resources', SMALL.replace(':  0   N', ':  1   N'), ':5: only renewable resources are read'],
    ['several modes', SMALL.replace('   2        1 ', '   2        3 '), ':10: job 2 has 3 modes; only one is read'],
    ['a count that is wrong', SMALL.replace('2           2   3', '3           2   3'), ':9: job 1 says 3 successors and names 2'],
    [
      'a circle',
      SMALL.replace('   3        1          1           4', '   3        1          1           2'),
      ':11: job 3 has a successor',
    ],
    ['a word for a number', SMALL.replace('     8       4', '     x       4'), ':18: expected duration and demands of job 2'],
    ['too few capacities', SMALL.replace('    4    3', '    4'), ':24: expected one capacity for each resource'],
    ['an end too early', SMALL.slice(0, SMALL.indexOf('REQUESTS')), 'there is no line "REQUESTS/DURATIONS:"'],
  ])('refuses %s, with file and line', (_, text, message) => {
    expect(() => parseSm('small.sm', text)).toThrow(message);
    expect(() => parseSm('small.sm', text)).toThrow(/^small\.sm:\d+: /);
  });
});

describe('parseBestKnown', () => {
  it('reads the rows by instance', () => {
    const table = parseBestKnown('best.csv', 'set,instance,lowerBound,bestKnown\nj30,j301_1,43,43\r\nj60,j609_1,80,85\n');
    expect([...table]).toEqual([
      ['j301_1', { set: 'j30', lowerBound: 43, bestKnown: 43 }],
      ['j609_1', { set: 'j60', lowerBound: 80, bestKnown: 85 }],
    ]);
  });

  it.each(['j30,j301_1,43', 'j30,j301_1,43,x', 'j30,j301_1,43,', 'j30,j301_1,44,43', ',j301_1,43,43'])('refuses the row %s', (row) => {
    expect(() => parseBestKnown('best.csv', `set,instance,lowerBound,bestKnown\n${row}\n`)).toThrow(/^best\.csv:2: /);
  });
});

const LIBRARY = resolve(import.meta.dirname, '../../../../shared/data/psplib');
const here = existsSync(join(LIBRARY, 'best-known.csv'));

describe.skipIf(!here)(`PSPLIB in ../shared/data${here ? '' : ': not there, so nothing of it is tried'}`, () => {
  it.each([
    ['j30', 2_500, 0.4],
    ['j120', 2_500, 5],
  ])('%s: %i schedules, all valid, none below a proven bound, mean gap to best known under %d percent', (set, schedulesMax, gapPctMax) => {
    const table = parseBestKnown('best-known.csv', readFileSync(join(LIBRARY, 'best-known.csv'), 'utf8'));
    const files = readdirSync(join(LIBRARY, set)).filter((file, i) => file.endsWith('.sm') && i % 5 === 0);
    const gaps = files.map((file) => {
      const project = parseSm(file, readFileSync(join(LIBRARY, set, file), 'utf8'));
      const known = must(table.get(file.slice(0, -3)), file);
      const compiled = compile(project);
      if (!compiled.ok) throw new Error(`${file} is impossible`);
      const bound = lowerBound(compiled.network).value;
      expect(bound).toBeLessThanOrEqual(known.bestKnown);
      const found = search(compiled.network, { seed: 1, schedulesMax, lowerBound: bound });
      if (!found.ok) throw new Error(`${file} has no schedule`);
      expect(checkSchedule(project, found.schedule)).toEqual([]);
      expect(found.schedule.makespanMin).toBeGreaterThanOrEqual(Math.max(bound, known.lowerBound));
      return (100 * (found.schedule.makespanMin - known.bestKnown)) / known.bestKnown;
    });
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(gapPctMax);
  });
});
