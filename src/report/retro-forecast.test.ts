import { describe, expect, it } from 'vitest';
import type { Retro } from '../core/retro/retro.ts';
import { forecastSection } from './retro-forecast.ts';

describe('the forecast in a retro', () => {
  it('mark by mark: foretold, happened, inside', () => {
    const marks = {
      '95': { p50Min: 72, p90Min: 100, actualMin: 110, inside: false },
      '50': { p50Min: 40, p90Min: 55, actualMin: 41, inside: true },
      '99': { p50Min: 80, p90Min: null, actualMin: null, inside: null },
    };
    const forecast: NonNullable<Retro['forecast']> = { at: 0, seed: 1, scenarios: 400, engine: 'exact', marks };
    const [section] = forecastSection({ forecast } as Retro);
    expect(section?.title).toBe('Forecast against actual');
    expect(section?.blocks[0]).toMatchObject({
      kind: 'table',
      rows: [
        ['50 %', '40 min', '55 min', '41 min', 'yes'],
        ['95 %', '1 h 12 min', '1 h 40 min', '1 h 50 min', 'no'],
        ['99 %', '1 h 20 min', '-', '-', '-'],
      ],
    });
  });

  it('nothing was foretold: no section', () => {
    expect(forecastSection({} as Retro)).toEqual([]);
  });
});
