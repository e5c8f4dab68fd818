// Numbers of forecasts, comparisons and questions as words.
import { minutes } from '../../ui/format.ts';

interface Difference {
  readonly diffMin: number | null;
  readonly lowMin: number | null;
  readonly highMin: number | null;
}

/** "12 min sooner", "no difference", "only one gets there": second plan minus first. */
export function differenceWords({ diffMin }: Difference): string {
  if (diffMin === null) return 'only one of them gets there';
  if (Math.abs(diffMin) < 1 / 120) return 'no difference';
  return `${minutes(Math.abs(diffMin))} ${diffMin < 0 ? 'sooner' : 'later'}`;
}

/** "−5 min to −1 min"; a dash where there is none. */
export function intervalWords({ lowMin, highMin }: Difference): string {
  return lowMin === null || highMin === null ? '–' : `${signed(lowMin)} to ${signed(highMin)}`;
}

/** Whether chance alone could have made it: the interval holds zero. */
export function isSure({ lowMin, highMin }: Difference): boolean {
  return lowMin !== null && highMin !== null && (lowMin > 0 || highMin < 0);
}

function signed(min: number): string {
  return min > 0 ? `+${minutes(min)}` : minutes(min);
}

/** First characters of an id, as people say them. */
export function short(id: string): string {
  return id.slice(0, 8);
}

/** "gain at 95 %: 41 min (38 min to 44 min)": each number of a question once, with its interval where it has one. */
export function questionNumbers(numbers: { readonly [name: string]: number | string | null }): { label: string; value: string }[] {
  return Object.entries(numbers).flatMap(([name, value]) => {
    const { stem, end, unit } = partsOf(name);
    if (end !== '' && Object.hasOwn(numbers, stem + unit)) return [];
    const [low, high] = [numbers[`${stem}Low${unit}`], numbers[`${stem}High${unit}`]];
    const interval = typeof low === 'number' && typeof high === 'number' ? ` (${shown(low, unit)} to ${shown(high, unit)})` : '';
    return [{ label: labelOf(stem + end, unit), value: shown(value, unit) + interval }];
  });
}

function partsOf(name: string): { readonly stem: string; readonly end: string; readonly unit: string } {
  const [, stem = name, end = '', unit = ''] = /^(.*?)(Low|High)?(Min|GpuHours|Hours|Share)?$/.exec(name) ?? [];
  return { stem, end, unit };
}

function labelOf(stem: string, unit: string): string {
  const words = stem
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => (/^[pt]\d+$/i.test(word) ? word.toUpperCase() : word.toLowerCase().replace(/^([a-z]+)(\d+)$/, '$1 at $2 %')))
    .join(' ');
  return unit === 'GpuHours' ? `${words} GPU-hours` : words;
}

function shown(value: number | string | null, unit: string): string {
  if (typeof value === 'string') return value;
  if (value === null) return unit === 'Min' ? 'not within the horizon' : 'none';
  if (unit === 'Min') return minutes(value);
  if (unit === 'Share') return `${Math.round(value * 1000) / 10} %`;
  return (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100).toLocaleString('en-US');
}
