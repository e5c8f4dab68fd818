import { expect, test } from 'vitest';
import { sleep, VirtualClock } from '../../std/clock.ts';
import { limitTime } from './limit.ts';
import { fewOf, Pending } from './pending.ts';
import { Tail } from './tail.ts';
import { Turns } from './turns.ts';

test('turns: at most so many at once, the others in order; who gives up waiting never begins', async () => {
  const turns = new Turns(2);
  const { signal } = new AbortController();
  const giveUp = new AbortController();
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, until: AbortSignal): Promise<string | null> =>
    turns.through(() => {
      began.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    }, until);
  const [first, second, third, fourth] = [run('a', signal), run('b', signal), run('c', giveUp.signal), run('d', signal)];
  expect(began).toEqual(['a', 'b']);
  expect(turns.waiting).toBe(2);
  giveUp.abort();
  expect(await third).toBeNull();
  ends.get('a')?.();
  expect(await first).toBe('a');
  expect(began).toEqual(['a', 'b', 'd']);
  ends.get('b')?.();
  ends.get('d')?.();
  expect(await Promise.all([second, fourth])).toEqual(['b', 'd']);
  await expect(turns.through(() => Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
  expect(await turns.through(() => Promise.resolve('free again'), signal)).toBe('free again');
});

test('pending: only what has taken long is named, and no more once it is over', async () => {
  const clock = new VirtualClock();
  const pending = new Pending(clock);
  const end = pending.begin('n1');
  await clock.run(sleep(clock, 4_999));
  expect(pending.slow()).toEqual([]);
  await clock.run(sleep(clock, 1));
  expect(pending.slow()).toEqual([{ what: 'n1', ms: 5_000 }]);
  expect(end()).toBe(5_000);
  expect(pending.slow()).toEqual([]);
  await expect(pending.during('n2', Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await clock.run(sleep(clock, 20_000));
  expect(pending.slow()).toEqual([]);
  expect(fewOf(['a', 'b', 'a', 'c'])).toBe('a, b, c');
  expect(fewOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
});

test('limit: says whether the time or the caller ended it', async () => {
  const clock = new VirtualClock();
  const caller = new AbortController();
  const timed = limitTime(clock, 10, caller.signal);
  const left = limitTime(clock, 100, caller.signal);
  await clock.run(sleep(clock, 10));
  expect([timed.signal.aborted, timed.expired(), left.signal.aborted]).toEqual([true, true, false]);
  caller.abort();
  expect([left.signal.aborted, left.expired()]).toEqual([true, false]);
  expect(limitTime(clock, 0, new AbortController().signal).expired()).toBe(true);
});

test('tail: the last bytes of any number of chunks', () => {
  const tail = new Tail(5);
  tail.add(Buffer.from('abc'));
  expect([tail.text(), tail.cut]).toEqual(['abc', false]);
  tail.add(Buffer.from('de'));
  expect([tail.text(), tail.cut]).toEqual(['abcde', false]);
  tail.add(Buffer.from('f'));
  expect([tail.text(), tail.cut]).toEqual(['bcdef', true]);
  tail.add(Buffer.from('0123456789'));
  expect([tail.text(), tail.cut]).toEqual(['56789', true]);
});
