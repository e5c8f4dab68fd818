// A simulated InfiniBand fabric on one machine: ibsim, real subnet managers, the real tools, and links that go down when told.
import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as processEnv } from 'node:process';
import { promisify } from 'node:util';
import { pathOf } from '../requirements.ts';
import { until } from '../until.ts';
import { fabricNet, type FabricNet } from './net-file.ts';
import { writeFabricFiles } from './scripts.ts';

const run = promisify(execFile);

export interface FabricOptions {
  readonly units: number;
  readonly nodesPerUnit: number;
  readonly rails: number;
  readonly spines: number;
  /** An existing folder of its own, absolute, without blanks or quotes; default: a new one, deleted by `stop`. */
  readonly folder?: string;
  /** Subnet managers sm1, sm2, ...; default 2: sm1 is the master, sm2 the standby. */
  readonly managers?: number;
  readonly nodes?: readonly string[];
  /** By `leaf/port`: what that link can do, as "1xEDR"; all others are 4xHDR. */
  readonly rates?: { readonly [leafPort: string]: string };
}

/** A part of the fabric did not do what it must. */
class FabricError extends Error {
  override readonly name = 'FabricError';
}

/** A running fabric. Use it with `await using`, or call `stop`. */
export class Fabric implements AsyncDisposable {
  /** bin/ has the tools and fabric-unlink, fabric-relink, sm-stop, sm-start, sm-config; ibsim.log and sm/NAME/opensm.log are the logs. */
  readonly folder: string;
  readonly net: FabricNet;
  readonly managers: readonly string[];
  readonly #ownFolder: boolean;
  readonly #socket = `pit-${randomBytes(6).toString('hex')}`;
  #ibsim: ChildProcess | undefined;
  #reaper: ChildProcess | undefined;
  #stopped: Promise<void> | undefined;
  #said = 0;

  private constructor(options: FabricOptions) {
    this.#ownFolder = options.folder === undefined;
    this.folder = options.folder ?? mkdtempSync(join(realpathSync(tmpdir()), 'pitstop-fabric-'));
    if (!/^[A-Za-z0-9/._-]+$/.test(this.folder)) throw new FabricError(`${this.folder}: scripts take no such path`);
    this.managers = Array.from({ length: options.managers ?? 2 }, (_, index) => `sm${index + 1}`);
    this.net = fabricNet({ ...options, managers: this.managers });
  }

  /** Resolves when the first subnet manager has the subnet up and the others stand by. Throws PartMissingError, FabricError; leaves nothing then. */
  static async start(options: FabricOptions): Promise<Fabric> {
    const fabric = new Fabric(options);
    try {
      await fabric.#start();
      return fabric;
    } catch (error) {
      const log = fabric.#log('ibsim.log').slice(-500);
      await fabric.stop();
      throw new FabricError(`the fabric did not start: ${error instanceof Error ? error.message : String(error)}\n${log}`, {
        cause: error,
      });
    }
  }

  get nodes(): readonly string[] {
    return this.net.nodes;
  }

  /** Absolute path of a command of `bin/`. */
  command(name: string): string {
    return join(this.folder, 'bin', name);
  }

  /** A tool's output. Throws when it ends with another code than 0 or 1, which ibqueryerrors ends with when there are errors. */
  async tool(name: string, args: readonly string[] = []): Promise<string> {
    const child = run(this.command(name), [...args], { maxBuffer: 256 << 20 });
    const { stdout } = await child.catch((error: { code?: unknown; stdout?: string }) => {
      if (error.code === 1 && typeof error.stdout === 'string') return { stdout: error.stdout };
      throw error;
    });
    return stdout;
  }

  /** Takes all links of a node or switch down, or the one of `port`: of a node the rail, of a switch the port. */
  async unlink(name: string, port?: number): Promise<void> {
    await this.#say(this.#places(name, port).map((place) => `Unlink ${place}`));
  }

  /** Brings back what `unlink` of the same took. */
  async relink(name: string, port?: number): Promise<void> {
    await this.#say(this.#places(name, port).map((place) => `Relink ${place}`));
  }

  /** One end's counter, as "SymbolErrorCounter" or "LinkDownedCounter". */
  async setCounter(name: string, port: number, counter: string, value: number): Promise<void> {
    await this.#say(this.#places(name, port, true).map((place) => `PerformanceSet ${place} PortCounters.${counter}=${value}`));
  }

  /**
   * From now on a node's HCA on that rail answers no question about its port, so no subnet manager can configure it: after `unlink` and
   * `relink` its link stays in Initialize (at the switch's end; an Active one stays so) until `unstick`.
   */
  async stick(node: string, rail: number): Promise<void> {
    await this.#say(this.#places(node, rail, true).map((place) => `Error ${place} 100 ${PORT_INFO}`));
  }

  async unstick(node: string, rail: number): Promise<void> {
    await this.#say(this.#places(node, rail, true).map((place) => `Error ${place} 0`));
  }

  /** Returns when the process is gone; the others notice later. */
  async stopManager(name: string): Promise<void> {
    await run(this.command('sm-stop'), [name]);
  }

  /** Returns when it was started; it shows up later. */
  async startManager(name: string): Promise<void> {
    await run(this.command('sm-start'), [name]);
  }

  /** Ends every process of the fabric and deletes its folder, if it made it. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * Now and then two managers that meet wait for ever for an answer that the simulator has lost (a real port gives up), sweep no more
   * and answer no more; then everything is started anew.
   */
  async #start(): Promise<void> {
    this.#startReaper();
    writeFabricFiles(this.folder, this.net, this.managers, this.#socket);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      await this.#startSimulator();
      if (await this.#startManagers()) return;
      await this.#sweep();
      const logs = this.managers.map((manager) => join('sm', manager, 'opensm.log'));
      for (const name of ['console', 'ibsim.log', ...logs]) rmSync(join(this.folder, name), { force: true });
    }
    throw new FabricError(`the subnet managers did not meet in ${ATTEMPTS_MAX} attempts`);
  }

  async #startSimulator(): Promise<void> {
    await run('mkfifo', [join(this.folder, 'console')]);
    // Opened for both, it has no end: ibsim ends at the end of its console.
    const input = openSync(join(this.folder, 'console'), 'r+');
    const output = openSync(join(this.folder, 'ibsim.log'), 'a');
    const hcas = [...this.net.idsOf.values()].reduce((sum, ids) => sum + ids.length, 0);
    const sizes = ['-N', hcas + 16, '-S', this.net.switches + 16, '-P', this.net.ports + 64].map(String);
    const env = { ...processEnv, PITSTOP_FABRIC: this.folder, IBSIM_SOCKNAME: this.#socket };
    const stdio: StdioOptions = [input, output, output];
    this.#ibsim = spawn(pathOf('ibsim'), ['-s', ...sizes, join(this.folder, 'net')], { detached: true, env, stdio });
    closeSync(input);
    closeSync(output);
    writeFileSync(join(this.folder, 'pid', 'ibsim'), `${this.#ibsim.pid}\n`);
    await until('ibsim to be ready', () => this.#alive() && this.#log('ibsim.log').includes('Network simulator ready'), START_SECONDS);
  }

  /** false: they did not meet. */
  async #startManagers(): Promise<boolean> {
    const [first, ...others] = this.managers;
    if (first === undefined) return true;
    const hasLogged = (manager: string, words: string): boolean => this.#log(join('sm', manager, 'opensm.log')).includes(words);
    await this.startManager(first);
    await until(`${first} to have the subnet up`, () => hasLogged(first, 'SUBNET UP'), START_SECONDS);
    for (const manager of others) await this.startManager(manager);
    const seconds = MEETING_SECONDS + this.nodes.length / 200;
    return until('the managers to be master and standby', () => this.#allKnown(), seconds).catch(() => false);
  }

  /** Each says it itself: the first is master, the others stand by. */
  async #allKnown(): Promise<boolean> {
    const lids = await this.tool('ibnetdiscover');
    for (const [index, manager] of this.managers.entries()) {
      const lid = new RegExp(`# "${manager} mlx5_0" lid (\\d+)`).exec(lids)?.[1] ?? '0';
      const said = await this.tool('sminfo', [lid]).catch(() => '');
      if (!said.includes(index === 0 ? 'SMINFO_MASTER' : 'SMINFO_STANDBY')) return false;
    }
    return true;
  }

  #alive(): boolean {
    if (this.#ibsim?.exitCode === null && this.#ibsim.signalCode === null) return true;
    throw new FabricError(`ibsim ended with ${this.#ibsim?.exitCode ?? this.#ibsim?.signalCode}`);
  }

  /** As ibsim's console names them. */
  #places(name: string, port?: number, needed = false): string[] {
    const ids = this.net.idsOf.get(name);
    if (!ids) throw new FabricError(`nothing in the fabric is called ${name}`);
    const isNode = this.net.nodes.includes(name);
    if (port === undefined && !needed) return ids.map((id) => `"${id}"`);
    const id = isNode ? ids[(port ?? 0) - 1] : ids[0];
    if (id === undefined || port === undefined) throw new FabricError(`${name} has no rail ${port}`);
    return [`"${id}"[${isNode ? 1 : port}]`];
  }

  /** Resolves when ibsim has carried the commands out: it complains of a name that we make up, and of nothing before. */
  async #say(commands: readonly string[]): Promise<void> {
    this.#alive();
    this.#said += 1;
    const mark = `said-${this.#said}`;
    const before = this.#log('ibsim.log').length;
    const console = openSync(join(this.folder, 'console'), constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(console, [...commands, `Link "${mark}"[1]`, ''].join('\n'));
    closeSync(console);
    const answer = await until(`ibsim to do ${commands[0]}`, () => {
      const text = this.#log('ibsim.log').slice(before);
      return text.includes(`"${mark}"`) && text;
    });
    const complaint = answer.split('\n').find((line) => /^(sim> )*# /.test(line) && !line.includes(`"${mark}"`));
    if (complaint !== undefined) throw new FabricError(`${commands.join('; ')}: ${complaint}`);
  }

  #log(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Cleans up even when this process is killed: its end closes the pipe that the reaper waits on. */
  #startReaper(): void {
    const script = `cat >/dev/null; [ -e "$0/bin/sweep" ] || exit 0; "$0/bin/sweep"; ${this.#ownFolder ? 'rm -rf "$0"' : ':'}`;
    this.#reaper = spawn('sh', ['-c', script, this.folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  }

  async #sweep(): Promise<void> {
    if (existsSync(this.command('sweep'))) await run(this.command('sweep'), []);
    if (this.#ibsim) await ended(this.#ibsim);
  }

  async #stop(): Promise<void> {
    await this.#sweep();
    if (this.#reaper) {
      this.#reaper.kill('SIGKILL');
      await ended(this.#reaper);
    }
    if (this.#ownFolder) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const START_SECONDS = 30;
const MEETING_SECONDS = 6;
const ATTEMPTS_MAX = 5;

/** The attribute that ibsim calls PortInfo. */
const PORT_INFO = 21;

function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}
