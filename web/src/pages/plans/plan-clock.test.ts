import { expect, it } from 'vitest';
import { planClock, windowWords } from './plan-clock.ts';

const OPENS = Date.UTC(2031, 6, 8, 16) / 60_000;

it("says what the site's clocks show, and the day where it is far off", () => {
  const clock = planClock(OPENS, 'America/Phoenix');
  expect(clock?.(0)).toBe('09:00');
  expect(clock?.(95)).toBe('10:35');
  expect(clock?.(-1_440)).toBe('Mon 09:00');
  expect(planClock(null, 'UTC')).toBeNull();
});

it('stands in a zone that the browser does not know', () => {
  expect(windowWords(OPENS, 'America/Phoenix')).toBe('8 Jul 2031, 09:00 America/Phoenix');
  expect(planClock(OPENS, 'Mars/Olympus')?.(0)).toBe('16:00');
});
