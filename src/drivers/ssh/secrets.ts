// Reads the secrets that fleet.yaml only points at. No message here ever holds one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import type { DriverContext } from '../shared/context.ts';
import type { Secret } from '../shared/options.ts';
import { OptionSourceError, placeOfSecret, readSecret } from '../shared/secrets.ts';

export interface Identity {
  readonly key?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
}

/** How to log in as `user`: the configured key, else the agent, else the usual key files of the home folder. */
export function readIdentity(user: string, identity: Identity, context: DriverContext): AnyAuthMethod[] {
  const passphrase = identity.passphrase && readSecret('passphrase of the ssh driver', identity.passphrase, context);
  if (identity.key) {
    return [
      {
        type: 'publickey',
        username: user,
        key: parseKey(readSecret('key of the ssh driver', identity.key, context), placeOfSecret(identity.key), passphrase),
      },
    ];
  }
  const agent = context.env['SSH_AUTH_SOCK'];
  if (agent) return [{ type: 'agent', username: user, agent }];
  const methods = usualKeyFiles(context).map(({ path, text }): AnyAuthMethod => ({
    type: 'publickey',
    username: user,
    key: parseKey(text, path, passphrase),
  }));
  if (methods.length > 0) return methods;
  throw new OptionSourceError(
    'the ssh driver has no key: write key: {file: F} or {env: X} under `shell`, or start `pitstop serve` with an ssh agent (SSH_AUTH_SOCK)',
  );
}

function parseKey(text: string, where: string, passphrase: string | undefined): ParsedKey {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  if (!(parsed instanceof Error)) {
    if (parsed.isPrivateKey()) return parsed;
    throw new OptionSourceError(`${where} holds a public key: the ssh driver needs the private one`);
  }
  if (/passphrase/i.test(parsed.message) && passphrase === undefined) {
    throw new OptionSourceError(`the ssh key ${where} is encrypted: write passphrase: {env: X} or {file: F} beside it`);
  }
  const why = passphrase === undefined ? 'no private key that can be read' : 'the passphrase does not fit, or it is no private key';
  throw new OptionSourceError(`the ssh key ${where}: ${why}; \`ssh-keygen -y -f FILE\` shows whether it is one`);
}

function usualKeyFiles(context: DriverContext): { path: string; text: string }[] {
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
