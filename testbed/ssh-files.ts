// Keys and files of the testbed's sshds: every node has its own sshd on its own loopback address, so a node that is down refuses connections
// as a real one does, and a session knows its node.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { promisify } from 'node:util';
import { pathOf } from './requirements.ts';

const run = promisify(execFile);

export interface SshSettings {
  readonly folder: string;
  readonly nodes: readonly string[];
  readonly user: string;
  readonly port: number;
}

/** The loopback address of the node with this index, from 0. */
function addressOf(index: number): string {
  const host = index + 1;
  return `127.1.${host >> 8}.${host & 255}`;
}

/** Writes `id_pit`, one host key a node, `hosts`, `hosts.keys`, the sshd_configs and an `ssh_config` for people. */
export async function writeSshFiles(settings: SshSettings): Promise<void> {
  const { folder, nodes, port } = settings;
  mkdirSync(join(folder, 'home'));
  if (getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true }); // sshd of root refuses to start without it
  await makeKey(join(folder, 'id_pit'), 'pitstop testbed');
  for (let index = 0; index < nodes.length; index += 8) {
    await Promise.all(nodes.slice(index, index + 8).map((node) => makeKey(hostKey(folder, node), node)));
  }
  const pam = locked(settings.user) ? 'yes' : 'no';
  const hosts: string[] = [];
  const keys: string[] = [];
  for (const [index, node] of nodes.entries()) {
    const address = addressOf(index);
    hosts.push(`${address} ${node}\n`);
    const [type, key] = readFileSync(`${hostKey(folder, node)}.pub`, 'utf8').split(' ');
    keys.push(`[${address}]:${port} ${type} ${key}\n`);
    writeFileSync(join(folder, 'nodes', node, 'sshd_config'), sshdConfig(settings, node, address, pam));
  }
  writeFileSync(join(folder, 'hosts'), hosts.join(''));
  writeFileSync(join(folder, 'hosts.keys'), keys.join(''));
  writeFileSync(join(folder, 'ssh_config'), sshConfig(settings));
}

function sshdConfig({ folder, port, user }: SshSettings, node: string, address: string, pam: string): string {
  // HOME is an empty folder: a login shell that is bash reads ~/.bashrc for every ssh command, and a heavy one costs half a second each.
  const session = [
    `HOME=${folder}/home`,
    `PITSTOP_DIR=${folder}/home`,
    `PITSTOP_TESTBED=${folder}`,
    `PITSTOP_NODE=${folder}/nodes/${node}`,
    `SLURM_CONF=${folder}/slurm.conf`,
  ];
  return [
    `Port ${port}`,
    `ListenAddress ${address}`,
    `HostKey ${hostKey(folder, node)}`,
    'PidFile none',
    `AuthorizedKeysFile ${folder}/id_pit.pub`,
    `AllowUsers ${user}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    `UsePAM ${pam}`,
    'UseDNS no',
    'PermitUserRC no',
    'PrintMotd no',
    'MaxStartups 1000:30:2000',
    'MaxSessions 1000',
    `SetEnv ${session.join(' ')}`,
    '',
  ].join('\n');
}

function sshConfig({ folder, nodes, port, user }: SshSettings): string {
  const hosts = nodes.map((node, index) => `Host ${node}\n  HostName ${addressOf(index)}\n`);
  const all = [
    'Host n* m*',
    `  Port ${port}`,
    `  User ${user}`,
    `  IdentityFile ${folder}/id_pit`,
    '  IdentitiesOnly yes',
    '  BatchMode yes',
    `  UserKnownHostsFile ${folder}/hosts.keys`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '  LogLevel ERROR',
    '',
  ];
  return hosts.join('') + all.join('\n');
}

function hostKey(folder: string, node: string): string {
  return join(folder, 'nodes', node, 'host_key');
}

async function makeKey(path: string, comment: string): Promise<void> {
  await run(pathOf('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}

/** Without PAM sshd refuses a user whose password field starts with `!`, as some images have it for root. */
function locked(user: string): boolean {
  try {
    return readFileSync('/etc/shadow', 'utf8').includes(`${user}:!`);
  } catch {
    return false;
  }
}
