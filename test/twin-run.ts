// A whole run on a twin under virtual time: the runner as it is, a real SQLite journal in memory, and a way to crash and go on.
import type { Journal, StoredEntry } from '../src/core/ports.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import type { Chronicle } from '../src/core/run/chronicle.ts';
import type { Program } from '../src/core/run/program.ts';
import { compile } from '../src/core/run/compile.ts';
import { retroOf, type Retro } from '../src/core/retro/retro.ts';
import { runStateOf, statusOf, type RunStatus } from '../src/core/run/status.ts';
import type { RunState } from '../src/core/run/states.ts';
import { openSqliteJournal } from '../src/journal/sqlite/sqlite.ts';
import { CONTROLS, type ControlName } from '../src/runner/controls.ts';
import type { Pace, RunHost } from '../src/runner/host.ts';
import { Runs, type World } from '../src/runner/runs.ts';
import { planTwin, playsRole, type TwinOverrides } from '../src/sim/twin/plan-twin.ts';
import { createTwin, type Twin } from '../src/sim/twin/twin.ts';
import { VirtualClock } from '../src/std/clock.ts';
import { must } from '../src/std/assert.ts';
import type { JsonObject } from '../src/std/json.ts';
import { checkRun } from './checkers/check-run.ts';
import type { Violation } from './checkers/evidence.ts';
import { twinHistory } from './checkers/history.ts';

const START_MS = Date.UTC(2031, 6, 8, 9, 0);
const PACE: Pace = { pollMs: 5_000, nodePollMs: 2_000, callTimeoutMs: 60_000, settleMs: 10_000 };
/** How closely the runner looks; a plain number of targets a shard will do. */
interface Looking {
  readonly shardTargets?: number;
  /** Between two looks at a node that is on its way back. */
  readonly paceMs?: number;
  /** How long the journal waits for company. */
  readonly flushMs?: number;
}
const NOBODY = { by: 'lead', why: 'test', targets: null };

export class TwinRun {
  /** Every run made since somebody last emptied this list: what a test leaves behind is judged after it. */
  static readonly made: TwinRun[] = [];
  /** Unix ms at which every such run is created. */
  static readonly startMs = START_MS;
  readonly clock = new VirtualClock(START_MS);
  readonly plan: Plan;
  readonly twin: Twin;
  readonly journal: Journal;
  readonly #shardTargets: number;
  readonly #pace: Pace;
  #gate = { open: true };
  #runs: Runs;
  run = '';

  constructor(plan: Plan, twin: TwinOverrides = {}, looking: Looking = {}) {
    this.plan = plan;
    this.#shardTargets = looking.shardTargets ?? 1_000;
    this.#pace = looking.paceMs === undefined ? PACE : { ...PACE, nodePollMs: looking.paceMs };
    this.twin = createTwin(planTwin(plan, twin, compile(plan).targets), this.clock);
    this.journal = openSqliteJournal({
      file: ':memory:',
      clock: this.clock,
      ...(looking.flushMs === undefined ? {} : { flushMs: looking.flushMs }),
    });
    this.#runs = this.#newRuns();
    TwinRun.made.push(this);
  }

  get runs(): Runs {
    return this.#runs;
  }
  get host(): RunHost {
    return must(this.#runs.get(this.run), 'active run').host;
  }
  /** The program and chronicle of the run, which has not been crashed since it ended. */
  get last(): { program: Program; chronicle: Chronicle } {
    return { program: this.host.parts.program, chronicle: this.host.chronicle };
  }
  get status(): RunStatus {
    return statusOf(this.host.chronicle);
  }
  get retro(): Retro {
    return retroOf(this.host.parts.header, this.plan, this.host.chronicle);
  }

  async create(options: JsonObject = {}): Promise<this> {
    const made = this.#runs.create(JSON.stringify(this.plan), options);
    this.run = (await this.clock.run(made)).host.run;
    return this;
  }

  /** As `create`, for a plan that only watches what the test does to the twin. */
  async watching(name: string): Promise<this> {
    this.run = (await this.clock.run(this.#runs.watch(JSON.stringify(this.plan), name, {}))).host.run;
    return this;
  }

  async confirmed(options: JsonObject = {}): Promise<this> {
    await this.create(options);
    this.say('confirm');
    return this;
  }

  say(word: ControlName, targets: string | null = null): this {
    CONTROLS[word](this.host, { ...NOBODY, targets });
    return this;
  }

  /** Lets time run until the condition holds; the condition is asked after every event and every simulated minute. */
  async until(condition: (host: RunHost) => boolean, what: string, hoursMax = 72): Promise<this> {
    const { host, clock } = this;
    const giveUp = clock.now() + hoursMax * 3_600_000;
    const waiting = { over: false };
    const tick = (): void => {
      if (waiting.over) return;
      host.wake();
      clock.after(60_000, tick);
    };
    tick();
    await clock.run(host.until(() => condition(host) || clock.now() > giveUp));
    waiting.over = true;
    if (!condition(host))
      throw new Error(`${what} did not happen within ${hoursMax} h; stopped: ${host.stopped}; ${JSON.stringify(this.status, null, 1)}`);
    return this;
  }

  untilState(...states: RunState[]): Promise<this> {
    return this.until((host) => states.includes(runStateOf(host.chronicle)), `state ${states.join(' or ')}`);
  }

  async finished(): Promise<boolean> {
    return (await this.clock.run(this.journal.runs())).some(({ run, finishedAt }) => run === this.run && finishedAt !== null);
  }

  /** All that was journalled of the run. */
  async entries(): Promise<StoredEntry[]> {
    const entries: StoredEntry[] = [];
    for (let from = 1; ;) {
      const page = await this.clock.run(this.journal.read(this.run, from, 10_000));
      entries.push(...page);
      const last = page.at(-1);
      if (!last || page.length < 10_000) return entries;
      from = last.seq + 1;
    }
  }

  /** The outside checkers over what the twin felt and the journal says. */
  async check(): Promise<Violation[]> {
    const { program } = this.host.parts;
    const finished = await this.finished();
    return checkRun({
      run: this.run,
      history: twinHistory(this.twin.felt),
      entries: await this.entries(),
      program,
      jobs: this.plan.policy.jobs,
      finished,
    });
  }

  /** Simulated minutes pass. */
  async pass(minutes: number): Promise<this> {
    await this.clock.run(
      new Promise<void>((resolve) => {
        this.clock.after(minutes * 60_000, resolve);
      }),
    );
    return this;
  }

  /** The runner dies as with kill -9: nothing more is written or asked; a new one takes the run up from the journal. */
  async crash(): Promise<this> {
    this.#gate.open = false;
    void this.#runs.close();
    this.#gate = { open: true };
    this.#runs = this.#newRuns();
    await this.clock.run(this.#runs.resumeAll());
    return this;
  }

  #newRuns(): Runs {
    const byRole: Partial<Record<string, Twin['scheduler']>> = {
      scheduler: this.twin.scheduler,
      shell: this.twin.shell,
      bmc: this.twin.bmc,
      allocator: this.twin.allocator,
      alerts: this.twin.alerts,
      ...(this.twin.fabric && { fabric: this.twin.fabric }),
    };
    const driver: World['driver'] = (cluster, role) => (playsRole(this.plan, cluster, role) ? (byRole[role] ?? null) : null);
    const world: World = { clock: this.clock, pace: this.#pace, driver, close: () => Promise.resolve() };
    return new Runs({
      journal: mortal(this.journal, this.#gate),
      owner: 'test',
      parsePlan: (text) => JSON.parse(text) as Plan,
      openWorld: () => Promise.resolve(world),
      shardTargets: this.#shardTargets,
    });
  }
}

/** The journal as a process sees it: once that process is dead, its writes are never made and never answered. */
function mortal(journal: Journal, gate: { readonly open: boolean }): Journal {
  const never = new Promise<never>(() => undefined);
  return {
    create: (header, occupies) => journal.create(header, occupies),
    free: (run, targets) => (gate.open ? journal.free(run, targets) : never),
    runs: () => journal.runs(),
    finish: (run, at) => (gate.open ? journal.finish(run, at) : never),
    claim: (run, shard, owner) => (gate.open ? journal.claim(run, shard, owner) : never),
    append: (run, shard, epoch, entries) => (gate.open ? journal.append(run, shard, epoch, entries) : never),
    read: (run, from, limit) => journal.read(run, from, limit),
    appendStream: (stream, entry) => (gate.open ? journal.appendStream(stream, entry) : never),
    readStream: (stream, from, limit) => journal.readStream(stream, from, limit),
    subscribe: (listener) => journal.subscribe(listener),
    close: () => journal.close(),
  };
}
