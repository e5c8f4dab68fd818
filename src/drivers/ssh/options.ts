// What fleet.yaml says about reaching nodes by ssh, and what the driver is opened with.
import { z } from 'zod';
import { argv, duration, secret } from '../shared/options.ts';

const port = z.int().min(1).max(65_535).default(22);

/** Options of `drivers: {shell: {use: ssh, ...}}`. Parsing twice changes nothing. */
export const sshOptions = z.strictObject({
  /** Login name; default: the one Pitstop runs as. */
  user: z.string().min(1).optional(),
  /** Name or address to connect to, e.g. "{node}.mgmt". */
  address: z.string().min(1).default('{node}'),
  /** A hosts file with lines "ADDRESS NAME [NAME...]", relative to the fleet's folder; names it lacks go to the resolver. */
  addresses: z.string().min(1).optional(),
  port,
  /** OpenSSH known_hosts file, relative to the fleet's folder; default: ~/.ssh/known_hosts. */
  knownHosts: z.string().min(1).optional(),
  /** Private key; default: the agent of SSH_AUTH_SOCK, else ~/.ssh/id_ed25519, id_ecdsa, id_rsa. */
  key: secret.optional(),
  passphrase: secret.optional(),
  /** At most so many nodes are connected at once. */
  connections: z.int().min(1).default(256),
  /** Nodes are reached through channels of connections to this host. */
  jump: z
    .strictObject({
      address: z.string().min(1),
      port,
      user: z.string().min(1).optional(),
      key: secret.optional(),
      passphrase: secret.optional(),
    })
    .optional(),
  reboot: argv.default(['systemctl', 'reboot']),
  bootId: argv.default(['cat', '/proc/sys/kernel/random/boot_id']),
  /** Prints one line per process of work; nothing printed with exit 0, or with exit 1 as pgrep does, is no work. */
  work: argv.optional(),
  connectTimeout: duration.default('10s'),
  /** How long a node that is connected may take to answer a look. */
  answerTimeout: duration.default('30s'),
  /** Between two signs of life on a quiet connection; three missing ones end it. */
  keepalive: duration.default('15s'),
});
export type SshOptions = z.input<typeof sshOptions>;
export type SshSettings = z.output<typeof sshOptions>;
