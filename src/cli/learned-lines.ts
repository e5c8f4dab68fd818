// What runs have taught, for people: each step beside what the catalogue says of it, with the number of observations behind it.
import type { Learned } from '../core/learn/answers.ts';
import type { LearnedShare } from '../core/learn/failures.ts';
import type { LearnedStep } from '../core/learn/learn.ts';
import { showDuration } from '../std/duration.ts';
import { counted, showCount, showShare } from '../std/share.ts';
import { flowed, table } from './output.ts';

type Entry = readonly [key: string, step: LearnedStep];

const WIDTH = 118;

/** No lines: nothing was learned yet. */
export function learnedLines({ priors, stated, twin, skipped }: Learned): string[] {
  const notRead = skipped.map(({ run, why }) => `not read: ${run}: ${why}`);
  if (priors.runs.length === 0) return notRead;
  const steps = Object.entries(priors.steps);
  const seen = steps.filter(([, { fails }]) => fails.n > 0);
  const unseen = steps.filter(([, { fails }]) => fails.n === 0);
  return [
    ...flowed([`learned from ${counted(priors.runs.length, twin ? 'simulated run' : 'run')}: ${priors.runs.join(', ')}`], WIDTH),
    '',
    ...table(
      ['STEP', 'MEDIAN', 'LOG-SD', 'BETWEEN RUNS', 'N', 'RUNS', 'FAILS', 'STATED', 'OFF'],
      seen.map(([key, step]) => stepRow(key, step, stated[key] ?? null)),
    ),
    ...mopUpLines(priors.mopUp),
    ...unseenLines(unseen, seen, stated),
    ...notRead,
  ];
}

function stepRow(key: string, { takes, fails }: LearnedStep, stated: Learned['stated'][string] | null): string[] {
  const statedMs = stated?.medianMs ?? null;
  return [
    nameOf(key),
    takes ? showDuration(takes.medianMs) : '-',
    takes ? takes.logSd.toFixed(2) : '-',
    takes ? takes.between.toFixed(2) : '-',
    showCount(takes?.n ?? 0),
    String(takes?.runs ?? 0),
    showFails(fails),
    statedMs === null ? '-' : showDuration(statedMs),
    takes === null || statedMs === null || statedMs === 0 ? '-' : showOff(takes.medianMs / statedMs),
  ];
}

function mopUpLines(mopUp: Learned['priors']['mopUp']): string[] {
  const fallen = Object.entries(mopUp).filter(([, { n }]) => n > 0);
  if (fallen.length === 0) return [];
  const rows = fallen.flatMap(([component, { off, ways, n }]) =>
    ways.map(({ way, share, takes }, i) => [
      i === 0 ? nameOf(component) : '',
      i === 0 ? showFails(off) : '',
      i === 0 ? showCount(n) : '',
      way,
      showShare(share, 1),
      showDuration(takes.medianMs),
      showCount(takes.n),
    ]),
  );
  return ['', ...table(['OFF THE HAPPY PATH', 'TARGETS', 'SEEN', 'WAY BACK', 'SHARE', 'MEDIAN', 'N'], rows)];
}

/** Their kind was seen, so they may have moved from what is stated all the same. Of components that no run had, only their number is told. */
function unseenLines(unseen: readonly Entry[], seen: readonly Entry[], stated: Learned['stated']): string[] {
  const here = new Set(seen.flatMap(([key]) => componentsOf(key)));
  const near = unseen.filter(([key]) => componentsOf(key).every((component) => here.has(component)));
  const others = new Set(unseen.flatMap(([key]) => componentsOf(key)).filter((component) => !here.has(component)));
  const items = near.map(([key, { takes }]) => {
    const statedMs = stated[key]?.medianMs ?? null;
    const words = takes === null ? '' : ` ${showDuration(takes.medianMs)}${statedMs === null ? '' : ` (stated ${showDuration(statedMs)})`}`;
    return `${key}${words}, n 0`;
  });
  const none = others.size === 0 ? [] : [`no step of ${[...others].join(', ')}`];
  return items.length + none.length === 0
    ? []
    : ['', 'never seen here:', ...flowed([...items, ...none], WIDTH - 2).map((line) => `  ${line}`)];
}

function componentsOf(key: string): string[] {
  return key.slice(0, key.indexOf('/')).split('+');
}

/** Maintenances that others carried out have steps of no component. */
function nameOf(key: string): string {
  return key === '' || key.startsWith('/') ? `(by others)${key}` : key;
}

function showFails({ share, n }: LearnedShare): string {
  return `${showShare(share, 1)} of ${showCount(n)}`;
}

function showOff(factor: number): string {
  const percent = Math.round(100 * (factor - 1));
  return `${percent > 0 ? '+' : ''}${percent} %`;
}
