// Procedures of customers: links to their pages, what they and the lead say to each other, and what they do.
import type { z } from 'zod';
import type { Plan } from '../../core/plan/plan.ts';
import type { SaidSpeech } from '../../desk/customers.ts';
import { DeskRefusedError } from '../../desk/refused.ts';
import type { FoundShare, Share } from '../../desk/shares.ts';
import { ControlRefusedError } from '../../runner/controls.ts';
import type { saidSchema, shareSchema } from '../contract/people-schemas.ts';
import type { Caller } from '../context.ts';
import { nameOf } from '../context.ts';
import { ActRefusedError } from '../customers/act-refused.ts';
import { carryOut } from '../customers/acts.ts';
import { customersOf, planHas } from '../customers/own-targets.ts';
import { saidTo } from '../customers/said.ts';
import { Standings } from '../customers/standing.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { Shelf } from '../shelf.ts';
import { answering, forbidden, notFound, refused } from './answering.ts';

const DAY_MS = 86_400_000;

export function customerProcedures(parts: ApiParts) {
  const shelf = new Shelf(parts);
  return { ...links(parts, shelf), ...talk(parts, shelf) };
}

function links({ desk: { shares } }: ApiParts, shelf: Shelf) {
  return {
    shares: os.customers.shares.handler(({ input }) =>
      answering(async () => shares.list((await shelf.plan(input.plan)).id).map(({ share }) => showShare(share))),
    ),
    share: os.customers.share.handler(({ input, context }) =>
      answering(async () => {
        const { customer, days, reason } = input;
        const plan = await shelf.plan(input.plan);
        needCustomer(plan, customer);
        const expiresAt = Date.now() + Math.floor(days * DAY_MS);
        const { id, secret } = await shares.open({
          plan: plan.id,
          customer,
          expiresAt,
          by: nameOf(context.caller, undefined),
          why: reason,
        });
        return { share: showShare(shareOf(shares.list(plan.id), id)), path: `/c/${secret}` };
      }),
    ),
    unshare: os.customers.unshare.handler(({ input, context }) =>
      answering(async () => showShare(await shares.revoke(input.share, nameOf(context.caller, undefined), input.reason))),
    ),
  };
}

function talk(parts: ApiParts, shelf: Shelf) {
  const { customers } = parts.desk;
  const standings = new Standings(parts.runs, parts.parsePlan);
  const planFor = (caller: Caller, plan: string, customer: string) => planOfCaller(shelf, caller, plan, customer);
  return {
    said: os.customers.said.handler(({ input, context: { caller } }) =>
      answering(async () => {
        const plan = await planFor(caller, input.plan, input.customer);
        const list = customers.of(plan.id, input.customer);
        if (caller.role !== 'customer') return list.map(showSaid);
        const { chronicle } = await standings.of(plan, input.customer);
        return saidTo(plan, input.customer, list, chronicle).map(showSaid);
      }),
    ),
    update: os.customers.update.handler(({ input, context: { caller } }) =>
      answering(async () => {
        const { customer, text, about } = input;
        const plan = await planFor(caller, input.plan, customer);
        const data = about === 'news' ? {} : { about };
        const speech = { plan: plan.id, customer, by: nameOf(caller, undefined), role: 'lead', kind: 'update', text, data } as const;
        return showSaid(await customers.say(speech));
      }),
    ),
    act: os.customers.act.handler(({ input, context: { caller } }) =>
      answering(async () => {
        const { customer, kind, targets, text } = input;
        const plan = await planFor(caller, input.plan, customer);
        const by = nameOf(caller, undefined);
        const speaker =
          caller.role === 'customer'
            ? ({ role: 'customer', by, runBy: `customer ${customer}`, prefix: '' } as const)
            : ({ role: 'lead', by, runBy: by, prefix: `for customer ${customer}: ` } as const);
        const standing = await standings.of(plan, customer);
        const window = input.window && { from: Date.parse(input.window.from), to: Date.parse(input.window.to) };
        const { leaves } = await carryOut(customers, standing, { kind, targets, text, window }, speaker).catch(asRefused);
        return { leaves };
      }),
    ),
  };
}

/** To a customer a plan that is not theirs is one that is not there. */
async function planOfCaller(shelf: Shelf, caller: Caller, id: string, customer: string): Promise<Plan> {
  if (caller.role !== 'customer') {
    const plan = await shelf.plan(id);
    needCustomer(plan, customer);
    return plan;
  }
  if (caller.customer !== customer) throw forbidden('that is not yours: a customer sees and does their own');
  const plan = await shelf.plan(id).catch(() => null);
  if (plan === null || !planHas(plan, customer)) throw notFound('no plan of yours has this id: take it as the maintenance team gave it');
  return plan;
}

function needCustomer(plan: Plan, customer: string): void {
  if (planHas(plan, customer)) return;
  const there = customersOf(plan);
  const here = there.length === 0 ? 'it works on no cluster that has a customer' : `it works on clusters of ${there.join(', ')}`;
  throw notFound(`plan ${plan.id.slice(0, 12)}: it does nothing on clusters of customer ${customer}; ${here}`);
}

function asRefused(error: unknown): never {
  if (error instanceof ActRefusedError || error instanceof ControlRefusedError || error instanceof DeskRefusedError) {
    throw refused(error.message);
  }
  throw error;
}

function shareOf(list: readonly FoundShare[], id: string): Share {
  const found = list.find(({ share }) => share.id === id);
  if (!found) throw notFound(`no link ${id}`);
  return found.share;
}

function showShare({ id, plan, customer, opened, expiresAt, revoked }: Share): z.infer<typeof shareSchema> {
  return {
    id,
    plan,
    customer,
    createdAt: iso(opened.at),
    createdBy: opened.by,
    expiresAt: iso(expiresAt),
    revokedAt: revoked && iso(revoked.at),
  };
}

function showSaid({ at, by, role, kind, text, data }: SaidSpeech): z.infer<typeof saidSchema> {
  return { at: iso(at), by, role, kind, text, data: { ...data } };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
