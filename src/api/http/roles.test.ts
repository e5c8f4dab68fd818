import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../../../test/api-server.ts';
import { type Least, ROLES, type Role } from '../../core/roles.ts';
import { procedures } from '../contract/walk.ts';

/** The table of who may what, written down a second time. */
const MAY: { readonly [role in Role]: readonly Least[] } = {
  viewer: ['public', 'customer', 'viewer'],
  operator: ['public', 'customer', 'viewer', 'operator'],
  approver: ['public', 'customer', 'viewer', 'operator', 'approver'],
  admin: ['public', 'customer', 'viewer', 'operator', 'approver', 'admin'],
  customer: ['public', 'customer'],
};

/** In every input, so that a customer asks for their own. Fields that a procedure does not know are left out by it. */
const INPUT = { customer: 'acme' };

let api: TestApi;
const secrets = new Map<Role, string>();

beforeAll(async () => {
  api = await openTestApi({ given: { limits: { callsPerMinute: 1e6, signInsPerTenMinutes: 20, streams: 1e6 } } });
  for (const role of ROLES) secrets.set(role, (await api.mint(role, role === 'customer' ? 'acme' : undefined)).secret);
});
afterAll(() => api.close());

async function statusOf(name: string, headers: { readonly [name: string]: string }, input: unknown = INPUT): Promise<number> {
  const answer = await api.rpc(name, input, headers);
  await answer.body?.cancel();
  return answer.status;
}

describe('each procedure, each role', () => {
  for (const { path, access } of procedures()) {
    const name = path.join('.');
    it(`${name} (${access.least}${access.acts ? ', acts' : ''})`, async () => {
      for (const role of ROLES) {
        const isViewersAct = role === 'viewer' && access.acts;
        const isAllowed = MAY[role].includes(access.least) && !isViewersAct;
        const status = await statusOf(name, bearer(secrets.get(role) ?? ''));
        if (isAllowed) expect([401, 403], `${role} may call ${name}`).not.toContain(status);
        else expect(status, `${role} may not call ${name}`).toBe(403);
      }
      const unnamed = await statusOf(name, {});
      if (access.least === 'public') expect(unnamed, `anybody may call ${name}`).not.toBe(401);
      else expect(unnamed, `nobody without a name may call ${name}`).toBe(401);
    });
  }

  it('a customer sees and does only their own', async () => {
    const acme = bearer(secrets.get('customer') ?? '');
    for (const name of ['customers.said', 'customers.act']) {
      expect(await statusOf(name, acme, { customer: 'zeta', plan: '12345678' })).toBe(403);
      expect(await statusOf(name, acme, { customer: ['acme'], plan: '12345678' })).toBe(403);
      expect(await statusOf(name, acme, null)).toBe(403);
      expect(await statusOf(name, acme, { customer: 'acme', plan: '12345678' })).not.toBe(403);
    }
    const rest = await fetch(`${api.url}/api/plans/12345678/customers/zeta?customer=acme`, { headers: acme });
    expect(rest.status, 'the path says whose, not the query').toBe(403);
  });

  it('every refused act is in the book, with who and what', async () => {
    await statusOf('people.revoke', bearer(secrets.get('viewer') ?? ''), { id: 'abc', reason: 'to try' });
    const acts = await api.desk.acts.list(1, 1_000);
    const last = acts.findLast(({ procedure }) => procedure === 'people.revoke');
    expect(last).toMatchObject({ by: 'viewer 1', role: 'viewer', via: 'token', outcome: 'refused', why: 'to try', data: { id: 'abc' } });
  });
});
