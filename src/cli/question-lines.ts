// Questions of the challenger in lines for people: the question, its numbers with their intervals, and the commands that show them.
import { showMinutes } from '../chart/scale.ts';
import type { Question } from '../core/forecast/forecast.ts';
import { quoteCommand } from '../std/quote.ts';
import { showCount } from '../std/share.ts';

/** The plan that is asked, and the options with which `compare` lives through the same nights. */
export interface Asked {
  readonly file: string;
  readonly options: readonly string[];
}

/** A question numbered `number`, wrapped to `width`; commands stay on one line, to be copied. */
export function questionLines(question: Question, number: number, asked: Asked, width: number): string[] {
  const lead = `${number}. `;
  const indent = ' '.repeat(lead.length);
  const [first = '', ...rest] = wrapped(question.text, width - lead.length);
  return [
    `${lead}${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...wrapped(numberWords(question.numbers).join('; '), width - lead.length - 2).map((line) => `${indent}  ${line}`),
    ...seeLines(question, asked).map((line) => `${indent}  ${line}`),
  ];
}

/** "gain 95: 41 min (38 min to 44 min)": a number with its 95 % interval, where the question has one. */
export function numberWords(numbers: Question['numbers']): string[] {
  return Object.entries(numbers).flatMap(([name, value]) => {
    const { stem, end, unit } = partsOf(name);
    if (end !== '' && Object.hasOwn(numbers, stem + unit)) return [];
    const [low, high] = [numbers[`${stem}Low${unit}`], numbers[`${stem}High${unit}`]];
    const interval = typeof low === 'number' && typeof high === 'number' ? ` (${shown(low, unit)} to ${shown(high, unit)})` : '';
    return [`${labelOf(stem + end, unit)}: ${shown(value, unit)}${interval}`];
  });
}

/** Lines of at most `width` characters; a longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The command that writes the child of a plan down. */
export function planCommand(parent: string, sets: readonly string[], child: string): string {
  return quoteCommand(['pitstop', 'plan', '--parent', parent, ...sets.flatMap((set) => ['--set', set]), '-o', child]);
}

function seeLines({ id, sets }: Question, { file, options }: Asked): string[] {
  if (sets.length === 0) return [];
  const child = `${id}.plan.json`;
  return [`see: ${planCommand(file, sets, child)}`, `     ${quoteCommand(['pitstop', 'compare', file, child, ...options])}`];
}

type Unit = '' | 'Min' | 'GpuHours' | 'Hours' | 'Share';

function partsOf(name: string): { readonly stem: string; readonly end: '' | 'Low' | 'High'; readonly unit: Unit } {
  const [, stem = name, end = '', unit = ''] = /^(.*?)(Low|High)?(Min|GpuHours|Hours|Share)?$/.exec(name) ?? [];
  return { stem, end: end as '' | 'Low' | 'High', unit: unit as Unit };
}

/** "t95P50Min" -> "T95 P50", "doubledGain95Min" -> "doubled gain at 95 %": the unit stands with the value. */
function labelOf(stem: string, unit: Unit): string {
  const words = stem
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => (/^[pt]\d+$/i.test(word) ? word.toUpperCase() : word.toLowerCase().replace(/^([a-z]+)(\d+)$/, '$1 at $2 %')))
    .join(' ')
    .replace('gpus', 'GPUs');
  return unit === 'GpuHours' ? `${words} GPU-hours` : words;
}

function shown(value: number | string | null | undefined, unit: Unit): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return unit === 'Min' ? 'not within the horizon' : 'none';
  if (unit === 'Min') return `${value < 0 ? '-' : ''}${showMinutes(Math.abs(value))}`;
  if (unit === 'Share') return `${Number((value * 100).toPrecision(3))} %`;
  if (unit === 'Hours') return `${value} h`;
  return unit === 'GpuHours' ? showCount(Math.round(value)) : showCount(value);
}
