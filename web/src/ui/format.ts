// Numbers, times and durations as people read them, in the reader's own zone.

/** "1 h 05 min", "12 min", "40 s"; a dash where there is none. */
export function minutes(min: number | null | undefined): string {
  if (min === null || min === undefined || Number.isNaN(min)) return '–';
  const sign = min < 0 ? '−' : '';
  const seconds = Math.round(Math.abs(min) * 60);
  if (seconds < 60) return `${sign}${seconds} s`;
  const whole = Math.round(seconds / 60);
  if (whole < 60) return `${sign}${whole} min`;
  const hours = Math.floor(whole / 60);
  if (hours < 48) return `${sign}${hours} h ${String(whole % 60).padStart(2, '0')} min`;
  return `${sign}${(hours / 24).toFixed(1)} d`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** "14:05", with the day where it is not today's. */
export function moment(iso: string | number | null | undefined, now: number = Date.now()): string {
  if (iso === null || iso === undefined) return '–';
  const at = new Date(iso);
  return Math.abs(now - at.getTime()) < 12 * 3_600_000 ? clock.format(at) : day.format(at);
}

/** Cut, never rounded up: 999 of 1,000 is not all of them. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  return `${Math.floor((part / whole) * 100)} %`;
}

export function count(n: number): string {
  return n.toLocaleString('en-US');
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
