// What the clocks of a fleet's site show at a minute of a forecast, where the plan has a window that says when it begins.

const DAY_MIN = 1_440;

/** Far from the first drain it says the day, too. null: no window, so nobody knows yet when that will be. `timezone` as IANA names it. */
export function planClock(windowMin: number | null, timezone: string): ((min: number) => string) | null {
  if (windowMin === null) return null;
  const clock = formatter({ hour: '2-digit', minute: '2-digit', timeZone: timezone });
  const withDay = formatter({ weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone: timezone });
  return (min) => (min < 0 || min >= DAY_MIN ? withDay : clock).format(new Date((windowMin + min) * 60_000));
}

/** "8 Jul 2031, 09:00 America/Phoenix". */
export function windowWords(windowMin: number, timezone: string): string {
  const date = formatter({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: timezone });
  return `${date.format(new Date(windowMin * 60_000))} ${timezone}`;
}

/** A zone that this browser does not know must not cost the page. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', options);
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
}
