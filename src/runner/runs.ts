// All runs of one state folder: takes new ones in, takes unfinished ones up again after a start, and finds them by name.
import { hasErrors } from '../core/finding.ts';
import type { Driver, Journal, Role, RunHeader } from '../core/ports.ts';
import type { Plan } from '../core/plan/plan.ts';
import { compile } from '../core/run/compile.ts';
import type { Program } from '../core/run/program.ts';
import type { JsonObject } from '../std/json.ts';
import type { Clock } from '../std/clock.ts';
import { conduct } from './conduct.ts';
import { Caller } from './gather.ts';
import { RunHost, type Pace } from './host.ts';
import { onlyOf, RunRefusedError } from './only.ts';
import { underMode } from './mode.ts';
import { importRuns, type ImportSource, type Imported, type PastRunGiven } from './past/import-runs.ts';
import { watchOthers } from './past/watch-others.ts';
import { stepBody } from './steps/body.ts';

/** The outside of one run: its clock and its drivers, opened from the plan's fleet. */
export interface World {
  readonly clock: Clock;
  readonly pace: Pace;
  /** null = this cluster has no driver for the role. */
  driver(cluster: string, role: Role): Driver | null;
  close(): Promise<void>;
}

export interface RunsParts {
  readonly journal: Journal;
  /** Names this process in claims. */
  readonly owner: string;
  /** Opens drivers; throws a readable error when a secret or a file is missing. */
  readonly openWorld: (plan: Plan, options: JsonObject) => Promise<World>;
  readonly parsePlan: (text: string) => Plan;
  readonly shardTargets?: number;
  /** Told of every run that is taken in, or up again, once it has its journal. */
  readonly taken?: (active: ActiveRun) => void;
}

export interface ActiveRun {
  readonly host: RunHost;
  readonly world: World;
  /** Settles when the conductor has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

export class Runs {
  readonly #parts: RunsParts;
  readonly #active = new Map<string, ActiveRun>();
  readonly #stop = new AbortController();

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  get journal(): Journal {
    return this.#parts.journal;
  }

  /** Takes up every run that has not finished. A run whose world does not open stays in the journal, and is named with why. */
  async resumeAll(): Promise<readonly { run: string; why: string }[]> {
    const failed: { run: string; why: string }[] = [];
    for (const header of await this.#parts.journal.runs()) {
      if (header.finishedAt !== null) continue;
      if (simulated(header.options)) {
        await this.#parts.journal.finish(header.run, header.createdAt);
        failed.push({ run: header.run, why: 'its simulated fleet ended with the server that carried it' });
        continue;
      }
      if (header.options['origin'] === 'import') {
        failed.push({ run: header.run, why: 'its import was cut off: import it again, which goes on where it stopped' });
        continue;
      }
      try {
        await this.#activate(header);
      } catch (error) {
        failed.push({ run: header.run, why: error instanceof Error ? error.message : String(error) });
      }
    }
    return failed;
  }

  /** Registers and begins a run of the plan; it waits for its confirmation. Throws RunRefusedError or what the journal throws. */
  async create(planText: string, options: JsonObject): Promise<ActiveRun> {
    const plan = this.#parts.parsePlan(planText);
    if (hasErrors(plan.findings)) throw new RunRefusedError('the plan has findings of severity error');
    const program = compile(plan, this.#parts.shardTargets);
    const only = onlyOf(program, options);
    const observing = program.waves.filter((wave) => program.clusters[wave.cluster]?.mode === 'observe');
    if (observing.length > 0) {
      throw new RunRefusedError(
        `cluster ${program.clusters[observing[0]?.cluster ?? 0]?.name} is in mode observe: nothing may be done to it (run --dry-run shows what would be)`,
      );
    }
    const taken = only ?? program.targets;
    const occupies = simulated(options) ? taken.map((name) => `twin:${name}`) : taken;
    return this.#register({ run: await this.#freeName(plan.change.name), plan, planText, program, options, occupies });
  }

  /**
   * Registers a run that only watches what others do to the plan's targets, and begins at once. It occupies none of them: a run of ours may
   * go on beside it. Throws RunRefusedError or what the journal throws.
   */
  async watch(planText: string, name: string | null, options: JsonObject): Promise<ActiveRun> {
    const plan = this.#parts.parsePlan(planText);
    const program = compile(plan, this.#parts.shardTargets);
    const acts = program.clusters.find(({ mode }) => mode !== 'observe');
    if (acts) throw new RunRefusedError(`a watch only looks, and its plan has cluster ${acts.name} in mode ${acts.mode}`);
    const run = name ?? (await this.#freeName(plan.change.name));
    return this.#register({ run, plan, planText, program, options: { ...options, origin: 'watch' }, occupies: [] });
  }

  /** Takes past maintenances in. Throws RunRefusedError before anything is written. */
  import(given: readonly PastRunGiven[], source: ImportSource): Promise<readonly Imported[]> {
    return importRuns(this.#parts, given, source);
  }

  /** The plan and its world for a dry run; the caller closes the world. */
  async openDry(planText: string, options: JsonObject): Promise<{ plan: Plan; world: World }> {
    const plan = this.#parts.parsePlan(planText);
    return { plan, world: await this.#parts.openWorld(plan, options) };
  }

  get(run: string): ActiveRun | null {
    return this.#active.get(run) ?? null;
  }

  /** Stops acting at once, keeps everything for the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#active.values()].map(({ ended }) => ended));
    await Promise.all([...this.#active.values()].map(({ world }) => world.close()));
  }

  async #register({ run, plan, planText, program, options, occupies }: NewRun): Promise<ActiveRun> {
    const world = await this.#parts.openWorld(plan, options);
    const header: RunHeader = {
      run,
      planId: plan.id,
      createdAt: world.clock.now(),
      plan: planText,
      targets: program.targets,
      steps: program.steps.map((step) => step.name),
      shards: program.shards,
      options,
      finishedAt: null,
    };
    await this.#parts.journal.create(header, occupies).catch(async (error: unknown) => {
      await world.close();
      throw error;
    });
    return this.#begin(header, plan, program, world);
  }

  async #activate(header: RunHeader): Promise<ActiveRun> {
    const plan = this.#parts.parsePlan(header.plan);
    const world = await this.#parts.openWorld(plan, header.options);
    return this.#begin(header, plan, compile(plan, this.#parts.shardTargets), world);
  }

  /** The journal is claimed and replayed before anybody may speak to the run. */
  async #begin(header: RunHeader, plan: Plan, program: Program, world: World): Promise<ActiveRun> {
    const callers = callersOf(program, world, this.#stop.signal);
    const watches = isWatch(header);
    const host = new RunHost(
      { journal: this.#parts.journal, clock: world.clock, header, plan, program, pace: world.pace, callers, signal: this.#stop.signal },
      watches ? leftToOthers : stepBody,
    );
    await host.resume(this.#parts.owner);
    // A stopped host leaves its conductor waiting for writes that will never be made.
    const ended = Promise.race([
      (watches ? watchOthers(host) : conduct(host)).catch((error: unknown) => host.fail(error)),
      host.until(() => false),
    ]);
    const active: ActiveRun = { host, world, ended };
    this.#active.set(header.run, active);
    this.#parts.taken?.(active);
    return active;
  }

  /** `image-1`, `image-2`, ...: short, since it stands in the scheduler's reasons and reservations. */
  async #freeName(change: string): Promise<string> {
    const taken = new Set((await this.#parts.journal.runs()).map(({ run }) => run));
    const stem = change.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    for (let n = 1; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
  }
}

interface NewRun {
  readonly run: string;
  readonly plan: Plan;
  readonly planText: string;
  readonly program: Program;
  readonly options: JsonObject;
  readonly occupies: readonly string[];
}

export function isWatch({ options }: RunHeader): boolean {
  return options['origin'] === 'watch';
}

/** The steps of a watched maintenance have no body: others carry them out, and the watch sees them end. */
const leftToOthers = (): Promise<void> => Promise.resolve();

/** A run on a twin: it lives in its server's memory, and takes the targets of a twin, none of the real fleet. */
export function simulated(options: JsonObject): boolean {
  return options['twin'] !== null && options['twin'] !== undefined;
}

/** One caller a driver, so that all clusters and roles that share a driver share its folded calls. */
function callersOf(program: Program, world: World, signal: AbortSignal): (cluster: number, role: Role) => Caller | null {
  const callers = new Map<Driver, Map<string, Caller>>();
  const found = new Map<string, Caller | null>();
  return (cluster, role) => {
    const key = `${cluster} ${role}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const of = program.clusters[cluster];
    const driver = of ? world.driver(of.name, role) : null;
    const caller = driver && of ? callerFor(driver, of.mode) : null;
    found.set(key, caller);
    return caller;
  };

  function callerFor(driver: Driver, mode: 'observe' | 'confirm' | 'drain-only' | 'act'): Caller {
    const byMode = callers.get(driver) ?? new Map<string, Caller>();
    callers.set(driver, byMode);
    const caller = byMode.get(mode) ?? new Caller(underMode(driver, mode), world.clock, signal);
    byMode.set(mode, caller);
    return caller;
  }
}
