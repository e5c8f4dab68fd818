import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import { CELL_OUTLINED, cellByte, cellCode, cellsOf } from './cell.ts';
import { createChronicle, type Chronicle } from './chronicle.ts';
import { compile } from './compile.ts';
import { setFlag } from './state.ts';
import { FLAG, nodeStateCode, stageCode, type NodeState, type Stage } from './states.ts';

const chronicle = (): Chronicle => createChronicle(compile(testPlan({ nodes: 3 })));

function stands(stage: Stage, shown: NodeState, ...flags: number[]): number {
  const c = chronicle();
  c.begunAt = 1;
  c.state.stage[0] = stageCode(stage);
  c.state.shown[0] = nodeStateCode(shown);
  for (const flag of flags) setFlag(c.state, 0, flag, true);
  return cellByte(c, 0);
}

describe('cell', () => {
  it('shows one of ten, cleared as draining and conforming as validating', () => {
    expect(stands('running', 'draining', FLAG.drained)).toBe(cellCode('draining'));
    expect(stands('queued', 'cleared', FLAG.drained)).toBe(cellCode('draining'));
    expect(stands('running', 'conforming', FLAG.drained)).toBe(cellCode('validating'));
    expect(stands('running', 'rebooting', FLAG.drained)).toBe(cellCode('rebooting'));
    expect(stands('settled', 'returned')).toBe(cellCode('returned'));
    expect(stands('waiting', 'in-service')).toBe(cellCode('in-service'));
  });

  it('shows who is off the happy path as failed, also during automatic tries, and who was given up as in repair', () => {
    expect(stands('straggling', 'rebooting', FLAG.straggler, FLAG.drained)).toBe(cellCode('failed'));
    expect(stands('running', 'rebooting', FLAG.straggler, FLAG.drained)).toBe(cellCode('failed'));
    expect(stands('dropped', 'rebooting', FLAG.straggler, FLAG.drained)).toBe(cellCode('in-repair'));
  });

  it('outlines holds and foreign acts, as long as there is something to hold up', () => {
    expect(stands('parked', 'cleared', FLAG.held, FLAG.drained)).toBe(cellCode('draining') | CELL_OUTLINED);
    expect(stands('parked', 'updating', FLAG.foreign, FLAG.drained)).toBe(cellCode('updating') | CELL_OUTLINED);
    expect(stands('straggling', 'updating', FLAG.straggler, FLAG.held)).toBe(cellCode('failed') | CELL_OUTLINED);
    expect(stands('returned', 'returned', FLAG.held)).toBe(cellCode('returned'));
  });

  it('shows an untouched target that others drained as down', () => {
    expect(stands('waiting', 'in-service', FLAG.foreign)).toBe(cellCode('down') | CELL_OUTLINED);
  });

  it('knows nothing of targets before anybody has looked', () => {
    expect([...cellsOf(chronicle())]).toEqual([0, 0, 0]);
  });
});
