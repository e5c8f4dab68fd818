// The file that says whom the server tells of its runs: webhooks.yaml.
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { parseDocument } from './document.ts';
import { BadInputError } from './problem.ts';
import { readText } from './read-text.ts';
import { keys, Problems, readWith, Refusal } from './schema.ts';
import { text } from './values.ts';

export const HOOK_EVENTS = ['run.state', 'gate', 'straggler', 'returned'] as const;
export type HookEventName = (typeof HOOK_EVENTS)[number];

export interface Webhook {
  /** Names its place in the journal: a hook of another name begins anew. */
  readonly name: string;
  readonly url: string;
  /** What bodies are signed with. */
  readonly secret: string;
  readonly events: readonly HookEventName[];
}

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const SECRET_CHARACTERS_MIN = 16;

/** Relative secret files lie beside the file. Throws BadInputError. */
export function readWebhooksFile(file: string, env: NodeJS.ProcessEnv): readonly Webhook[] {
  const document = parseDocument(readText(file), file);
  const { webhooks } = readWith(schema, document);
  const problems = new Problems(document);
  for (const [i, { name, url }] of webhooks.entries()) {
    if (!NAME.test(name)) problems.add(['webhooks', i, 'name'], new Refusal('is no name', 'lower-case letters, digits and -, at most 32'));
    if (webhooks.findIndex((other) => other.name === name) !== i)
      problems.add(['webhooks', i, 'name'], new Refusal('is there twice', 'give each hook a name of its own'));
    if (!isAddress(url))
      problems.add(['webhooks', i, 'url'], new Refusal('is no address', 'write https://HOST/PATH, without user and password'));
  }
  problems.done();
  return webhooks.map(({ name, url, secret, events }) => ({
    name,
    url,
    secret: readSecret(name, secret, file, env),
    events: events ?? HOOK_EVENTS,
  }));
}

function readSecret(name: string, secret: z.output<typeof where>, file: string, env: NodeJS.ProcessEnv): string {
  const found = ('env' in secret ? env[secret.env] : readText(resolve(dirname(file), secret.file)))?.trim() ?? '';
  if (found.length >= SECRET_CHARACTERS_MIN) return found;
  const place = 'env' in secret ? `the environment variable ${secret.env}` : `the file ${secret.file}`;
  const why = found === '' ? `${place} is empty or missing` : `${place} has fewer than ${SECRET_CHARACTERS_MIN} characters`;
  throw new BadInputError([{ file, line: 1, col: 1, value: `secret of ${name}`, why, mend: 'put a long random secret there' }]);
}

function isAddress(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && ['http:', 'https:'].includes(parsed.protocol) && `${parsed.username}${parsed.password}` === '';
}

const where = z.union([keys({ env: text }), keys({ file: text })]);
const schema = keys({
  webhooks: z.array(keys({ name: text, url: text, secret: where, events: z.array(z.enum(HOOK_EVENTS)).min(1).optional() })).min(1),
});
