import { expect, it } from 'vitest';
import { cellCode } from '../../../../src/api/contract/cells.ts';
import { packBytes, packNumbers } from '../../../../src/api/contract/packed.ts';
import { lay } from './recording.ts';

const [draining, returned, failed] = [cellCode('draining'), cellCode('returned'), cellCode('failed')];

it('replay: targets become ids of the map, strangers are left out, returns become a curve', () => {
  const laid = lay(
    {
      title: 'r1',
      targets: ['sw1', 'n2', 'n1'],
      zeroMs: 0,
      fromMs: 0,
      toMs: 50,
      initial: packBytes(Uint8Array.of(1, 1, 1)),
      atMs: packNumbers(Float64Array.of(10, 20, 30, 40, 45, 50)),
      target: packNumbers(Uint32Array.of(0, 1, 1, 2, 0, 1)),
      cell: packBytes(Uint8Array.of(draining, draining, returned, returned, returned, failed)),
      marks: {},
      baseline: 2,
    },
    { names: ['n1', 'n2', 'n3'], groups: {}, switches: [] },
  );
  expect([...laid.recording.initial]).toEqual([1, 1, 0]);
  expect([...laid.recording.id]).toEqual([1, 1, 0, 1]);
  expect([...laid.recording.atMs]).toEqual([20, 30, 40, 50]);
  expect(laid.returned).toEqual([
    [30, 1],
    [40, 2],
    [50, 1],
  ]);
});
