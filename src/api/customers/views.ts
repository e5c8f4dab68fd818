// The customer's page put together: where the plan stands, what was said, what is foretold. Every estimate that it shows is written down.
import type { Plan } from '../../core/plan/plan.ts';
import type { Customers, SaidSpeech } from '../../desk/customers.ts';
import { customerPageOf, type CustomerInput } from '../../report/customer/customer-data.ts';
import { etaData, givenEta } from '../../report/customer/etas.ts';
import type { CustomerPage, Notice } from '../../report/customer/page-data.ts';
import type { ApiParts } from '../parts.ts';
import { within } from '../run/patience.ts';
import { Estimates } from './estimates.ts';
import { isOnlyTheirs } from './own-targets.ts';
import { RecentPages } from './recent-pages.ts';
import { ownZero, shifted, soonerThan } from './shifted.ts';
import { Standings, type Standing } from './standing.ts';

export type ViewParts = Pick<ApiParts, 'runs' | 'desk' | 'parsePlan' | 'studies' | 'forecasts'>;

interface Reader {
  readonly csrf: string;
  /** Unix ms. */
  readonly expiresAt: number;
  readonly notice: Notice | null;
  /** false: the reader asked the page not to reload itself. */
  readonly refresh: boolean;
}

/** So long a page waits for what is rehearsed for it. */
const PATIENCE_MS = 1_500;
/** Until what was not ready is. */
const PENDING_REFRESH_SECONDS = 5;
const ETA_ROUND_MS = 300_000;

export class Views {
  readonly #parts: ViewParts;
  readonly #standings: Standings;
  readonly #estimates: Estimates;
  readonly #recent = new RecentPages();

  constructor(parts: ViewParts, patienceMs: number = PATIENCE_MS) {
    this.#parts = parts;
    this.#standings = new Standings(parts.runs, parts.parsePlan);
    this.#estimates = new Estimates(parts.studies, patienceMs);
  }

  async page(plan: Plan, customer: string, reader: Reader): Promise<CustomerPage> {
    const standing = await this.#standings.of(plan, customer);
    const [estimates, rolling] = await Promise.all([
      this.#estimates.of(plan, customer, standing.header?.options ?? {}),
      this.#rolling(standing),
    ]);
    const zero = ownZero(standing);
    const [forecast, sooner] = [shifted(estimates.forecast, zero.min), shifted(estimates.sooner, zero.min)];
    const soonerNow = rolling && forecast && sooner ? { marks: soonerThan(rolling.marks, forecast.marks, sooner.marks) } : sooner;
    const { csrf, expiresAt, notice, refresh } = reader;
    const refused = notice?.kind === 'refused' ? notice.text : '';
    const key = JSON.stringify([plan.id, customer, refresh, refused, estimates.isPending, rolling !== null]);
    const recent = this.#recent.of(key, () => {
      const foretold = { forecast, rolling, sooner: soonerNow };
      return customerPageOf({ ...bareInput(this.#parts.desk.customers, standing), ...reader, ...foretold });
    });
    // One that was kept may have another reader's notice. Words of a refusal have been through what withholds names, and are in the key.
    const page = { ...recent, csrf, expiresAt, notice: refused === '' ? notice : recent.notice };
    // What moves with the clock, as long as nothing begins, is no promise.
    if (rolling !== null || (forecast !== null && !zero.isGuess)) await tellEta(this.#parts.desk.customers, standing, page);
    const reloads = estimates.isPending && refresh && notice === null;
    return reloads ? { ...page, refreshSeconds: PENDING_REFRESH_SECONDS } : page;
  }

  /** Something was said: the next page is made anew. */
  forget(): void {
    this.#recent.forget();
  }

  standing(plan: Plan, customer: string): Promise<Standing> {
    return this.#standings.of(plan, customer);
  }

  /** Only where the whole run is theirs: what it says of a run is of all of it. */
  async #rolling({ plan, customer, chronicle, host }: Standing): Promise<CustomerInput['rolling']> {
    if (chronicle === null || host === null || !isOnlyTheirs(plan, customer)) return null;
    const eta = await within(PATIENCE_MS, this.#parts.forecasts.etaOf(chronicle, host));
    return eta?.rolling ?? null;
  }
}

/** Without what is foretold: enough to say what may be done now. */
export function bareInput(customers: Pick<Customers, 'of'>, { plan, customer, chronicle, header, now }: Standing): CustomerInput {
  const said = customers.of(plan.id, customer);
  return {
    plan,
    chronicle,
    header,
    customer,
    // What the page says at another place is no news.
    said: said.filter(({ data }) => data['about'] === undefined),
    forecast: null,
    rolling: null,
    sooner: null,
    now,
    csrf: '',
    expiresAt: now,
    lines: { why: lineAbout(said, 'why'), contact: lineAbout(said, 'contact') },
  };
}

/** The last one that the lead wrote. */
function lineAbout(said: readonly SaidSpeech[], about: 'why' | 'contact'): string | null {
  return said.findLast(({ role, kind, data }) => role === 'lead' && kind === 'update' && data['about'] === about)?.text ?? null;
}

/** Writes down what the page foretells, where it is not what was told last. */
async function tellEta(customers: Customers, { plan, customer, now }: Standing, { phase, marks }: CustomerPage): Promise<void> {
  if (phase === 'settled' || phase === 'aborted') return;
  const last = customers.of(plan.id, customer).findLast(({ kind }) => kind === 'eta');
  const told = (last && givenEta(last.at, last.data)?.marks) ?? {};
  const moments = Object.fromEntries(
    marks.map(({ percent, likelyAt, lateAt }) => [
      String(percent),
      { p50Ms: rounded(likelyAt, told[percent]?.p50Ms ?? null), p90Ms: rounded(lateAt, told[percent]?.p90Ms ?? null) },
    ]),
  );
  if (Object.values(moments).every(({ p50Ms, p90Ms }) => p50Ms === null && p90Ms === null)) return;
  const data = etaData(moments, now);
  await customers.say({ plan: plan.id, customer, by: 'pitstop', role: 'lead', kind: 'eta', text: '', data });
}

/** Within five minutes of what was told it is the same promise, so that it does not go back and forth between two. */
function rounded(at: number | null, told: number | null): number | null {
  if (at === null) return null;
  return told !== null && Math.abs(at - told) < ETA_ROUND_MS ? told : ETA_ROUND_MS * Math.round(at / ETA_ROUND_MS);
}
