import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockStalledError, sleep, VirtualClock, wallClock } from './clock.ts';

describe('virtual clock', () => {
  it('timers fire in time, ties in the order they were set', async () => {
    const clock = new VirtualClock(1_000);
    const fired: string[] = [];
    for (const [name, ms] of [
      ['c', 20],
      ['a', 10],
      ['d', 20],
      ['b', 10],
    ] as const)
      clock.after(ms, () => fired.push(`${name}@${clock.now()}`));
    await clock.run(sleep(clock, 20));
    expect(fired).toEqual(['a@1010', 'b@1010', 'c@1020', 'd@1020']);
  });

  it('any set of timers fires sorted by time and then by order, cancelled ones never', async () => {
    const timers = fc.array(fc.record({ ms: fc.integer({ min: -5, max: 50 }), cancelled: fc.boolean() }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(timers, async (list) => {
        const clock = new VirtualClock();
        const fired: number[] = [];
        for (const [i, { ms, cancelled }] of list.entries()) {
          const cancel = clock.after(ms, () => fired.push(i));
          if (cancelled) cancel();
        }
        await clock.run(sleep(clock, 100));
        const expected = list.map((timer, i) => ({ ...timer, i })).filter(({ cancelled }) => !cancelled);
        expect(fired).toEqual(expected.toSorted((a, b) => Math.max(0, a.ms) - Math.max(0, b.ms) || a.i - b.i).map(({ i }) => i));
        expect(clock.now()).toBe(100);
      }),
    );
  });

  it('a timer set by a timer fires in the same run, and a tie after those already set', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.after(5, () => {
      fired.push('first');
      clock.after(0, () => fired.push('third'));
    });
    clock.after(5, () => fired.push('second'));
    await clock.run(sleep(clock, 6));
    expect(fired).toEqual(['first', 'second', 'third']);
  });

  it('what a timer wakes runs to its next wait before time moves on', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 10);
        await Promise.resolve();
        seen.push(clock.now());
      }
    };
    await clock.run(Promise.all([work(), work()]));
    expect(seen).toEqual([10, 10, 20, 20, 30, 30]);
  });

  it('run gives the result, and the failure, of what it waited for', async () => {
    const clock = new VirtualClock();
    expect(await clock.run(sleep(clock, 5).then(() => 'done'))).toBe('done');
    await expect(clock.run(sleep(clock, 5).then(() => Promise.reject(new Error('broken'))))).rejects.toThrow('broken');
  });

  it('time that would stand still for ever is an error', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(Promise.withResolvers<void>().promise)).rejects.toThrow(ClockStalledError);
  });
});

describe('sleep', () => {
  it('an abort ends it at once, without failing, and its timer never moves time', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const long = sleep(clock, 1_000, controller.signal);
    clock.after(10, () => controller.abort());
    await clock.run(long);
    expect(clock.now()).toBe(10);
    await clock.run(sleep(clock, 5));
    expect(clock.now()).toBe(15);
  });

  it('a signal that is aborted already lets nothing wait', async () => {
    const clock = new VirtualClock();
    await clock.run(sleep(clock, 1_000, AbortSignal.abort()));
    expect(clock.now()).toBe(0);
  });
});

describe('wall clock', () => {
  it('sped up (1,000 times): its own milliseconds pass before the callback, and it can be cancelled', async () => {
    const clock = wallClock(1_000);
    const began = clock.now();
    let cancelled = false;
    clock.after(500, () => (cancelled = true))();
    await sleep(clock, 2_000);
    expect(clock.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(cancelled).toBe(false);
  });
});
