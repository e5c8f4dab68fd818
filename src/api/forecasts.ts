// The forecast beside the run: the one made at its start, journalled and never changed, and the one from where it stands now.
import type { Forecast } from '../core/forecast/forecast.ts';
import { forecastNote, type Bands } from '../core/forecast/frozen.ts';
import { originOf } from '../core/past/origin.ts';
import type { Chronicle } from '../core/run/chronicle.ts';
import { runStateOf } from '../core/run/status.ts';
import type { RunState } from '../core/run/states.ts';
import type { RunHost } from '../runner/host.ts';
import type { Asking } from '../sim/rehearse/asking.ts';
import { rehearsing } from '../sim/rehearse/rehearse.ts';
import { canBeRehearsed, plannedRun, rehearsalOf } from './planned-run.ts';
import type { Rehearsals } from './rehearsals.ts';
import { RollingForecast, type RollingEta } from './rolling.ts';

/** When how much of the baseline is back, as far as it was ever foretold. */
export interface Eta {
  /** As it stood at the start; null: there is none. */
  readonly frozen: { readonly marks: Bands } | null;
  /** null: there is none yet, or the run is not under way. */
  readonly rolling: RollingEta | null;
}

export interface Forecasts {
  /** Rehearses the plan of a run that has no forecast yet, and journals what comes of it. Resolves when that is done; never rejects. */
  freeze(host: RunHost): Promise<void>;
  /** `host` null: nobody drives the run any more, and only what was journalled is told. null: nothing was foretold. */
  etaOf(chronicle: Chronicle, host: RunHost | null): Promise<Eta | null>;
}

const UNDER_WAY: ReadonlySet<RunState> = new Set(['running', 'paused', 'held', 'returned']);

export function createForecasts(rehearsals: Rehearsals): Forecasts {
  const rolling = new WeakMap<RunHost, RollingForecast>();
  const rollingOf = (host: RunHost): RollingForecast => {
    const known = rolling.get(host) ?? new RollingForecast(host, rehearsals);
    rolling.set(host, known);
    return known;
  };
  return {
    freeze: async (host) => {
      if (host.chronicle.forecast !== null || !isForecast(host)) return;
      const forecast = await rehearsals.carryOut(() => rehearsingRun(host));
      if (forecast === null || host.stopped !== null) return;
      await host.write({ target: -1, kind: 'forecast', note: forecastNote(forecast) });
    },
    etaOf: async (chronicle, host) => {
      const frozen = chronicle.forecast && { marks: chronicle.forecast.marks };
      const underWay = host !== null && host.stopped === null && isForecast(host) && UNDER_WAY.has(runStateOf(chronicle));
      const latest = underWay ? await rollingOf(host).latest() : null;
      return frozen || latest ? { frozen, rolling: latest } : null;
    },
  };
}

function rehearsingRun({ parts: { plan, header } }: RunHost): Asking<Forecast> {
  const here = plannedRun(plan, header);
  return rehearsing(here, rehearsalOf(here, header, null));
}

/** What others carry out follows no plan of ours. */
function isForecast({ parts: { plan, header } }: RunHost): boolean {
  return originOf(header.options).kind === 'run' && canBeRehearsed(plan);
}
