// A small cluster of real parts on one machine: munged, slurmctld, a slurmd and an sshd per node, jobs, and nodes that misbehave when told.
import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { env as processEnv, kill } from 'node:process';
import { promisify } from 'node:util';
import { isNodeFault, NODE_FAULTS, type Fault, type NodeFault } from './faults.ts';
import { fillFolder, makeFolder } from './folder.ts';
import { FeltReader, type FeltRecord } from './felt.ts';
import { jobEnvironment, sbatchArguments, type JobSettings } from './jobs.ts';
import { takePorts, type PortBlock } from './ports.ts';
import { missingParts, PartMissingError, pathOf } from './requirements.ts';
import { Site, type SiteOptions } from './site/site.ts';
import { allNodes } from './slurm-files.ts';
import { until } from './until.ts';

const run = promisify(execFile);

export interface TestbedOptions {
  readonly nodes: number;
  /** Slurm's ReturnToService; default 2, the one that is open to surprises. */
  readonly returnToService?: 0 | 1 | 2;
  /** Seconds in which Slurm wants a node back after `scontrol reboot`; default 15. */
  readonly resumeTimeoutSeconds?: number;
  /** Seconds after which Slurm calls a silent slurmd down; default 30. */
  readonly slurmdTimeoutSeconds?: number;
  /** How long a reboot takes; default 1. */
  readonly bootSeconds?: number;
  readonly faults?: readonly NodeFault[];
  /** Leave the folder when stopped; default no. */
  readonly keep?: boolean;
  /** Binds each node to ports of a fabric, a BMC, an allocator and alerts; absent: Slurm and ssh alone. */
  readonly site?: SiteOptions;
}

export interface Job {
  readonly id: number;
}

/** A daemon or command of the testbed did not do what it must; the message carries its log. */
class TestbedError extends Error {
  override readonly name = 'TestbedError';
}

/** A running testbed. Use it with `await using`, or call `stop`. */
export class Testbed implements AsyncDisposable {
  /** Everything lies in it: slurm.conf, ssh_config, fleet.yaml, change.yaml, policy.yaml, hosts, hosts.keys, id_pit, bin/, nodes/, log/, ckpt/. */
  readonly folder: string;
  readonly nodes: readonly string[];
  /** m1, m2, ... of another customer's cluster, where the site has one. */
  readonly guests: readonly string[];
  readonly user: string;
  readonly fleetYaml: string;
  readonly changeYaml: string;
  readonly policyYaml: string;
  /** For commands that shall talk to this cluster: the caller's environment with SLURM_CONF. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was started directly and last under each name; restarted daemons are found by their pid files. */
  readonly #daemons = new Map<string, ChildProcess>();
  readonly #hanging = new Map<string, Job>();
  readonly #felt: FeltReader;
  readonly #keep: boolean;
  readonly #siteOptions: SiteOptions | undefined;
  #site: Site | undefined;
  #ports: PortBlock | undefined;
  #reaper: ChildProcess | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(folder: string, options: TestbedOptions) {
    this.folder = folder;
    this.nodes = Array.from({ length: options.nodes }, (_, index) => `n${index + 1}`);
    const guests = options.site?.sharedSpine === true ? Math.min(4, options.nodes / options.site.units) : 0;
    this.guests = Array.from({ length: guests }, (_, index) => `m${index + 1}`);
    this.user = userInfo().username;
    this.fleetYaml = join(folder, 'fleet.yaml');
    this.changeYaml = join(folder, 'change.yaml');
    this.policyYaml = join(folder, 'policy.yaml');
    this.env = { ...processEnv, SLURM_CONF: join(folder, 'slurm.conf') };
    this.#felt = new FeltReader(folder);
    this.#keep = options.keep ?? false;
    this.#siteOptions = options.site;
  }

  /** Starts everything and waits until all nodes are idle and answer to ssh. Throws PartMissingError, TestbedError; leaves nothing behind then. */
  static async start(options: TestbedOptions): Promise<Testbed> {
    const missing = [...missingParts(), ...(options.site ? missingParts(siteParts) : [])];
    if (missing.length > 0) throw new PartMissingError(missing);
    const testbed = new Testbed(makeFolder(), options);
    try {
      await testbed.#start(options);
      return testbed;
    } catch (error) {
      const logs = testbed.#logTails();
      await testbed.stop();
      throw new TestbedError(`the testbed did not start: ${error instanceof Error ? error.message : String(error)}\n${logs}`, {
        cause: error,
      });
    }
  }

  /** The fabric, the BMCs and all else that the nodes are bound to. Throws when this testbed was started without `site`. */
  get site(): Site {
    if (!this.#site) throw new TestbedError('this testbed is bound to no site');
    return this.#site;
  }

  /** Runs a Slurm command against this cluster and returns its stdout. Throws, with its stderr, when it exits non-zero. */
  async slurm(command: 'sinfo' | 'squeue' | 'scontrol' | 'sbatch' | 'srun' | 'scancel', args: readonly string[]): Promise<string> {
    const { stdout } = await run(command, args, { env: { ...this.env, PITSTOP_TESTBED: this.folder }, maxBuffer: 64 << 20 });
    return stdout;
  }

  /** Runs a command line on a node through its sshd with the ordinary ssh client. Never throws: a node that is down gives exit 255. */
  ssh(node: string, commandLine: string): Promise<{ exit: number; stdout: string; stderr: string }> {
    const args = ['-F', join(this.folder, 'ssh_config'), node, commandLine];
    return new Promise((done) => {
      const child = execFile('ssh', args, (_, stdout, stderr) => done({ exit: child.exitCode ?? 255, stdout, stderr }));
    });
  }

  /** One site command of `bin/` as its absolute path, as fleet.yaml and change.yaml name it. */
  command(name: 'stage' | 'apply' | 'rollback' | 'version' | 'health' | 'bootid' | 'work' | 'reboot'): string {
    return join(this.folder, 'bin', name);
  }

  /** Slurm's long state of each node with its suffix (`idle`, `drained`, `mixed`, `down*`, `reboot^`). */
  async nodeStates(): Promise<Map<string, string>> {
    const lines = (await this.slurm('sinfo', ['-h', '-N', '-o', '%N %T'])).trim().split('\n');
    return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
  }

  /** Waits until each of these nodes (default: all) has that state in Slurm. */
  async waitForState(state: string | RegExp, nodes: readonly string[] = this.nodes, seconds = 30): Promise<void> {
    const wanted = (seen: string): boolean => (typeof state === 'string' ? seen === state : state.test(seen));
    let last: Map<string, string> | undefined;
    await until(
      `${nodes.join(',')} to be ${String(state)}`,
      async () => {
        last = await this.nodeStates().catch(() => undefined); // slurmctld may be away for a moment
        return last !== undefined && nodes.every((node) => wanted(last?.get(node) ?? ''));
      },
      seconds,
    ).catch((error: unknown) => {
      throw new TestbedError(`${String(error)}; last seen: ${JSON.stringify(Object.fromEntries(last ?? []))}`, { cause: error });
    });
  }

  /** Submits a real multi-node job; its tasks log job-start and job-end on every node. Returns at once, it may be pending. */
  async submitJob(job: JobSettings): Promise<Job> {
    const env = { ...this.env, ...jobEnvironment(this.folder, job) };
    const { stdout } = await run('sbatch', sbatchArguments(this.folder, job), { env });
    return { id: Number.parseInt(stdout, 10) };
  }

  /** Pending one-node jobs called `planted` that start wherever a node is open, validated or not. */
  async plantJobs(count = 1, seconds = 2): Promise<Job[]> {
    const jobs: Job[] = [];
    for (let index = 0; index < count; index += 1) {
      jobs.push(await this.submitJob({ nodes: 1, seconds, checkpoint: 'never', ignoreSignal: true, name: 'planted' }));
    }
    return jobs;
  }

  /** The job's last checkpoint, or undefined: milliseconds of work saved, and when. */
  checkpointOf(job: Job): { at: number; doneMs: number } | undefined {
    const path = join(this.folder, 'ckpt', String(job.id), 'latest');
    if (!existsSync(path)) return undefined;
    const saved: { at: number; doneMs: number } = JSON.parse(readFileSync(path, 'utf8'));
    return { at: saved.at, doneMs: saved.doneMs };
  }

  /** Slurm's state of a job (`PENDING`, `RUNNING`, `COMPLETED`, ...), or undefined when Slurm has forgotten it. */
  async jobState(job: Job): Promise<string | undefined> {
    const text = await this.slurm('scontrol', ['show', 'job', '-o', String(job.id)]).catch(() => '');
    return /JobState=(\w+)/.exec(text)?.[1];
  }

  /** Lets a job that runs until released end by itself. */
  release(job: Job): void {
    writeFileSync(join(this.folder, 'ckpt', String(job.id), 'release'), '');
  }

  /** Makes a node or switch misbehave from now on; see faults.ts. */
  async misbehave(node: string, fault: Fault, seconds?: number): Promise<void> {
    if (!isNodeFault(fault)) return this.site.misbehave(node, fault, seconds ?? 1);
    if (fault === 'hangDrain') {
      const job = await this.submitJob({ nodes: node, seconds: 0, checkpoint: 'never', ignoreSignal: true, name: 'hanging' });
      this.#hanging.set(node, job);
      await until(`the hanging job to run on ${node}`, () => this.felt().some((felt) => felt.what === 'job-start' && felt.job === job.id));
      return;
    }
    const byDefault = fault === 'late' ? 20 : 3;
    writeFileSync(join(this.#state(node), 'faults', fault), `${seconds ?? byDefault}\n`);
  }

  /** Lets the job of hangDrain end by itself. */
  releaseDrain(node: string): void {
    const job = this.#hanging.get(node);
    if (job === undefined) throw new TestbedError(`no job hangs on ${node}`);
    this.release(job);
    this.#hanging.delete(node);
  }

  /** Takes all faults away, as a crew would; a node that never came back boots. */
  async repair(node: string): Promise<void> {
    for (const fault of NODE_FAULTS) rmSync(join(this.#state(node), 'faults', fault), { force: true });
    await this.#site?.repair(node);
    if (this.#site?.switches.includes(node) === true) return;
    if (existsSync(join(this.#state(node), 'down'))) await this.#onNode(node, 'power-on', 'repair');
    else if (!existsSync(join(this.#state(node), 'sshd.pid'))) this.#spawn(`sshd-${node}`, join(this.folder, 'bin', 'sshd-of'), [node]);
  }

  /** A reboot out of band: nobody asked Pitstop. Returns at once. */
  async rebootedBySomebodyElse(node: string): Promise<void> {
    await this.#onNode(node, 'reboot', 'somebody');
  }

  /** Everything the nodes felt so far, by time; also after `stop`. */
  felt(): FeltRecord[] {
    return this.#felt.read([...this.nodes, ...this.guests], this.#site?.switches ?? []);
  }

  /** kill -9 of a node's slurmd: Slurm calls the node down after SlurmdTimeout. Its jobs' processes and its sshd go on. */
  killSlurmd(node: string): void {
    kill(Number.parseInt(readFileSync(join(this.#state(node), 'slurmd.pid'), 'utf8'), 10), 'SIGKILL');
  }

  /** Starts the slurmd of a node again after `killSlurmd`. */
  startSlurmd(node: string): void {
    this.#spawn(`slurmd-${node}`, join(this.folder, 'bin', 'slurmd-of'), [node]);
  }

  /** kill -9 of slurmctld, and waits for its end. */
  async killSlurmctld(): Promise<void> {
    const daemon = this.#daemons.get('slurmctld');
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) throw new TestbedError('slurmctld does not run');
    const gone = new Promise((done) => daemon.once('exit', done));
    daemon.kill('SIGKILL');
    await gone;
  }

  /** Starts slurmctld with the state it had and waits until it answers. */
  async restartSlurmctld(): Promise<void> {
    this.#spawn('slurmctld', pathOf('slurmctld'), ['-D']);
    await until('slurmctld to answer', async () => (await this.slurm('scontrol', ['ping']).catch(() => '')).includes('UP'));
  }

  /** Ends every process of the testbed, also restarted daemons and jobs, and deletes the folder. Throws when something will not go. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(options: TestbedOptions): Promise<void> {
    this.#startReaper();
    const all = [...this.nodes, ...this.guests];
    this.#ports = await takePorts(all.length + 2);
    await fillFolder(this.folder, {
      nodes: all,
      guests: this.guests.length,
      user: this.user,
      ports: this.#ports.ports,
      returnToService: options.returnToService ?? 2,
      resumeTimeoutSeconds: options.resumeTimeoutSeconds ?? 15,
      slurmdTimeoutSeconds: options.slurmdTimeoutSeconds ?? 30,
      bootSeconds: options.bootSeconds ?? 1,
    });
    const munge = (name: string): string => join(this.folder, 'munge', name);
    const files = [`--key-file=${munge('key')}`, `--socket=${munge('sock')}`, `--log-file=${munge('log')}`, `--seed-file=${munge('seed')}`];
    this.#spawn('munged', pathOf('munged'), ['-F', '--force', ...files, `--pid-file=${join(this.folder, 'pid', 'munged.pid')}`]);
    await until('munged', () => existsSync(munge('sock')));
    this.#spawn('slurmctld', pathOf('slurmctld'), ['-D', '-c']);
    for (const node of all) {
      this.#spawn(`sshd-${node}`, join(this.folder, 'bin', 'sshd-of'), [node]);
      this.startSlurmd(node);
    }
    const site = this.#siteOptions && this.#bind(this.#siteOptions);
    const idle = until('all nodes to be idle', () => this.#allIdle(), 60);
    const bound = site?.start() ?? Promise.resolve();
    await Promise.allSettled([idle, bound]); // so that nothing still starts while `stop` ends it
    await Promise.all([idle, bound]);
    await until('every sshd to listen', () => all.every((node) => this.#log(`sshd-${node}.log`).includes('Server listening')));
    site?.watch();
    for (const { node, fault, seconds } of options.faults ?? []) await this.misbehave(node, fault, seconds);
  }

  #bind(options: SiteOptions): Site {
    const { folder, nodes, guests, user } = this;
    const sshPort = this.#ports?.ports[1] ?? 0;
    const spawn = (name: string, command: string, args: readonly string[]): void => this.#spawn(name, command, args);
    this.#site = new Site(options, { folder, nodes, guests, user, sshPort, spawn });
    return this.#site;
  }

  async #allIdle(): Promise<boolean> {
    for (const [name, daemon] of this.#daemons) {
      if (daemon.exitCode !== null) throw new TestbedError(`${name} ended with ${daemon.exitCode}`);
    }
    const states = await this.nodeStates().catch(() => new Map<string, string>());
    return states.size === this.nodes.length + this.guests.length && [...states.values()].every((state) => state === 'idle');
  }

  /** Cleans up even when this process is killed: its end closes the pipe that the reaper waits on. */
  #startReaper(): void {
    const script = 'cat >/dev/null; [ -e "$0" ] || exit 0; "$0/bin/sweep"; rm -rf "$0"';
    this.#reaper = spawn('sh', ['-c', script, this.folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  }

  #spawn(name: string, command: string, args: readonly string[]): void {
    const output = openSync(join(this.folder, 'log', `${name}.out`), 'a');
    const stdio: StdioOptions = ['ignore', output, output];
    // PITSTOP_TESTBED is how `sweep` knows what is ours; detached, so that a Ctrl-C in the terminal reaches only us.
    const env = { ...this.env, PITSTOP_TESTBED: this.folder };
    const daemon = spawn(command, args, { detached: true, stdio, env, cwd: this.folder });
    closeSync(output);
    this.#daemons.set(name, daemon);
    if (daemon.pid !== undefined && ['munged', 'slurmctld'].includes(name))
      writeFileSync(join(this.folder, 'pid', `${name}.pid`), `${daemon.pid}\n`);
  }

  async #stop(): Promise<void> {
    await this.#site?.stop();
    if (existsSync(join(this.folder, 'bin', 'sweep'))) {
      await run(join(this.folder, 'bin', 'sweep'), []);
      await Promise.all([...this.#daemons.values()].map(ended));
    }
    this.felt(); // the last of it, before the folder goes
    if (!this.#keep) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    if (this.#reaper !== undefined) {
      this.#reaper.kill('SIGKILL');
      await ended(this.#reaper);
    }
    this.#ports?.release();
  }

  async #onNode(node: string, command: string, by: string): Promise<void> {
    const env = { ...this.env, PITSTOP_TESTBED: this.folder, PITSTOP_NODE: this.#state(node) };
    await run(join(this.folder, 'bin', command), [by], { env });
  }

  #state(node: string): string {
    if (this.#site?.switches.includes(node) === true) return join(this.folder, 'switches', node);
    if (![...this.nodes, ...this.guests].includes(node))
      throw new TestbedError(`no such node: ${node}; there are ${allNodes(this.nodes.length)}`);
    return join(this.folder, 'nodes', node);
  }

  #log(name: string): string {
    const path = join(this.folder, 'log', name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  #logTails(): string {
    const names = ['munged.out', 'slurmctld.out', 'slurmctld.log', 'slurmd-n1.out', 'slurmd-n1.log', 'sshd-n1.log'];
    return names.map((name) => `${name}: ${this.#log(name).trim().split('\n').slice(-3).join(' | ')}`).join('\n');
  }
}

export const siteParts = ['ibsim', 'opensm', 'iblinkinfo', 'ipmi_sim', 'ipmitool', 'prometheus-alertmanager'] as const;

function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}
