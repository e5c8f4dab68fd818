// The file that says with which OIDC provider people sign in, and what each of them may do: oidc.yaml.
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ROLES, type Role } from '../core/roles.ts';
import { parseDocument } from './document.ts';
import { BadInputError } from './problem.ts';
import { readText } from './read-text.ts';
import { keys, Problems, readWith, Refusal } from './schema.ts';
import { text } from './values.ts';

export interface OidcConfig {
  /** As the provider names itself: https://id.example.org/realms/site */
  readonly issuer: string;
  readonly clientId: string;
  /** Where the client's secret is; it never stands in the file itself. */
  readonly clientSecret: { readonly env: string } | { readonly file: string };
  /** For people: what the button says. */
  readonly name: string;
  /** What is asked for, in one text. */
  readonly scope: string;
  /** The first that fits gives the role. */
  readonly roles: readonly { readonly claim: string; readonly equals: string; readonly role: Role; readonly customer: string | null }[];
}

/** Throws BadInputError. */
export function readOidcFile(file: string): OidcConfig {
  return parseOidc(readText(file), file);
}

export function parseOidc(written: string, file: string): OidcConfig {
  const document = parseDocument(written, file);
  const { issuer, clientId, clientSecret, name, scope, roles } = readWith(schema, document);
  const problems = new Problems(document);
  if (!isIssuer(issuer))
    problems.add(['issuer'], new Refusal('is no issuer', 'write its https address; http is taken on this machine only'));
  for (const [i, rule] of roles.entries()) {
    if ((rule.role === 'customer') === (rule.customer !== undefined)) continue;
    const why = rule.role === 'customer' ? 'is for one customer, and does not say whose' : 'is for no customer';
    problems.add(['roles', i, 'role'], new Refusal(why, 'write customer: NAME with role: customer, and only there'));
  }
  problems.done();
  return {
    issuer,
    clientId,
    clientSecret,
    name: name ?? new URL(issuer).host,
    scope: scope ?? 'openid profile email',
    roles: roles.map((rule) => ({ ...rule, customer: rule.customer ?? null })),
  };
}

/** The client's secret itself. A relative file is looked for beside the OIDC file. Throws BadInputError when there is none. */
export function readClientSecret({ clientSecret }: OidcConfig, file: string, env: NodeJS.ProcessEnv): string {
  const found = 'env' in clientSecret ? env[clientSecret.env] : readText(resolve(dirname(file), clientSecret.file));
  const secret = found?.trim() ?? '';
  if (secret !== '') return secret;
  const where = 'env' in clientSecret ? `the environment variable ${clientSecret.env}` : `the file ${clientSecret.file}`;
  throw new BadInputError([
    { file, line: 1, col: 1, value: 'clientSecret', why: `${where} is empty or missing`, mend: 'put the secret there' },
  ]);
}

const schema = keys({
  issuer: text,
  clientId: text,
  clientSecret: z.union([keys({ env: text }), keys({ file: text })]),
  name: text.optional(),
  scope: text.optional(),
  roles: z.array(keys({ claim: text, equals: text, role: z.enum(ROLES), customer: text.optional() })).min(1),
});

function isIssuer(issuer: string): boolean {
  const url = URL.parse(issuer);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname));
}
