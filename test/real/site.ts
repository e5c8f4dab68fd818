// A site as an operator has it: the testbed's real Slurm and nodes, Pitstop's real command line and server in a state folder of their
// own, and at the end the outside checkers over what the nodes felt and what the journal says.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunView } from '../../src/api/contract/schemas.ts';
import { connect, type Client } from '../../src/cli/client.ts';
import { stateFolder } from '../../src/cli/state-folder.ts';
import type { SchedulerFacts, StoredEntry } from '../../src/core/ports.ts';
import { compile } from '../../src/core/run/compile.ts';
import type { Retro } from '../../src/core/retro/retro.ts';
import { openSlurm } from '../../src/drivers/slurm/slurm.ts';
import { parsePlan } from '../../src/files/plan-file.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/sqlite.ts';
import { wallClock } from '../../src/std/clock.ts';
import { draw } from '../../src/std/draw.ts';
import { must } from '../../src/std/assert.ts';
import { Testbed, type TestbedOptions } from '../../testbed/testbed.ts';
import { checkRun } from '../checkers/check-run.ts';
import { checkSite } from '../checkers/site.ts';
import { ensureBuilt } from '../../web/ensure-built.ts';
import { Serving } from '../serving.ts';
import type { LastLook, Violation } from '../checkers/evidence.ts';
import { testbedHistory, type Felt } from '../checkers/history.ts';

const BIN = resolve(import.meta.dirname, '../../bin/pitstop.mjs');

export interface Said {
  readonly command: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Site implements AsyncDisposable {
  readonly testbed: Testbed;
  /** Everything said so far, for guides and for messages of failed tests. */
  readonly transcript: Said[] = [];
  /** The plan that `begin` runs. */
  plan: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #socket: string;
  readonly #journal: string;

  private constructor(testbed: Testbed) {
    this.testbed = testbed;
    this.plan = join(testbed.folder, 'image.plan.json');
    this.#env = { ...testbed.env, PITSTOP_STATE: join(testbed.folder, 'state') };
    const state = stateFolder(this.#env);
    this.#socket = state.socket;
    this.#journal = state.journal;
  }

  /** `policy`: instead of the testbed's own. */
  static async open(options: TestbedOptions, policy?: string): Promise<Site> {
    const site = new Site(await Testbed.start(options));
    if (policy !== undefined) site.policy(policy);
    return site;
  }

  policy(text: string): void {
    writeFileSync(this.testbed.policyYaml, text);
  }

  /** Training jobs on all nodes that write their own checkpoints and end by themselves, and planted ones that take any node that opens. */
  async busy(seconds = 6): Promise<void> {
    const { nodes } = this.testbed;
    for (let first = 1; first <= nodes.length; first += 4) {
      await this.testbed.submitJob({
        nodes: `n[${first}-${Math.min(first + 3, nodes.length)}]`,
        seconds,
        checkpoint: 'self',
        everySeconds: 2,
      });
    }
    await this.testbed.plantJobs(6);
  }

  /** One command as a person types it, without a terminal. */
  pitstop(...args: string[]): Promise<Said> {
    return new Promise((done, fail) => {
      const child = spawn(process.execPath, [BIN, ...args], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
      child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
      child.on('error', fail);
      child.on('close', (code) => {
        const said = { command: `pitstop ${args.join(' ')}`.replaceAll(`${this.testbed.folder}/`, ''), code: code ?? 4, stdout, stderr };
        this.transcript.push(said);
        done(said);
      });
    });
  }

  /** As `pitstop`, with the document that `--json` printed. Throws with all that was said when there is none. */
  async json(...args: string[]): Promise<{ code: number; document: unknown }> {
    const said = await this.pitstop(...args, '--json');
    try {
      return { code: said.code, document: JSON.parse(said.stdout) as unknown };
    } catch {
      throw new Error(`${said.command} printed no JSON (exit ${said.code}): ${said.stdout}\n${said.stderr}`);
    }
  }

  /** Makes the plan, and with `sets` a child of it: time limits that fit a test, where a dead node is to be named soon. */
  async makePlan(...sets: string[]): Promise<void> {
    const { fleetYaml, changeYaml, policyYaml } = this.testbed;
    const { code, stderr } = await this.pitstop(
      'plan',
      '--fleet',
      fleetYaml,
      '--change',
      changeYaml,
      '--policy',
      policyYaml,
      '-o',
      this.plan,
    );
    if (code !== 0) throw new Error(`plan: exit ${code}: ${stderr}`);
    if (sets.length > 0) await this.makeChild(...sets);
  }

  /** A child of the plan; `begin` runs the child from then on. */
  async makeChild(...sets: string[]): Promise<void> {
    const file = join(this.testbed.folder, 'child.plan.json');
    const child = await this.pitstop('plan', '--parent', this.plan, ...sets.flatMap((set) => ['--set', set]), '-o', file);
    if (child.code !== 0) throw new Error(`plan --set: exit ${child.code}: ${child.stderr}`);
    this.plan = file;
  }

  /** Begins the run and comes back at once with its name. */
  async begin(...args: string[]): Promise<string> {
    const { document } = await this.json('run', this.plan, '--fleet', this.testbed.fleetYaml, '--yes', '--detach', ...args);
    return (document as RunView).run;
  }

  /** The server of this site in the foreground, with the console on a free port, until it is disposed of. Begin nothing before it. */
  async serveConsole(): Promise<Serving> {
    await ensureBuilt();
    return Serving.start(this.#env);
  }

  client(): Client {
    return connect(this.#socket);
  }

  async view(run: string): Promise<RunView> {
    return (await this.json('status', run)).document as RunView;
  }

  async retro(run: string): Promise<Retro> {
    return (await this.json('retro', run, '--format', 'json')).document as Retro;
  }

  /** Follows the run's journal until its view is as wanted; asked again after every new entry. */
  async until(run: string, what: string, wanted: (view: RunView) => boolean, seconds = 150): Promise<RunView> {
    const deadline = Date.now() + seconds * 1_000;
    for (let from = 1; ;) {
      const view = await this.#asking((client) => client.runs.status({ run }));
      if (wanted(view)) return view;
      if (Date.now() > deadline) throw new Error(`${what} did not happen within ${seconds} s: ${JSON.stringify(view, null, 1)}`);
      const events = await this.#asking((client) => client.runs.events({ run, from, limit: 10_000, waitMs: 2_000 }));
      from = (events.at(-1)?.seq ?? from - 1) + 1;
    }
  }

  /** Kills the server with -9 at seeded points of the run's progress, `times` or until the run has ended; each time a command starts it again. */
  async killServer(run: string, times: number, seed: number): Promise<number> {
    let seq = 0;
    for (let kill = 0; kill < times; kill++) {
      const target = seq + 1 + Math.floor(draw(seed, 0, kill, 0, 0) * 9);
      for (;;) {
        const view = await this.#asking((client) => client.runs.status({ run }));
        if (view.state === 'settled' || view.finishedAt !== null) return kill;
        const events = await this.#asking((client) => client.runs.events({ run, from: target, limit: 1, waitMs: 1_000 }));
        if (events.length > 0) break;
        // A quiet run has no progress to wait for, so it is killed in its quiet.
        if (draw(seed, 1, kill, seq, 0) < 0.5) break;
      }
      seq = target;
      const { pid } = await this.#asking((client) => client.server.info());
      process.kill(pid, 'SIGKILL');
    }
    return times;
  }

  /** Ends the server and judges the finished or standing run from outside. */
  async check(run: string, finished: boolean, others: readonly Felt[] = []): Promise<Violation[]> {
    await this.pitstop('down');
    const journal = openSqliteJournal({ file: this.#journal, clock: wallClock() });
    const header = must(
      (await journal.runs()).find((candidate) => candidate.run === run),
      run,
    );
    const entries: StoredEntry[] = [...(await journal.read(run, 1, 1_000_000))];
    await journal.close();
    const plan = parsePlan(header.plan, 'plan');
    const felt = this.testbed.felt().filter(({ at }) => at >= header.createdAt);
    const program = compile(plan);
    const ofRun = checkRun({
      run,
      history: testbedHistory(felt, others),
      entries,
      program,
      jobs: plan.policy.jobs,
      finished,
      last: await this.#lastLooks(),
    });
    const bound = program.waves.some(({ kind }) => kind !== 'node');
    return bound ? [...ofRun, ...checkSite({ felt, entries, program, redundant: plan.policy.redundant })] : ofRun;
  }

  /** The version that runs on each node, read from the node's own folder. */
  versions(): Map<string, string> {
    return new Map(
      this.testbed.nodes.map((node) => [node, readFileSync(join(this.testbed.folder, 'nodes', node, 'version'), 'utf8').trim()]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pitstop('down');
    await this.testbed.stop();
  }

  /** Asks the server, and has a command start it again where it was killed. */
  async #asking<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask(this.client());
      } catch (error) {
        if (attempt === 5) throw error;
        await this.pitstop('runs', '--json');
      }
    }
  }

  async #lastLooks(): Promise<Map<string, LastLook>> {
    const driver = openSlurm({ conf: 'slurm.conf' }, { folder: this.testbed.folder, env: process.env, clock: wallClock() });
    const looks = await driver.observe(this.testbed.nodes, AbortSignal.timeout(30_000));
    await driver.close();
    return new Map(
      looks.map(({ target, facts }) => [
        target,
        { drain: (facts as SchedulerFacts).drain, reservation: (facts as SchedulerFacts).reservation },
      ]),
    );
  }
}
