// BMCs for the nodes of a testbed: one real ipmi_sim a node, answering RMCP+ on loopback, which hang, lie or refuse when told.
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as processEnv, kill } from 'node:process';
import { takePorts, type PortBlock } from '../ports.ts';
import { missingParts, PartMissingError, pathOf } from '../requirements.ts';
import { until } from '../until.ts';

/** hang: answers nothing. fails: says that it cannot, about power. ignores: says yes and does nothing. All hold until `repair`. */
export type BmcFault = 'hang' | 'fails' | 'ignores';

export interface IpmiBmcsOptions {
  readonly nodes: readonly string[];
  /** Where `ipmi/` is made; default: a folder of its own, deleted by `stop`. */
  readonly folder?: string;
  /**
   * An executable that is a node's power: gets `NODE get power` (prints `power:0` or `power:1`), `NODE set power 0|1`, `NODE set reset 1`.
   * A power cycle is `set power 0` and, 1 s later, `get power` and `set power 1`. Default: a file a node, on at first.
   */
  readonly chassis?: string;
  /** More environment for the BMCs and the executable, such as the mark by which a testbed knows its own processes. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface BmcAct {
  /** Unix ms. */
  readonly at: number;
  readonly what: string;
  readonly value: string;
}

class IpmiBmcsError extends Error {
  override readonly name = 'IpmiBmcsError';
}

/** Cipher suite 3 is all that ipmi_sim has. */
export const CIPHER = 3;
const USER = 'pit';
const PASSWORD = 'stop';

/** Running BMCs. Use it with `await using`, or call `stop`. */
export class IpmiBmcs implements AsyncDisposable {
  readonly nodes: readonly string[];
  readonly user = USER;
  /** Holds the password, and nothing else. */
  readonly passwordFile: string;
  /** Lines "NODE 127.0.0.1:PORT". */
  readonly addressesFile: string;
  readonly #folder: string;
  readonly #ownFolder: string | null;
  readonly #bmcs = new Map<string, ChildProcess>();
  #ports: PortBlock | undefined;
  #reaper: ChildProcess | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: IpmiBmcsOptions) {
    this.nodes = options.nodes;
    this.#ownFolder = options.folder === undefined ? mkdtempSync(join(tmpdir(), 'pitstop-ipmi-')) : null;
    this.#folder = join(options.folder ?? this.#ownFolder ?? '', 'ipmi');
    this.passwordFile = join(this.#folder, 'password');
    this.addressesFile = join(this.#folder, 'addresses');
  }

  /** Resolves once every BMC answers. Throws PartMissingError, IpmiBmcsError; leaves nothing behind then. */
  static async start(options: IpmiBmcsOptions): Promise<IpmiBmcs> {
    const missing = missingParts(['ipmi_sim']);
    if (missing.length > 0) throw new PartMissingError(missing);
    const bmcs = new IpmiBmcs(options);
    try {
      await bmcs.#start(options);
      return bmcs;
    } catch (error) {
      await bmcs.stop();
      throw error;
    }
  }

  port(node: string): number {
    const port = this.#ports?.ports[this.nodes.indexOf(node)];
    if (port === undefined) throw new IpmiBmcsError(`no BMC of ${node}`);
    return port;
  }

  /** Makes a BMC misbehave from now on. What is sent to one that hangs may be answered after its repair. */
  misbehave(node: string, fault: BmcFault): void {
    if (fault === 'hang') kill(this.#pid(node), 'SIGSTOP');
    else writeFileSync(join(this.#state(node), fault), '');
  }

  repair(node: string): void {
    for (const fault of ['fails', 'ignores']) rmSync(join(this.#state(node), fault), { force: true });
    kill(this.#pid(node), 'SIGCONT');
  }

  /** What the BMC was made to do, in order: `power` 0 or 1, `reset` 1. */
  acts(node: string): BmcAct[] {
    const file = join(this.#state(node), 'acts.log');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.map((line) => {
      const [at = '', what = '', value = ''] = line.split(' ');
      return { at: Number(at), what, value };
    });
  }

  /** Of the default chassis only: whether the node has power. */
  hasPower(node: string): boolean {
    return readFileSync(join(this.#state(node), 'power'), 'utf8').trim() === '1';
  }

  /** By hand, past the BMC, of the default chassis only: somebody presses the button. */
  press(node: string, power: 'on' | 'off'): void {
    writeFileSync(join(this.#state(node), 'power'), power === 'on' ? '1\n' : '0\n');
  }

  /** Ends every BMC, also one that hangs; the folder goes when it is its own. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start({ nodes, chassis, env = {} }: IpmiBmcsOptions): Promise<void> {
    this.#startReaper();
    this.#ports = await takePorts(nodes.length);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    writeFileSync(this.addressesFile, nodes.map((node) => `${node} 127.0.0.1:${this.port(node)}\n`).join(''));
    const script = join(this.#folder, 'chassis');
    copyFileSync(join(import.meta.dirname, 'chassis.sh'), script);
    chmodSync(script, 0o755);
    if (chassis !== undefined) symlinkSync(chassis, join(this.#folder, 'own-chassis'));
    for (const node of nodes) this.#startOne(node, env);
    await Promise.all(nodes.map((node) => until(`the BMC of ${node}`, () => this.#answers(node), 30)));
  }

  #startOne(node: string, env: Readonly<Record<string, string>>): void {
    const state = this.#state(node);
    mkdirSync(join(state, 'memory'), { recursive: true });
    writeFileSync(join(state, 'power'), '1\n');
    writeFileSync(join(state, 'lan.conf'), lanConf(node, this.port(node), join(this.#folder, 'chassis')));
    writeFileSync(join(state, 'emu'), EMULATED);
    const output = openSync(join(state, 'out'), 'a');
    const args = ['-c', join(state, 'lan.conf'), '-f', join(state, 'emu'), '-s', join(state, 'memory'), '-n'];
    // A group of its own, so that a chassis script ends with its BMC.
    const child = spawn(pathOf('ipmi_sim'), args, {
      detached: true,
      stdio: ['ignore', output, output],
      cwd: state,
      env: { ...processEnv, ...env },
    });
    closeSync(output);
    this.#bmcs.set(node, child);
    if (child.pid !== undefined) writeFileSync(join(state, 'pid'), `${child.pid}\n`);
  }

  async #answers(node: string): Promise<boolean> {
    const exit = this.#bmcs.get(node)?.exitCode;
    if (exit !== null)
      throw new IpmiBmcsError(`the BMC of ${node} ended with ${exit}: ${readFileSync(join(this.#state(node), 'out'), 'utf8')}`);
    return presence(this.port(node));
  }

  /** Cleans up even when this process is killed: its end closes the pipe that the reaper waits on. */
  #startReaper(): void {
    const script =
      'cat >/dev/null; for f in "$0"/*/pid; do [ -r "$f" ] || continue; read -r p <"$f"; ' +
      '[ "$(cat /proc/$p/comm 2>/dev/null)" = ipmi_sim ] && kill -9 "-$p"; done; [ -z "$1" ] || rm -rf "$1"';
    const args = ['-c', script, this.#folder, this.#ownFolder ?? ''];
    this.#reaper = spawn('sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  }

  async #stop(): Promise<void> {
    for (const child of this.#bmcs.values()) if (child.pid !== undefined && child.exitCode === null) kill(-child.pid, 'SIGKILL');
    await Promise.all([...this.#bmcs.values()].map(ended));
    if (this.#reaper !== undefined) {
      this.#reaper.kill('SIGKILL');
      await ended(this.#reaper);
    }
    if (this.#ownFolder !== null) rmSync(this.#ownFolder, { recursive: true, force: true, maxRetries: 5 });
    this.#ports?.release();
  }

  #pid(node: string): number {
    const pid = this.#bmcs.get(node)?.pid;
    if (pid === undefined) throw new IpmiBmcsError(`no BMC of ${node}`);
    return pid;
  }

  #state(node: string): string {
    if (!this.nodes.includes(node)) throw new IpmiBmcsError(`no such node: ${node}`);
    return join(this.#folder, node);
  }
}

/** Of one management controller at 0x20, as ipmi_sim_cmd(5) has it. */
const EMULATED = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
`;

function lanConf(node: string, port: number, chassis: string): string {
  return `name "${node}"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 ${port}
    priv_limit admin
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "${chassis} ${node}"
  user 2 true "${USER}" "${PASSWORD}" admin 10 none md2 md5 straight
`;
}

/** Asks for the channel's authentication capabilities, as every client does first; false when nothing came within 200 ms. */
function presence(port: number): Promise<boolean> {
  const question = Buffer.from('06 00 ff 07 00 00 00 00 00 00 00 00 00 09 20 18 c8 81 00 38 8e 04 b5'.replaceAll(' ', ''), 'hex');
  return new Promise((done) => {
    const socket = createSocket('udp4');
    const settle = (answered: boolean): void => {
      clearTimeout(timer);
      socket.close();
      done(answered);
    };
    const timer = setTimeout(() => settle(false), 200);
    socket.once('message', () => settle(true));
    socket.once('error', () => settle(false));
    socket.connect(port, '127.0.0.1', () => socket.send(question));
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}
