import { beforeAll, describe, expect, it } from 'vitest';
import { exactly } from '../../../test/rehearsals.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure } from '../../core/plan/plan-example.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { makePlan } from '../../core/plan/planner.ts';
import { proposalHtml } from '../../report/proposal-html.ts';
import { proposalMarkdown } from '../../report/proposal-markdown.ts';
import type { Proposal } from '../../report/proposal.ts';
import { answerAll } from '../../sim/rehearse/asking.ts';
import { answerHere } from '../../sim/rehearse/runner.ts';
import { proposing, type Proposed } from '../../sim/propose/proposing.ts';
import { naivePlans } from '../../sim/search/naive.ts';
import { buildProposal } from './build.ts';
import { scopeOf } from './scope.ts';
import { watchHere } from './watch-here.ts';

const OPENS = 32_354_880;
const HOUR = 60;
const SCENARIOS = 12;
const never = (): boolean => false;

/** Two clusters of two customers; every step takes ten minutes, to the millisecond, and the way back five. */
function examplePlan({ back = true } = {}): Plan {
  const procedure = exampleProcedure('host-os');
  const steps = procedure.steps.map((step) => ({
    ...step,
    takes: exactly(10),
    timeoutMs: 60 * 60_000,
    fails: step.name === 'activate' ? 0.1 : 0,
  }));
  const way = { ...procedure, steps, back: back && procedure.back ? { ...procedure.back, takes: exactly(5) } : null };
  const mopUp = [{ way: 'gone', share: 1, takes: exactly(120), tries: [], crew: 'hardware', part: 'gpu-tray' }];
  const fleet = exampleFleet(
    [
      exampleCluster('east', 'e[1-12]', {
        customer: 'aurora',
        racks: [1, 2, 3].map((i) => ({ name: `r${i}`, nodes: `e[${4 * i - 3}-${4 * i}]` })),
      }),
      exampleCluster('west', 'w[1-8]', { customer: 'borealis' }),
    ],
    [
      { name: 'aurora', timezone: 'America/New_York', priority: 1, noticeMs: 72 * 3_600_000 },
      { name: 'borealis', timezone: 'Europe/Helsinki', priority: 2, noticeMs: 0 },
    ],
  );
  const windows = [
    { cluster: 'east', fromMin: OPENS, toMin: OPENS + 4 * HOUR },
    { cluster: 'west', fromMin: OPENS + HOUR, toMin: OPENS + 6 * HOUR },
  ];
  const policy = examplePolicy({
    windows,
    northStarMs: 2 * 3_600_000,
    parts: { 'gpu-tray': { onSite: 0, arriving: [] } },
    crew: { hardware: { count: 2, shifts: null, timezone: 'UTC' } },
    assume: { faultsPerNodeDay: { share: 0, n: 0, source: 'test' }, jobs: null },
  });
  const calendars = Object.fromEntries(windows.map(({ cluster, fromMin, toMin }) => [`windows:${cluster}`, [[fromMin, toMin] as const]]));
  const procedures = new Map([['host-os', { ...way, mopUp }]]);
  return { ...makePlan(exampleInput(fleet, { procedures, policy, calendars })).plan, id: 'ab12' };
}

async function proposalOf(plan: Plan, customer: string | null, proposed: Proposed): Promise<Proposal> {
  const scope = scopeOf(plan, customer);
  const watched = await watchHere(plan, scope, { seed: 1, scenarios: SCENARIOS, stop: never });
  return buildProposal({
    plan,
    scope,
    watched,
    forecast: customer === null ? proposed.forecast : watched.part.forecast(proposed.forecast),
    limits: proposed.limits,
    questions: proposed.questions,
    alternatives: proposed.alternatives.map((other) => ({ ...other, why: 'because' })),
    madeAtUnixMin: OPENS - 5 * 24 * HOUR,
  });
}

function rehearse(plan: Plan, withoutReasons = false): Proposed {
  const options = { seed: 1, scenarios: SCENARIOS, engine: 'exact', naive: naivePlans(plan), withoutReasons } as const;
  return answerAll(proposing(plan, options), answerHere());
}

describe('a proposal of a small plan', () => {
  const plan = examplePlan();
  let proposed: Proposed;
  let proposal: Proposal;
  beforeAll(async () => {
    proposed = rehearse(plan);
    proposal = await proposalOf(plan, null, proposed);
  });

  it('its numbers are those of the rehearsals', () => {
    expect(proposal.forecast).toBe(proposed.forecast);
    expect(proposal.limits).toBe(proposed.limits);
    expect(proposal.questions).toBe(proposed.questions);
    expect(proposal.alternatives.map(({ name }) => name)).toEqual(['rack by rack', 'all at once']);
    expect(proposal).toMatchObject({
      title: 'image on east and west',
      change: ['host-os 2025.07 on 20 nodes'],
      northStarMin: 120,
      windows: [
        { name: 'east', fromMin: 0, toMin: 4 * HOUR },
        { name: 'west', fromMin: HOUR, toMin: 6 * HOUR },
      ],
    });
    const [, all] = proposal.alternatives;
    expect(all?.against?.scenarios).toBe(SCENARIOS);
  });

  it('each wave has a row, none before its window, and the last is back when most nodes are', () => {
    const rows = proposal.stages.find(({ kind }) => kind === 'window')?.rows ?? [];
    expect(rows.map(({ what }) => what)).toEqual(['east node canary', 'east node main', 'west node main']);
    expect(rows[0]).toMatchObject({ startMin: 0, gate: '1 of 1 back, soaked 15 min' });
    const ends = rows.map(({ endMin }) => endMin ?? Infinity);
    expect(Math.max(...ends)).toBeGreaterThanOrEqual(proposal.forecast.milestones['75']?.p50Min ?? Infinity);
    expect(rows[2]?.startMin).toBeGreaterThanOrEqual(HOUR);
  });

  it('the last time to turn back, by hand', () => {
    // back 5, activate 10, conform 10, and a return of nobody's saying: 5 s; none has a spread but the return
    const wayBack = 5 + 10 + 10;
    const { lastMin, steps } = proposal.turnBack;
    expect(lastMin).toBeGreaterThan(4 * HOUR - wayBack - 1);
    expect(lastMin).toBeLessThan(4 * HOUR - wayBack);
    const byStep = new Map(steps.map((step) => [step.step, step]));
    expect(byStep.get('apply (host-os)')).toMatchObject({ lastMin, leaves: 'out of service, changed, not yet activated' });
    expect(byStep.get('apply (host-os)')?.onMin).toBeCloseTo(20, 0);
    const drained = byStep.get('drain (host-os)');
    expect(drained?.leaves).toBe('out of service, unchanged');
    expect(drained?.lastMin).toBeGreaterThan(4 * HOUR - 1);
  });

  it('without a way back the run turns back only before the first change', async () => {
    const bare = examplePlan({ back: false });
    const { turnBack, stages, risks } = await proposalOf(bare, null, rehearse(bare, true));
    const start = stages.find(({ kind }) => kind === 'window')?.rows[0]?.startMin ?? -1;
    expect(turnBack.lastMin).toBeGreaterThan(start);
    expect(turnBack.lastMin).toBeLessThan(5);
    expect(turnBack.words).toContain('host-os has no way back');
    expect(turnBack.steps.find(({ step }) => step.startsWith('apply'))).toMatchObject({ back: null, lastMin: null });
    expect(risks.map(({ what }) => what)).toContain('The new version is bad, and only work shows it');
  });

  it('customers are asked for their release on time, spares for the parts that stragglers are likely to want', () => {
    const asked = proposal.asks.map(({ what, who, byMin }) => `${who}: ${what} @${byMin}`);
    expect(asked).toContain('aurora: Release of e[1-12] @0');
    expect(asked).toContain(`aurora: Agreement to the window of east @${-72 * HOUR}`);
    expect(asked).toContain(`borealis: Release of w[1-8] @${HOUR}`);
    expect(asked.some((ask) => ask.includes('Agreement to the window of west'))).toBe(false);
    const wanted = proposal.forecast.stragglers.p90 ?? 0;
    expect(wanted).toBeGreaterThan(0);
    expect(asked).toContain(`spares: Part gpu-tray: ${wanted} more on site, or ordered @0`);
  });

  it('a step that may fail is a risk, with what stands behind its share', () => {
    const risk = proposal.risks.find(({ what }) => what === 'activate (host-os) fails on a node');
    expect(risk).toMatchObject({ likely: { share: 0.1, n: 1 }, costs: 'about 2 of 20 nodes off the happy path' });
  });

  it('both forms stand alone', () => {
    const page = proposalHtml(proposal);
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(/i);
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
    expect(proposalMarkdown(proposal)).toMatch(/^# image on east and west\n/);
  });
});

describe('a proposal for one customer', () => {
  const plan = examplePlan();

  it('names nobody else, counts only the own nodes, and begins with the own window', async () => {
    const proposal = await proposalOf(plan, 'borealis', rehearse(plan));
    expect(proposal).toMatchObject({ zone: 'Europe/Helsinki', onlyFor: 'borealis', limits: null, questions: [] });
    expect(proposal.forecast).toMatchObject({ nodes: 8, windowMin: OPENS + HOUR, scenarios: SCENARIOS });
    expect(proposal.forecast.clusters.map(({ cluster }) => cluster)).toEqual(['west']);
    expect(proposal.windows).toEqual([{ name: 'west', fromMin: 0, toMin: 5 * HOUR }]);
    const own = JSON.stringify({ ...proposal, alternatives: [] });
    for (const other of ['aurora', 'east', 'e[1', 'America/New_York']) expect(own).not.toContain(other);
    for (const text of [proposalHtml(proposal), proposalMarkdown(proposal)]) {
      expect(text).toContain('Release of w');
      expect(text).not.toContain('What would make it faster');
    }
  });

  it('whom the plan does not concern is refused', () => {
    expect(() => scopeOf(plan, 'nobody')).toThrow(/nobody: .*the plan concerns aurora, borealis/);
  });
});
