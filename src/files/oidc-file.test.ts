import { describe, expect, it } from 'vitest';
import { parseOidc, readClientSecret } from './oidc-file.ts';

const GOOD = `
issuer: https://id.example.org/realms/site
clientId: pitstop
clientSecret: {env: OIDC_SECRET}
roles:
  - {claim: groups, equals: gpu-leads, role: admin}
  - {claim: groups, equals: acme, role: customer, customer: acme}
`;

const refused = (text: string, words: string | RegExp): void => expect(() => parseOidc(text, 'oidc.yaml')).toThrow(words);

describe('an OIDC file', () => {
  it('names the provider by its host when it has no name', () => {
    const config = parseOidc(GOOD, 'oidc.yaml');
    expect(config).toMatchObject({ name: 'id.example.org', scope: 'openid profile email' });
    expect(config.roles).toEqual([
      { claim: 'groups', equals: 'gpu-leads', role: 'admin', customer: null },
      { claim: 'groups', equals: 'acme', role: 'customer', customer: 'acme' },
    ]);
  });

  it('is refused with place, why and mend', () => {
    refused(GOOD.replace('https', 'http'), 'oidc.yaml:2:9');
    refused(GOOD.replace(', customer: acme}', '}'), 'does not say whose');
    refused(GOOD.replace('role: admin', 'role: admin, customer: acme'), 'is for no customer');
    refused(GOOD.replace('role: admin', 'role: root'), 'not one of the allowed values');
    refused(GOOD.replace('{env: OIDC_SECRET}', 'hunter2'), /clientSecret|must be/);
    refused(GOOD.split('roles:')[0] ?? '', 'roles');
  });

  it('gives a secret that is there, and says where none is', () => {
    const config = parseOidc(GOOD, 'oidc.yaml');
    expect(readClientSecret(config, 'oidc.yaml', { OIDC_SECRET: ' s3 ' })).toBe('s3');
    expect(() => readClientSecret(config, 'oidc.yaml', {})).toThrow('OIDC_SECRET');
  });
});
