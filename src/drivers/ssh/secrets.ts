// Reads the secrets that fleet.yaml only points at. No message here ever holds one.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ssh2 from 'ssh2';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import type { Secret, SshContext } from './options.ts';

/** Bad input: what the options point at is not there, or is no key. The message says how to mend it. */
class SecretMissingError extends Error {
  override name = 'SecretMissingError';
}

/** The text of `{file: F}` (relative to the fleet's folder) or `{env: X}`. */
function readSecret(what: string, secret: Secret, context: SshContext): string {
  if ('env' in secret) {
    const value = context.env[secret.env];
    if (value) return value;
    throw new SecretMissingError(
      `the ${what} of the ssh driver is in the environment variable ${secret.env}, which is not set where \`pitstop serve\` runs: ` +
        `set it and start the server again (\`pitstop down\`), or write {file: F}`,
    );
  }
  const path = resolve(context.folder, secret.file);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SecretMissingError(
      `the ${what} of the ssh driver cannot be read from ${secret.file} (${codeOf(error)}): put it there, relative to fleet.yaml, or write {env: X}`,
      { cause: error },
    );
  }
}

export interface Identity {
  readonly key?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
}

/** How to log in as `user`: the configured key, else the agent, else the usual key files of the home folder. */
export function readIdentity(user: string, identity: Identity, context: SshContext): AnyAuthMethod[] {
  const passphrase = identity.passphrase && readSecret('passphrase', identity.passphrase, context).replace(/\r?\n$/, '');
  if (identity.key) {
    const where = 'env' in identity.key ? identity.key.env : identity.key.file;
    return [{ type: 'publickey', username: user, key: parseKey(readSecret('key', identity.key, context), where, passphrase) }];
  }
  const agent = context.env['SSH_AUTH_SOCK'];
  if (agent) return [{ type: 'agent', username: user, agent }];
  const methods = usualKeyFiles(context).map(({ path, text }): AnyAuthMethod => ({
    type: 'publickey',
    username: user,
    key: parseKey(text, path, passphrase),
  }));
  if (methods.length > 0) return methods;
  throw new SecretMissingError(
    'the ssh driver has no key: write key: {file: F} or {env: X} under `shell`, or start `pitstop serve` with an ssh agent (SSH_AUTH_SOCK)',
  );
}

function parseKey(text: string, where: string, passphrase: string | undefined): ParsedKey {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  if (!(parsed instanceof Error)) {
    if (parsed.isPrivateKey()) return parsed;
    throw new SecretMissingError(`${where} holds a public key: the ssh driver needs the private one`);
  }
  if (/passphrase/i.test(parsed.message) && passphrase === undefined) {
    throw new SecretMissingError(`the ssh key ${where} is encrypted: write passphrase: {env: X} or {file: F} beside it`);
  }
  const why = passphrase === undefined ? 'no private key that can be read' : 'the passphrase does not fit, or it is no private key';
  throw new SecretMissingError(`the ssh key ${where}: ${why}; \`ssh-keygen -y -f FILE\` shows whether it is one`);
}

function usualKeyFiles(context: SshContext): { path: string; text: string }[] {
  const home = context.env['HOME'];
  if (!home) return [];
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].flatMap((name) => {
    const path = join(home, '.ssh', name);
    try {
      return [{ path, text: readFileSync(path, 'utf8') }];
    } catch {
      return [];
    }
  });
}

/** The text of a file that the options name; missing is bad input. */
export function readOptionFile(what: string, path: string, context: SshContext): string {
  try {
    return readFileSync(resolve(context.folder, path), 'utf8');
  } catch (error) {
    throw new SecretMissingError(
      `the ${what} of the ssh driver cannot be read from ${path} (${codeOf(error)}): put the file there, relative to fleet.yaml`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}
