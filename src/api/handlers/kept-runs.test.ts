import { createRouterClient } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { openDesk, type Desk } from '../../desk/desk.ts';
import { planId } from '../../files/plan-file.ts';
import type { Caller } from '../context.ts';
import type { ApiParts } from '../parts.ts';
import { openStudies } from '../studies.ts';
import { planProcedures } from './plans.ts';
import { runWords } from './run-words.ts';

const OWNER: Caller = { name: 'owner', role: 'admin', customer: null, via: 'socket', csrf: null };
const context = { caller: OWNER, record: async () => {} };
const options = { folder: '/etc/site', only: null, twin: null, now: null, by: 'lead' };

/** A plan with its own id, as files have it. */
function planNamed(name: string): Plan {
  const plan = testPlan({ nodes: 4 });
  const named = { ...plan, change: { ...plan.change, name } };
  return { ...named, id: planId(named) };
}

async function opened(plan: Plan): Promise<{ t: TwinRun; desk: Desk; parts: ApiParts }> {
  const t = new TwinRun(plan);
  const desk = await t.clock.run(openDesk(t.journal, t.clock));
  // Of the parts of a server, these are asked for.
  const parts = { desk, runs: t.runs, studies: openStudies(), parsePlan: (text: string) => JSON.parse(text) as Plan };
  return { t, desk, parts: parts as unknown as ApiParts };
}

describe('a run that is created over the socket', () => {
  it('leaves its plan and its fleet with the desk', async () => {
    const plan = planNamed('image');
    const { t, desk, parts } = await opened(plan);
    const { run } = await t.clock.run(createRouterClient(runWords(parts), { context }).create({ plan: JSON.stringify(plan), options }));
    const fleet = plan.fleet.document;
    expect(desk.fleets.get(fleet.name)).toMatchObject({ document: fleet, folder: '/etc/site', catalogue: null, by: 'lead' });
    const [listed] = await t.clock.run(createRouterClient(planProcedures(parts), { context }).list());
    expect(listed).toMatchObject({ plan: plan.id, change: 'image', nodes: 4, by: 'lead', why: `for run ${run}`, runs: [run] });
    expect(desk.plans.has(plan.id)).toBe(true);
  });

  it('keeps the folder of procedures that somebody handed in for this fleet', async () => {
    const plan = planNamed('image');
    const { t, desk, parts } = await opened(plan);
    const { name: fleet } = plan.fleet.document;
    await t.clock.run(desk.fleets.keep({ fleet, document: {}, folder: '/etc/site', catalogue: '/etc/procedures', by: 'lead' }));
    await t.clock.run(createRouterClient(runWords(parts), { context }).create({ plan: JSON.stringify(plan), options }));
    expect(desk.fleets.get(fleet)).toMatchObject({ document: plan.fleet.document, catalogue: '/etc/procedures' });
  });

  it('a plan that the desk does not have is listed by its run, and found', async () => {
    const plan = planNamed('image');
    const { t, parts } = await opened(plan);
    await t.create({ by: 'night shift' });
    const plans = createRouterClient(planProcedures(parts), { context });
    const [listed] = await t.clock.run(plans.list());
    expect(listed).toMatchObject({ plan: plan.id, by: 'night shift', why: `for run ${t.run}`, runs: [t.run], curve: null });
    expect(await t.clock.run(plans.get({ plan: plan.id.slice(0, 8) }))).toMatchObject({ document: plan, runs: [t.run] });
  });
});
