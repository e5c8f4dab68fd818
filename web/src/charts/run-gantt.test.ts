import { describe, expect, it } from 'vitest';
import { ganttPicture, ROWS_DRAWN_ALL, rowsInSight, type PhaseTimes, type WaveTimes } from './run-gantt.ts';

const phase = (
  startMin: number | null,
  endMin: number | null,
  plannedStartMin: number | null,
  plannedEndMin: number | null,
): PhaseTimes => ({
  phase: 'updating',
  startMin,
  endMin,
  medianMin: null,
  done: 1,
  plannedStartMin,
  plannedEndMin,
});
const wave = (...phases: PhaseTimes[]): WaveTimes => ({ wave: 'w', cluster: 'c', state: 'open', targets: 2, phases });

describe('ganttPicture', () => {
  it('draws planned and actual on one axis, from what came before time zero on', () => {
    const picture = ganttPicture([wave(phase(-10, 40, 0, 30))], 50, 100, 500);
    const [lane] = picture.lanesOf(0);
    expect(picture.fromMin).toBe(-10);
    expect(lane?.actual).toMatchObject({ x: 100, open: false });
    expect(lane?.planned?.x).toBe(picture.x(0));
    expect(lane?.lateMin).toBe(10);
    expect(picture.nowX).toBe(picture.x(50));
  });

  it('lets what has not ended go on until now, and calls it late only once it is', () => {
    const picture = ganttPicture([wave(phase(10, null, 0, 30), phase(10, null, 0, 90), phase(null, null, 0, 20))], 50, 0, 400);
    const [late, inTime, notBegun] = picture.lanesOf(0);
    expect(late?.actual).toEqual({ x: picture.x(10), width: Math.round((picture.x(50) - picture.x(10)) * 10) / 10, open: true });
    expect(late?.lateMin).toBe(20);
    expect(inTime?.lateMin).toBeNull();
    expect(notBegun?.actual).toBeNull();
    expect(notBegun?.lateMin).toBe(30);
  });

  it('cuts what is planned to end days later, and compares nothing with it', () => {
    const picture = ganttPicture([wave(phase(0, 20, 0, 25), phase(20, 60, 18, 10_000))], 60, 0, 400);
    const [near, far] = picture.lanesOf(0);
    expect(picture.toMin).toBeLessThan(70);
    expect([near?.planned?.beyond, near?.lateMin]).toEqual([false, -5]);
    expect([far?.planned?.beyond, far?.lateMin]).toEqual([true, null]);
    expect((far?.planned?.x ?? 0) + (far?.planned?.width ?? 0)).toBeCloseTo(400, 0);
  });

  it('stands without rows and without a now', () => {
    const picture = ganttPicture([], null, 0, 400);
    expect(picture.nowX).toBeNull();
    expect(picture.lanesOf(0)).toEqual([]);
    expect(picture.ticks.every(({ x }) => Number.isFinite(x))).toBe(true);
  });
});

describe('rowsInSight', () => {
  it('draws all while they are few, else those in sight and a few beyond', () => {
    expect(rowsInSight(ROWS_DRAWN_ALL, 40, 0, 300)).toEqual({ from: 0, to: ROWS_DRAWN_ALL });
    expect(rowsInSight(1_000, 40, 4_000, 300)).toEqual({ from: 96, to: 112 });
    expect(rowsInSight(100, 40, 999_999, 300)).toEqual({ from: 100, to: 100 });
  });
});
