// Real nodes for tests of the shell role: one sshd a node on its own loopback address, so that a node that is down refuses connections,
// and a boot is a file with an id in it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { takePorts, type PortBlock } from '../../testbed/ports.ts';
import { pathOf, realParts } from '../../testbed/requirements.ts';
import { until } from '../../testbed/until.ts';
import type { SshOptions } from '../../src/drivers/ssh/options.ts';

/** A suite on real sshds: skipped, saying so, where they are missing; failing there with PITSTOP_REQUIRE_REAL=1. */
export function withSshd(title: string, body: () => void): void {
  realParts(describe, title, body, ['sshd', 'ssh-keygen']);
}

export class SshNodes {
  readonly folder = mkdtempSync(join(tmpdir(), 'pitstop-sshd-'));
  readonly nodes: readonly string[];
  readonly #port: PortBlock;
  readonly #sshds = new Map<string, ChildProcess>();

  static async start(count: number): Promise<SshNodes> {
    const nodes = new SshNodes(count, await takePorts(1));
    await Promise.all(nodes.nodes.map((node) => nodes.startNode(node)));
    return nodes;
  }

  private constructor(count: number, port: PortBlock) {
    this.#port = port;
    this.nodes = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    makeKey(join(this.folder, 'id'));
    mkdirSync(join(this.folder, 'once'));
    mkdirSync(join(this.folder, 'home'));
    const known: string[] = [];
    const hosts: string[] = [];
    for (const node of this.nodes) {
      makeKey(join(this.folder, `${node}.key`));
      const [type, key] = readFileSync(join(this.folder, `${node}.key.pub`), 'utf8').split(' ');
      known.push(`[${this.addressOf(node)}]:${this.port} ${type} ${key}\n`);
      hosts.push(`${this.addressOf(node)} ${node}\n`);
      writeFileSync(join(this.folder, `${node}.config`), this.#config(node));
      this.boot(node);
    }
    writeFileSync(join(this.folder, 'hosts'), hosts.join(''));
    writeFileSync(join(this.folder, 'known_hosts'), known.join(''));
    writeFileSync(join(this.folder, 'reboot'), REBOOT, { mode: 0o755 });
  }

  get port(): number {
    return this.#port.ports[0] as number;
  }

  addressOf(node: string): string {
    return `127.1.9.${node.slice(1)}`;
  }

  /** What fleet.yaml would say about these nodes. */
  options(): SshOptions {
    return {
      addresses: 'hosts',
      port: this.port,
      knownHosts: 'known_hosts',
      key: { file: 'id' },
      bootId: ['cat', join(this.folder, '{node}.boot')],
      reboot: [join(this.folder, 'reboot'), '{node}'],
      connectTimeout: '5s',
    };
  }

  /** A new boot id. */
  boot(node: string): void {
    writeFileSync(join(this.folder, `${node}.boot`), `${randomUUID()}\n`);
  }

  async startNode(node: string): Promise<void> {
    const sshd = spawn(pathOf('sshd'), ['-D', '-f', join(this.folder, `${node}.config`), '-E', join(this.folder, `${node}.log`)], {
      stdio: 'ignore',
    });
    this.#sshds.set(node, sshd);
    writeFileSync(join(this.folder, `${node}.pid`), String(sshd.pid));
    await until(`sshd of ${node}`, () => listens(this.addressOf(node), this.port));
  }

  /** It and every connection to it end, as when the power goes. */
  async stopNode(node: string): Promise<void> {
    const sshd = this.#sshds.get(node);
    this.#sshds.delete(node);
    if (!sshd || sshd.exitCode !== null) return;
    const gone = new Promise((resolve) => {
      sshd.once('exit', resolve);
    });
    const connections = this.connectionsOf(sshd.pid as number);
    sshd.kill('SIGKILL');
    await gone;
    for (const pid of connections) kill(pid);
  }

  /** Pids of the sshd processes that serve a connection. */
  connections(node: string): number[] {
    const pid = this.#sshds.get(node)?.pid;
    return pid === undefined ? [] : this.connectionsOf(pid);
  }

  /** Cuts every connection to the node in the middle of whatever it does. */
  cut(node: string): void {
    for (const pid of this.connections(node)) kill(pid);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.stopNode(node)));
    this.#port.release();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private connectionsOf(pid: number): number[] {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  #config(node: string): string {
    // HOME is an empty folder: a login shell that is bash reads ~/.bashrc for every ssh command.
    const session = `HOME=${join(this.folder, 'home')} PITSTOP_DIR=${join(this.folder, 'once')}`;
    return [
      `Port ${this.port}`,
      `ListenAddress ${this.addressOf(node)}`,
      `HostKey ${join(this.folder, `${node}.key`)}`,
      'PidFile none',
      `AuthorizedKeysFile ${join(this.folder, 'id.pub')}`,
      `AllowUsers ${userInfo().username}`,
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'StrictModes no',
      `UsePAM ${isLocked() ? 'yes' : 'no'}`,
      'UseDNS no',
      'PermitUserRC no',
      'PrintMotd no',
      'MaxStartups 1000:30:2000',
      'Subsystem sftp internal-sftp',
      `SetEnv ${session}`,
      '',
    ].join('\n');
  }
}

/** A new boot id, then every connection ends, the one that asked for it included. */
const REBOOT = `#!/bin/sh
folder=\${0%/*}
read -r pid <"$folder/$1.pid"
cat /proc/sys/kernel/random/uuid >"$folder/$1.boot"
kill -9 $(cat /proc/$pid/task/$pid/children)
`;

function makeKey(path: string): void {
  execFileSync(pathOf('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
}

/** Without PAM sshd refuses a user whose password field starts with `!`, as some images have it for root. */
function isLocked(): boolean {
  try {
    return readFileSync('/etc/shadow', 'utf8').includes(`${userInfo().username}:!`);
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
