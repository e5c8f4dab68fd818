import { describe, expect, it } from 'vitest';
import { roleByClaims } from './oidc.ts';

const RULES = {
  name: 'Site login',
  roles: [
    { claim: 'groups', equals: 'leads', role: 'approver', customer: null },
    { claim: 'groups', equals: 'staff', role: 'viewer', customer: null },
    { claim: 'tenant', equals: 'acme', role: 'customer', customer: 'acme' },
  ],
} as const;

describe('the role by what a provider says', () => {
  it('is that of the first rule that fits, not of the first claim', () => {
    expect(roleByClaims(RULES, { sub: '1', groups: ['staff', 'leads'] })).toMatchObject({ role: 'approver', customer: null });
    expect(roleByClaims(RULES, { sub: '1', groups: 'staff' })).toMatchObject({ role: 'viewer' });
    expect(roleByClaims(RULES, { sub: '1', tenant: 'acme' })).toMatchObject({ role: 'customer', customer: 'acme' });
  });

  it('is none for a part of a word, for another shape, and for nothing', () => {
    for (const claims of [{ groups: 'staffing' }, { groups: { staff: true } }, { groups: [['staff']] }, { tenant: 'ACME' }, {}]) {
      expect(() => roleByClaims(RULES, { sub: '1', ...claims })).toThrow('gives you no role here');
    }
  });

  it('names people by an address only when the provider has verified it', () => {
    const named = (claims: object): string => roleByClaims(RULES, { sub: '7', groups: 'staff', ...claims }).name;
    expect(named({ email: 'boss@site.example', email_verified: true, preferred_username: 'ana' })).toBe('boss@site.example');
    expect(named({ email: 'boss@site.example', email_verified: 'true', preferred_username: 'ana' })).toBe('ana');
    expect(named({ email: 'boss@site.example' })).toBe('7');
  });
});
