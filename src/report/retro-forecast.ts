// The forecast of a run's start beside what happened, for its retro.
import type { Retro } from '../core/retro/retro.ts';
import { showDuration } from '../std/duration.ts';
import { showCount } from '../std/share.ts';
import { paragraph, table, type Section } from './document.ts';

const MINUTE_MS = 60_000;

/** None where nothing was foretold. */
export function forecastSection({ forecast }: Retro): Section[] {
  if (!forecast) return [];
  const { marks, scenarios, engine, seed } = forecast;
  const rows = Object.entries(marks)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([mark, { p50Min, p90Min, actualMin, inside }]) => [
      `${mark} %`,
      showMin(p50Min),
      showMin(p90Min),
      showMin(actualMin),
      inside === null ? '-' : inside ? 'yes' : 'no',
    ]);
  return [
    {
      title: 'Forecast against actual',
      blocks: [
        table('When how much was back, as foretold at the start and as it came', ['back', '>P50', '>P90', '>actual', 'inside P90'], rows),
        paragraph(`Made at the start from ${showCount(scenarios)} scenarios (${engine} engine, seed ${seed}), and not changed since.`),
      ],
    },
  ];
}

function showMin(minutes: number | null): string {
  return minutes === null ? '-' : showDuration(minutes * MINUTE_MS);
}
