// Unix minutes as a reader's own clock shows them: the customer's zone, never the server's.

export interface ZonedClock {
  /** IANA name; "UTC" where the zone asked for does not exist. */
  readonly zone: string;
  /** "Tue 8 Jul 2031". */
  readonly day: (unixMin: number) => string;
  /** "09:00". */
  readonly time: (unixMin: number) => string;
  /** "Tue 8 Jul 09:00". */
  readonly moment: (unixMin: number) => string;
  /** "GMT-4", at that time of the year. */
  readonly offset: (unixMin: number) => string;
}

const MINUTE_MS = 60_000;
/** The first and last moment of the years 1 to 9999, roughly; beyond them nothing is planned. */
const UNIX_MIN_MAX = 4_223_000_000;

export function zonedClock(zone: string): ZonedClock {
  const format = formatOf(zone);
  const parts = (unixMin: number): { readonly [part: string]: string } | null => {
    if (!(Math.abs(unixMin) <= UNIX_MIN_MAX)) return null;
    return Object.fromEntries(format.formatToParts(Math.round(unixMin) * MINUTE_MS).map(({ type, value }) => [type, value]));
  };
  const shown =
    (words: (part: { readonly [part: string]: string }) => string) =>
    (unixMin: number): string => {
      const at = parts(unixMin);
      return at === null ? '-' : words(at);
    };
  return {
    zone: format.resolvedOptions().timeZone,
    day: shown((at) => `${at['weekday']} ${at['day']} ${at['month']} ${at['year']}`),
    time: shown((at) => `${at['hour']}:${at['minute']}`),
    moment: shown((at) => `${at['weekday']} ${at['day']} ${at['month']} ${at['hour']}:${at['minute']}`),
    offset: shown((at) => at['timeZoneName'] ?? ''),
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  };
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
  }
}
