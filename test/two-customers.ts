// One plan for clusters of two customers, a desk, and the pages of both, around a run on a twin.
import { createCustomerPages, type CustomerPagesSettings } from '../src/api/customers/customer-pages.ts';
import type { CustomerPages, PageAnswer, PageAsk } from '../src/api/http/pages.ts';
import type { ViewParts } from '../src/api/customers/views.ts';
import type { Eta } from '../src/api/forecasts.ts';
import type { Studies } from '../src/api/studies.ts';
import type { Plan, Wave } from '../src/core/plan/plan.ts';
import { type Desk, openDesk } from '../src/desk/desk.ts';
import type { Runs } from '../src/runner/runs.ts';
import { answerAll } from '../src/sim/rehearse/asking.ts';
import { rehearsing } from '../src/sim/rehearse/rehearse.ts';
import { answerHere } from '../src/sim/rehearse/runner.ts';
import { must } from '../src/std/assert.ts';
import { HandClock, memoryJournal } from './desk.ts';
import { testPlan, type PlanWishes } from './plans.ts';
import { TwinRun } from './twin-run.ts';

export const AURORA = 'aurora';
export const BOREALIS = 'borealis';
export const PLAN = 'ab'.repeat(32);
export const ZONE = 'America/New_York';
const DAY_MS = 86_400_000;
const SCENARIOS = 20;

/** Nodes a1 to a4 of aurora in `north`, zz1 to zz4 of borealis in `south`; both may go at once. */
export function twoCustomersPlan(wishes: PlanWishes = {}): Plan {
  const plan = testPlan({ nodes: 8, canary: 0, ...wishes });
  const [cluster] = plan.fleet.document.clusters;
  const [wave] = plan.waves;
  const clusterOf = (name: string, customer: string, nodes: string) => ({ ...must(cluster, 'a cluster'), name, customer, nodes });
  const waveOf = (id: string, name: string, targets: string): Wave => ({
    ...must(wave, 'a wave'),
    id,
    cluster: name,
    targets,
    affected: targets,
    atOnce: 4,
    gate: { failedMax: null, returnedMin: 3, failureRateMax: null },
  });
  const customers = [
    { name: AURORA, timezone: ZONE, priority: 1, noticeMs: 0 },
    { name: BOREALIS, timezone: 'Europe/Zurich', priority: 2, noticeMs: 0 },
  ];
  const clusters = [clusterOf('north', AURORA, 'a[1-4]'), clusterOf('south', BOREALIS, 'zz[1-4]')];
  return {
    ...plan,
    id: PLAN,
    fleet: { ...plan.fleet, document: { ...plan.fleet.document, customers, clusters } },
    waves: [waveOf('north', 'north', 'a[1-4]'), waveOf('south', 'south', 'zz[1-4]')],
    phases: [{ name: 'main', waves: ['north', 'south'] }],
  };
}

export interface TwoCustomers {
  readonly t: TwinRun;
  readonly desk: Desk;
  readonly deskClock: HandClock;
  readonly parts: ViewParts;
  readonly pages: CustomerPages;
  /** What `forecasts` says of the run from now on. */
  eta: Eta | null;
  link(customer: string, days?: number): Promise<{ readonly id: string; readonly secret: string }>;
  page(secret: string, query?: string): Promise<PageAnswer>;
  /** Sends a form of the page as it stands; `csrf` absent: of a page that is loaded for it. */
  send(secret: string, fields: { readonly [name: string]: string }, csrf?: string): Promise<PageAnswer>;
}

export async function openTwoCustomers(plan: Plan = twoCustomersPlan(), settings: CustomerPagesSettings = {}): Promise<TwoCustomers> {
  const t = new TwinRun(plan, {}, { flushMs: 0 });
  const deskClock = new HandClock();
  deskClock.nowMs = TwinRun.startMs;
  const desk = await openDesk(memoryJournal(), deskClock);
  await desk.plans.keep({ id: plan.id, text: JSON.stringify(plan), change: null, policy: null, summary: {}, by: 'lead', why: 'test' });
  const runs = { journal: t.journal, get: (run: string) => (run !== '' && run === t.run ? { host: t.host } : null) };
  const parts: ViewParts = {
    // Of the runs, pages need no more than these two.
    runs: runs as unknown as Runs,
    desk,
    parsePlan: (text) => JSON.parse(text) as Plan,
    studies: studiesHere(),
    forecasts: { freeze: () => Promise.resolve(), etaOf: () => Promise.resolve(here.eta) },
  };
  const pages = createCustomerPages(parts, settings);
  const here: TwoCustomers = {
    t,
    desk,
    deskClock,
    parts,
    pages,
    eta: null,
    link: (customer, days = 1) =>
      desk.shares.open({ plan: plan.id, customer, expiresAt: deskClock.nowMs + days * DAY_MS, by: 'lead', why: 'test' }),
    page: (secret, query = '') => pages.page(secret, askWith(query)),
    send: async (secret, fields, csrf) => {
      const form = new URLSearchParams({ ...fields, csrf: csrf ?? csrfOf(await pages.page(secret, askWith('')).then(({ html }) => html)) });
      return pages.act(secret, form, askWith(''));
    },
  };
  return here;
}

export function askWith(query: string): PageAsk {
  return { query: new URLSearchParams(query), languages: '' };
}

export function csrfOf(html: string): string {
  return must(/name="csrf" value="([^"]+)"/.exec(html)?.[1], 'a form on the page');
}

/** Rehearses at once, on this thread. */
function studiesHere(): Studies {
  const ask = (kind: string, [plan]: readonly Plan[], { seed }: { readonly seed: number }) => {
    if (kind !== 'rehearsal') throw new Error(`${kind} is not asked in these tests`);
    const forecast = answerAll(rehearsing(must(plan, 'a plan'), { seed, scenarios: SCENARIOS }), answerHere());
    return Promise.resolve({ forecast, spans: [], tookMs: 0 });
  };
  // Only rehearsals are asked for, and checked above.
  return { ask: ask as unknown as Studies['ask'], curveOf: () => null, working: () => [], close: () => Promise.resolve() };
}
