// Procedures of plans: what is written is checked and kept, and what is kept is rehearsed, questioned and compared.
import type { Plan } from '../../core/plan/plan.ts';
import { jsonSchemas } from '../../files/json-schema.ts';
import { parsePlan } from '../../files/plan-file.ts';
import { writtenTexts } from '../../files/written-texts.ts';
import { whyNotRehearsed } from '../../study/rehearsable.ts';
import { nameOf } from '../context.ts';
import { childOf, draftOf, planOf } from '../drafts.ts';
import { openGrounds, type Grounds } from '../grounds.ts';
import { keepFleetOf } from '../keep-plan.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { FORECAST_SEED, usualScenarios } from '../planned-run.ts';
import { Shelf, type Shelved } from '../shelf.ts';
import type { Studies } from '../studies.ts';
import { answering, badInput, notFound } from './answering.ts';

export function planProcedures(parts: ApiParts) {
  const shelf = new Shelf(parts);
  return { ...keptPlans(parts, shelf), ...rehearsedPlans(parts.studies, shelf) };
}

/** What is written and kept. */
function keptPlans(parts: ApiParts, shelf: Shelf) {
  const { desk } = parts;
  const grounds = openGrounds();
  const groundOf = (fleet: string) => groundFor(grounds, parts, fleet);
  return {
    list: os.plans.list.handler(() => shelf.list()),
    get: os.plans.get.handler(({ input }) => answering(async () => viewOf(await shelf.find(input.plan)))),
    schemas: os.plans.schemas.handler(() => {
      const { change, policy } = jsonSchemas();
      return { change: { ...change }, policy: { ...policy } };
    }),
    draft: os.plans.draft.handler(({ input, context }) =>
      answering(async () => draftOf(groundOf(input.fleet), input, context.caller, Date.now())),
    ),
    save: os.plans.save.handler(({ input, context: { caller } }) =>
      answering(async () => {
        const { change, policy, reason } = input;
        const plan = planOf(groundOf(input.fleet), input, caller, Date.now());
        return shelf.keep(plan, { change, policy, by: nameOf(caller, undefined), why: reason });
      }),
    ),
    keep: os.plans.keep.handler(({ input, context: { caller } }) =>
      answering(async () => {
        const plan = parsePlan(input.text, 'plan');
        const by = nameOf(caller, undefined);
        await keepFleetOf(plan, input.folder, by, desk.fleets);
        return shelf.keep(plan, { change: null, policy: null, by, why: input.reason });
      }),
    ),
    child: os.plans.child.handler(({ input, context: { caller } }) =>
      answering(async () => {
        const child = childOf(await shelf.plan(input.plan), input.sets, caller, Date.now());
        return shelf.keep(child, { change: null, policy: null, by: nameOf(caller, undefined), why: input.reason });
      }),
    ),
  };
}

/** What rehearsals say of them. */
function rehearsedPlans(studies: Studies, shelf: Shelf) {
  const planOfId = async (id: string): Promise<Plan> => rehearsable(await shelf.plan(id));
  const seed = FORECAST_SEED;
  return {
    rehearse: os.plans.rehearse.handler(({ input }) =>
      answering(async () => rehearsed(studies, await planOfId(input.plan), input.seed, input.scenarios)),
    ),
    tryOut: os.plans.tryOut.handler(({ input, context }) =>
      answering(async () => {
        const plan = await planOfId(input.plan);
        const child = rehearsable(childOf(plan, input.sets, context.caller, Date.now()));
        const [rehearsal, comparison] = await Promise.all([
          rehearsed(studies, child, input.seed, null),
          compared(studies, plan, child, input.seed),
        ]);
        return { rehearsal, comparison, problems: newWarnings(plan, child) };
      }),
    ),
    limits: os.plans.limits.handler(({ input }) => answering(async () => studies.ask('limits', [await planOfId(input.plan)], { seed }))),
    questions: os.plans.questions.handler(({ input }) =>
      answering(async () => [...(await studies.ask('questions', [await planOfId(input.plan)], { seed }))]),
    ),
    compare: os.plans.compare.handler(({ input }) =>
      answering(async () => {
        const [plan, other] = [await planOfId(input.plan), await planOfId(input.other)];
        const [first, second, comparison] = await Promise.all([
          rehearsed(studies, plan, seed, null),
          rehearsed(studies, other, seed, null),
          compared(studies, plan, other, seed),
        ]);
        return { comparison, first, second };
      }),
    ),
    proposal: os.plans.proposal.handler(({ input }) =>
      answering(async () => {
        const plan = await planOfId(input.plan);
        return studies.ask('proposal', [plan], { seed, scenarios: usualScenarios(plan) });
      }),
    ),
    replay: os.plans.replay.handler(({ input }) =>
      answering(async () => {
        const night = await studies.ask('night', [await planOfId(input.plan)], { seed: input.seed, scenario: input.scenario });
        return { ...night, targets: [...night.targets], marks: { ...night.marks } };
      }),
    ),
    working: os.plans.working.handler(() => studies.working()),
  };
}

function groundFor(grounds: Grounds, { desk }: ApiParts, fleet: string) {
  const known = desk.fleets.get(fleet);
  if (known) return grounds.of(known);
  const names = desk.fleets.list().map((one) => one.fleet);
  const here = names.length === 0 ? 'it knows none yet: an admin hands one in, or runs a plan of it' : `known here: ${names.join(', ')}`;
  throw notFound(`fleet ${fleet}: the server does not know it; ${here}`);
}

function viewOf({ plan, summary, change, policy }: Shelved) {
  const written = writtenTexts(plan);
  const { clusters } = plan.fleet.document;
  const busy = new Set(plan.waves.map(({ cluster }) => cluster));
  const customers = clusters.flatMap(({ name, customer }) => (customer !== null && busy.has(name) ? [customer] : []));
  return {
    ...summary,
    document: plan,
    // A policy of defaults was written by nobody.
    written: { change: change ?? written.change, policy: change === null ? written.policy : (policy ?? '') },
    customers: [...new Set(customers)],
  };
}

function rehearsable(plan: Plan): Plan {
  const why = whyNotRehearsed(plan);
  if (why !== null) throw badInput(`plan ${plan.id.slice(0, 12)}: ${why}`);
  return plan;
}

async function rehearsed(studies: Studies, plan: Plan, seed: number, scenarios: number | null) {
  const { spans, ...rest } = await studies.ask('rehearsal', [plan], { seed, scenarios: scenarios ?? usualScenarios(plan) });
  return { ...rest, spans: [...spans] };
}

/** Two plans on the same nights, for about what a forecast of one costs. */
function compared(studies: Studies, first: Plan, second: Plan, seed: number) {
  const scenarios = Math.min(usualScenarios(first, 0.5), usualScenarios(second, 0.5));
  return studies.ask('comparison', [first, second], { seed, scenarios });
}

/** Of the child, and not of its parent. */
function newWarnings(parent: Plan, child: Plan): string[] {
  const words = ({ findings }: Plan): string[] =>
    findings
      .filter(({ severity }) => severity === 'warning')
      .map(({ target, message }) => (target === '' ? message : `${target}: ${message}`));
  const before = new Set(words(parent));
  return words(child).filter((word) => !before.has(word));
}
