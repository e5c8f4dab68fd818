// One run in progress: feeds events to the machine, writes them to the journal, and starts what the machine commands. Everything the
// host knows can be rebuilt from the journal; what was in doubt is looked at afresh.
import type { TargetKind } from '../core/fleet/model.ts';
import type {
  AllocatorFacts,
  EntryKind,
  EntryNote,
  Facts,
  Journal,
  Role,
  RunHeader,
  SchedulerFacts,
  ShellFacts,
  StoredEntry,
} from '../core/ports.ts';
import type { Plan } from '../core/plan/plan.ts';
import { createChronicle, record, type Chronicle } from '../core/run/chronicle.ts';
import { COMMAND } from '../core/run/commands.ts';
import type { Seen } from '../core/run/guard.ts';
import type { Program, ProgramStep } from '../core/run/program.ts';
import { stageCode } from '../core/run/states.ts';
import { must } from '../std/assert.ts';
import type { Clock } from '../std/clock.ts';
import type { Caller } from './gather.ts';
import { RunLog, type Draft } from './log.ts';

/** How the run's real time is cut; all in ms of the run's clock. */
export interface Pace {
  /** Between two folded looks at the scheduler. */
  readonly pollMs: number;
  /** Between two looks at a node that is on its way back. */
  readonly nodePollMs: number;
  /** A scheduler or shell call is given up after this. */
  readonly callTimeoutMs: number;
  /** After a crash a reboot in doubt is given this long to show before it is asked for again. */
  readonly settleMs: number;
}

export interface HostParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly program: Program;
  readonly pace: Pace;
  /** The driver of a role for a cluster; null = this cluster has none. */
  readonly callers: (cluster: number, role: Role) => Caller | null;
  readonly signal: AbortSignal;
}

type StepBody = (host: RunHost, target: number, step: ProgramStep, turn: number) => Promise<void>;
type Listener = (command: number, subject: number, detail: number) => void;

const RUNNING = stageCode('running');

export class RunHost {
  readonly parts: HostParts;
  readonly chronicle: Chronicle;
  /** What each target waits for right now, in words; the machine knows only that it waits. */
  readonly waitingFor: (string | null)[];
  /** Set once the journal refused a write or the host was closed; nothing is done after it. */
  stopped: string | null = null;
  /** How many of its targets the scheduler can know. */
  readonly nodes: number;
  readonly #log: RunLog;
  readonly #body: StepBody;
  readonly #turns: Int32Array;
  readonly #listeners: Listener[] = [];
  readonly #sleepers = new Set<() => void>();
  #waking = false;
  readonly #conditions = new Set<{ condition: () => boolean; resolve: () => void }>();

  constructor(parts: HostParts, body: StepBody) {
    this.parts = parts;
    this.chronicle = createChronicle(parts.program);
    this.waitingFor = Array.from({ length: parts.program.targets.length }, () => null);
    this.nodes = parts.program.targets.filter((_, target) => this.kind(target) === 'node').length;
    this.#turns = new Int32Array(parts.program.targets.length);
    this.#body = body;
    this.#log = new RunLog(parts.journal, parts.header.run, parts.program, parts.clock, (error) => {
      this.#stop(error instanceof Error ? error.message : String(error));
    });
    parts.signal.addEventListener('abort', () => this.#stop('closed'), { once: true });
  }

  get run(): string {
    return this.parts.header.run;
  }

  now(): number {
    return this.parts.clock.now();
  }

  onCommand(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Claims the shards, replays the journal, and takes up every step that was under way. */
  async resume(owner: string): Promise<void> {
    await this.#log.claim(owner);
    for await (const entry of this.entries()) record(this.chronicle, entry);
    const { stage, step } = this.chronicle.state;
    for (let target = 0; target < stage.length; target++) {
      if (stage[target] === RUNNING) this.#start(target, step[target] as number);
    }
  }

  async *entries(): AsyncGenerator<StoredEntry> {
    const page = 10_000;
    for (let from = 1; ;) {
      const entries = await this.parts.journal.read(this.run, from, page);
      yield* entries;
      const last = entries.at(-1);
      if (!last || entries.length < page) return;
      from = last.seq + 1;
    }
  }

  /** An event: to the machine and to the journal, in one order. What it sets off starts at once; destructive steps wait for their own intent. */
  feed(target: number, kind: EntryKind, note: EntryNote | null = null, arg?: number): void {
    if (this.stopped !== null) return;
    const { state } = this.chronicle;
    const step = arg ?? (target >= 0 ? (state.step[target] ?? -1) : -1);
    const attempt = target >= 0 ? (state.attempt[target] ?? 0) : 0;
    const { entry } = this.#log.write({ target, kind, step, attempt, note });
    const commands = record(this.chronicle, entry);
    if (target >= 0) this.waitingFor[target] = null;
    for (let i = 0; i < commands.length; i += 3) this.#obey(commands[i] as number, commands[i + 1] as number, commands[i + 2] as number);
    this.wake();
  }

  /** Writes something that is no event of the machine; resolves when it is durable. */
  async write(draft: Draft): Promise<void> {
    if (this.stopped !== null) return new Promise<void>(() => undefined);
    const { entry, durable } = this.#log.write(draft);
    record(this.chronicle, entry);
    await durable;
  }

  /** Resolves once the condition holds; it is asked again after every event, and when the host stops. */
  until(condition: () => boolean): Promise<void> {
    if (this.stopped !== null || condition()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#conditions.add({ condition, resolve });
    });
  }

  /** Ends everything here; the journal keeps what was, and a restart takes it up. */
  fail(error: unknown): void {
    this.#stop(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** Whether the target is still in the same start of the same step: false after an interruption, a hold's end or a stop. */
  alive(target: number, turn: number): boolean {
    return this.stopped === null && this.#turns[target] === turn && this.chronicle.state.stage[target] === RUNNING;
  }

  name(target: number): string {
    return must(this.parts.program.targets[target], `target ${target}`);
  }

  kind(target: number): TargetKind {
    return must(this.parts.program.waves[this.parts.program.waveOf[target] as number], 'wave').kind;
  }

  caller(target: number, role: Role): Caller | null {
    return this.parts.callers(this.parts.program.clusterOf[target] as number, role);
  }

  /** A fresh look with one role; null = nobody answered, or there is no such driver. */
  async look(target: number, role: Role): Promise<{ facts: Facts | null; why: string }> {
    const caller = this.caller(target, role);
    if (!caller) return { facts: null, why: `no ${role} driver` };
    return caller.look(this.name(target));
  }

  /** What the guards judge, seen now. The node is not asked while the scheduler already says no. */
  async see(target: number): Promise<Seen> {
    const scheduler = (await this.look(target, 'scheduler')).facts as SchedulerFacts | null;
    const asksAllocator = this.caller(target, 'allocator') !== null;
    const allocator = asksAllocator ? ((await this.look(target, 'allocator')).facts as AllocatorFacts | null) : null;
    const askNode = scheduler !== null && scheduler.jobs.length === 0;
    const shell = askNode ? ((await this.look(target, 'shell')).facts as ShellFacts | null) : null;
    const { bootId, rebootAskedFrom } = this.chronicle;
    return {
      run: this.run,
      scheduler,
      shell,
      ...(asksAllocator ? { allocator } : {}),
      knownBootId: bootId[target] ?? null,
      rebootAskedFrom: rebootAskedFrom[target] ?? null,
    };
  }

  /** Resolves after `ms` of the run's clock, or at once when the host stops. */
  sleep(ms: number): Promise<void> {
    if (this.stopped !== null) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#sleepers.delete(end);
        cancel();
        resolve();
      };
      const cancel = this.parts.clock.after(ms, end);
      this.#sleepers.add(end);
    });
  }

  /** Sleeps to the next common tick, so that everybody who polls asks in the same folded call. */
  tick(ms: number): Promise<void> {
    const now = this.now();
    return this.sleep(Math.ceil((now + 1) / ms) * ms - now);
  }

  #stop(why: string): void {
    this.stopped ??= why;
    for (const end of this.#sleepers) end();
    this.wake();
  }

  /** Has the waiting conditions asked again; they are dear, so once for any number of events of the same turn. */
  wake(): void {
    if (this.#conditions.size === 0 || this.#waking) return;
    this.#waking = true;
    this.parts.clock.after(0, () => {
      this.#waking = false;
      for (const waiter of this.#conditions) {
        if (this.stopped === null && !waiter.condition()) continue;
        this.#conditions.delete(waiter);
        waiter.resolve();
      }
    });
  }

  #obey(command: number, subject: number, detail: number): void {
    for (const listener of this.#listeners) listener(command, subject, detail);
    if (command === COMMAND.start) this.#start(subject, detail);
  }

  #start(target: number, stepId: number): void {
    const turn = (this.#turns[target] as number) + 1;
    this.#turns[target] = turn;
    const step = must(this.parts.program.steps[stepId], `step ${stepId}`);
    // The body begins in a later turn, so that the machine has finished with the event that started it.
    this.parts.clock.after(0, () => {
      if (!this.alive(target, turn)) return;
      this.#body(this, target, step, turn).catch((error: unknown) => {
        this.fail(error);
      });
    });
  }
}
