// The exact engine: one scenario of a plan as discrete events, from the begin of the run until everybody rests or the horizon is there.
// It feeds the machine of core/run and obeys it; what a step, limit, gate or wave does is decided there and nowhere else.
import { advance, eventCode } from '../../core/run/advance.ts';
import { COMMAND } from '../../core/run/commands.ts';
import type { Chain, Program } from '../../core/run/program.ts';
import { createState, hasFlag, type MachineState } from '../../core/run/state.ts';
import { FLAG, stageCode, WAVE_STATES } from '../../core/run/states.ts';
import { soakMsOf } from '../../core/run/soaks.ts';
import { PitstopBugError } from '../../std/assert.ts';
import { Chance } from '../laws/chance.ts';
import { keyOf } from '../laws/key.ts';
import type { SimModel } from '../model.ts';
import type { ScenarioResult } from '../result.ts';
import { Agenda } from './agenda.ts';
import { Attempts, boots } from './attempts.ts';
import { outcomeOf, outcomeTables, type OutcomeTables } from './outcome.ts';
import { People } from './people.ts';
import type { Present } from './present.ts';
import { copyState, openedState, openingFeed, type Feed } from './start.ts';
import { takeUp } from './take-up.ts';
import { Tally } from './tally.ts';
import { EPISODES_MAX } from './troubles.ts';
import { warmer } from './warm.ts';
import { windowEdges, type WindowEdge } from './windows.ts';

export interface ExactEngine {
  /** The same scenario of the same model gives the same result, whatever was run before. */
  run(scenario: number, options?: RunOptions): ScenarioResult;
}

interface RunOptions {
  readonly trace?: Trace;
  readonly began?: Began;
  /** Goes on from there instead of from the beginning; the model begins when that run did, and times count from its time zero. */
  readonly from?: Present;
}

/**
 * Called with every event before it is fed. `target` -1: the run as a whole; then `step` is the event's argument, as in journals.
 * `kind` is an index of ENTRY_KINDS, `atMs` Unix ms.
 */
type Trace = (atMs: number, target: number, kind: number, step: number, attempt: number) => void;

/** Called with every attempt of a step that begins, at `atMs` Unix ms. */
type Began = (atMs: number, target: number, step: number) => void;

/** Its arrays are made once and used again by every scenario. */
export function createExactEngine(model: SimModel): ExactEngine {
  return new Engine(model);
}

const EVENT = {
  begin: eventCode('begin'),
  window: eventCode('window'),
  approve: eventCode('approve'),
  recall: eventCode('recall'),
  fixed: eventCode('fixed'),
  retry: eventCode('retry'),
  soakPassed: eventCode('soak-passed'),
  soakFailed: eventCode('soak-failed'),
} as const;
const ASKING = WAVE_STATES.indexOf('asking');
const HELD = WAVE_STATES.indexOf('held');
/** Stages in which the runner does not turn a target back when its window is over (src/runner/windows.ts). */
const NOT_RECALLED = new Set(['settled', 'dropped', 'skipped', 'returned', 'straggling'].map((stage) => stageCode(stage as 'settled')));
/** An array of commands that has grown beyond this is given back: an event that moves everybody comes seldom. */
const COMMANDS_MAX = 3_000;

class Engine implements ExactEngine {
  readonly #model: SimModel;
  readonly #program: Program;
  readonly #opening: Feed;
  readonly #opened: MachineState;
  readonly #state: MachineState;
  readonly #edges: readonly WindowEdge[];
  readonly #waveKeys: Int32Array;
  readonly #agenda: Agenda;
  readonly #chance: Chance;
  readonly #attempts: Attempts;
  readonly #people: People;
  readonly #tally: Tally;
  readonly #tables: OutcomeTables;
  // agenda ids: targets, then waves (somebody answers), then the next edge of a window, then those of the people
  readonly #firstWave: number;
  readonly #edgeId: number;
  readonly #firstWaker: number;
  /** By cluster: when its window opened last, ms since the begin. */
  readonly #openedAt: Float64Array;
  readonly #eventsMax: number;
  readonly #out: number[] = [];
  #nextEdge = 0;
  /** Whether the target whose event was fed last has begun a step by it. */
  #began = false;
  #events = 0;
  #trace: Trace | null = null;
  #onBegin: Began | null = null;

  constructor(model: SimModel) {
    const { program, plan, laws, beginMs, endMs } = model;
    this.#model = model;
    this.#program = program;
    this.#opening = openingFeed(model);
    this.#opened = openedState(model, this.#opening);
    this.#state = createState(program);
    this.#edges = windowEdges(plan, program, beginMs);
    this.#waveKeys = Int32Array.from(program.waves, ({ id }) => keyOf(`wave ${id}`));
    const n = program.targets.length;
    this.#firstWave = n;
    this.#edgeId = n + program.waves.length;
    this.#firstWaker = this.#edgeId + 1;
    this.#agenda = new Agenda(this.#firstWaker + People.wakers(plan, laws), endMs - beginMs, warmer(model, this.#state));
    this.#openedAt = new Float64Array(program.clusters.length);
    this.#chance = new Chance(model.seed, program, laws);
    this.#attempts = new Attempts(model, this.#state, this.#chance, this.#openedAt);
    this.#people = new People(plan, laws, n, this.#agenda, this.#firstWaker, beginMs);
    this.#tally = new Tally(model, this.#state);
    this.#tables = outcomeTables(model);
    this.#eventsMax = eventsMax(program, this.#edges.length);
  }

  run(scenario: number, { trace, began, from }: RunOptions = {}): ScenarioResult {
    this.#reset(scenario);
    this.#trace = trace ?? null;
    this.#onBegin = began ?? null;
    if (from) this.#takeUp(from);
    else this.#begin(trace);
    this.#windows();
    for (let id = this.#agenda.next(); id >= 0; id = this.#agenda.next()) this.#happen(id);
    return outcomeOf(this.#tables, this.#state, this.#tally, this.#events);
  }

  #begin(trace: Trace | undefined): void {
    for (const [target, event] of this.#opening) trace?.(this.#model.beginMs, target, event, target < 0 ? -1 : 0, 0);
    this.#feedRun(EVENT.begin, -1);
  }

  #takeUp(present: Present): void {
    copyState(present.state, this.#state);
    // Nothing else is pending: this is how the clock comes to where the run stands.
    this.#agenda.add(this.#edgeId, Math.max(0, Math.round(present.nowMs - this.#model.beginMs)), EVENT.window);
    this.#agenda.next();
    const { now } = this.#agenda;
    this.#skipEdges(now);
    takeUp(present, {
      program: this.#program,
      state: this.#state,
      attempts: this.#attempts,
      crews: this.#model.plan.policy.crew,
      tally: this.#tally,
      now,
      goOn: (target) => this.#put(target, this.#attempts.ending, this.#attempts.takesMs),
      soak: (target, restMs) => this.#soakFor(target, restMs),
      callPeople: (target) => this.#callPeople(target),
      ask: (wave, waveState) => this.#ask(wave, waveState),
      feed: (target, event) => (target < 0 ? this.#feedRun(event, -1) : this.#feedTarget(target, event)),
    });
  }

  /** What opened and closed up to now is in the state. */
  #skipEdges(now: number): void {
    for (let edge = this.#edges[this.#nextEdge]; edge; edge = this.#edges[this.#nextEdge]) {
      const at = edge.atMs - this.#model.beginMs;
      if (at > now) return;
      if (edge.open) this.#openedAt[edge.cluster] = at;
      this.#nextEdge++;
    }
  }

  #reset(scenario: number): void {
    copyState(this.#opened, this.#state);
    this.#agenda.reset();
    this.#chance.reset(scenario);
    this.#attempts.reset(scenario);
    this.#people.reset();
    this.#tally.reset();
    this.#openedAt.fill(0);
    this.#out.length = 0;
    this.#nextEdge = 0;
    this.#events = 0;
  }

  #happen(id: number): void {
    if (id < this.#firstWave) this.#feedTarget(id, this.#agenda.event);
    else if (id < this.#edgeId) this.#feedRun(EVENT.approve, id - this.#firstWave);
    else if (id === this.#edgeId) this.#windows();
    else this.#people.wake(id);
  }

  #feedTarget(target: number, event: number): void {
    if (event === EVENT.fixed || event === EVENT.retry) {
      this.#people.done(target);
      this.#attempts.troubles.mended(target, this.#agenda.now);
    }
    this.#began = false;
    this.#feed(target, event, -1);
    if (!this.#began) this.#tally.stopped(target, this.#agenda.now);
  }

  #feedRun(event: number, arg: number): void {
    this.#feed(-1, event, arg);
    this.#tally.lined(this.#agenda.now);
  }

  /** Feeds one event and obeys what it sets off. */
  #feed(target: number, event: number, arg: number): void {
    if (++this.#events > this.#eventsMax) throw new PitstopBugError(`a rehearsal does not end: ${this.#events} events`);
    if (this.#trace !== null) this.#tell(this.#trace, target, event, arg);
    const out = this.#out;
    advance(this.#program, this.#state, target, event, arg, out);
    let waves = false;
    for (let at = 0; at < out.length; at += 3) {
      const command = out[at] as number;
      if (command === COMMAND.start) this.#start(out[at + 1] as number, out[at + 2] as number, target);
      else {
        this.#obey(command, out[at + 1] as number, out[at + 2] as number);
        waves ||= command === COMMAND.wave;
      }
    }
    // Setting the length to nothing would have the array grow anew at every event.
    if (out.length > COMMANDS_MAX) out.length = 0;
    while (out.length > 0) out.pop();
    if (waves) this.#tally.lined(this.#agenda.now);
  }

  #tell(trace: Trace, target: number, event: number, arg: number): void {
    const { step, attempt } = this.#state;
    const at = this.#model.beginMs + this.#agenda.now;
    if (target < 0) trace(at, target, event, arg, 0);
    else trace(at, target, event, step[target] as number, attempt[target] as number);
  }

  #obey(command: number, subject: number, detail: number): void {
    switch (command) {
      case COMMAND.returned:
        this.#soak(subject);
        break;
      case COMMAND.failed:
        this.#tally.failed(subject);
        this.#attempts.fell(subject, this.#agenda.now);
        break;
      case COMMAND.straggling:
        this.#callPeople(subject);
        break;
      case COMMAND.wave:
        this.#ask(subject, detail);
        break;
      default:
    }
  }

  /** `fed`: whose event it was that set it off. */
  #start(target: number, step: number, fed: number): void {
    const { now } = this.#agenda;
    this.#tally.began(target, step, now);
    if (this.#onBegin !== null) this.#onBegin(this.#model.beginMs + now, target, step);
    if (target === fed) this.#began = true;
    else this.#tally.waited(target, step, now, this.#openedAt[this.#program.clusterOf[target] as number] as number);
    this.#attempts.judge(target, step, now);
    this.#put(target, this.#attempts.ending, this.#attempts.takesMs);
  }

  #soak(target: number): void {
    this.#tally.returned(target, this.#agenda.now);
    this.#soakFor(target, soakMsOf(this.#program, target));
  }

  #soakFor(target: number, restMs: number): void {
    const { now } = this.#agenda;
    const faultAt = this.#attempts.troubles.strikeBefore(target, now, now + restMs);
    if (faultAt < 0) this.#put(target, EVENT.soakPassed, restMs);
    else this.#put(target, EVENT.soakFailed, faultAt - now);
  }

  /** Nothing automatic is left. Trouble that is over by itself is over then; for the rest somebody has to go there. */
  #callPeople(target: number): void {
    const { troubles } = this.#attempts;
    if (troubles.isLost(target)) return;
    const { byTries, crew, part } = troubles.wayOf(target);
    const word = this.#wordOfPeople(target);
    if (byTries) this.#agenda.add(target, Math.max(this.#agenda.now, troubles.overAt(target)), word);
    else this.#people.call(target, { crew, part, takesMs: troubles.mopUpMs(target), word });
  }

  /**
   * What whoever mended it says: `fixed` where only looking is left, `retry` where the work itself is not yet done. A target that was
   * called fixed before it was changed would be given back unchanged.
   */
  #wordOfPeople(target: number): number {
    const failed = this.#state.failedStep[target] as number;
    const { first, conform } = this.#program.chains[this.#program.chainOf[target] as number] as Chain;
    const todo = boots(this.#program, failed) ? failed + 1 : failed;
    return failed >= first && todo < conform ? EVENT.retry : EVENT.fixed;
  }

  #ask(wave: number, waveState: number): void {
    const chance = this.#chance;
    const key = this.#waveKeys[wave] as number;
    if (waveState === ASKING) this.#agenda.add(this.#firstWave + wave, this.#agenda.now + chance.approvalMs(key), EVENT.approve);
    else if (waveState === HELD) this.#agenda.add(this.#firstWave + wave, this.#agenda.now + chance.gateReviewMs(key), EVENT.approve);
  }

  /** Opens and closes the windows whose moment has come, and puts the next edge on the agenda. */
  #windows(): void {
    const sinceBegin = (edge: WindowEdge): number => edge.atMs - this.#model.beginMs;
    for (let edge = this.#edges[this.#nextEdge]; edge; edge = this.#edges[this.#nextEdge]) {
      if (sinceBegin(edge) > this.#agenda.now) {
        this.#agenda.add(this.#edgeId, sinceBegin(edge), EVENT.window);
        return;
      }
      this.#nextEdge++;
      const { cluster, open } = edge;
      if (open) this.#openedAt[cluster] = this.#agenda.now;
      this.#feedRun(EVENT.window, cluster * 2 + (open ? 1 : 0));
      if (!open && this.#model.plan.policy.atWindowEnd === 'stop-and-return') this.#recall(cluster);
    }
  }

  #recall(cluster: number): void {
    const state = this.#state;
    for (const [target, of] of this.#program.clusterOf.entries()) {
      if (of !== cluster || NOT_RECALLED.has(state.stage[target] as number) || hasFlag(state, target, FLAG.recalled)) continue;
      this.#feedTarget(target, EVENT.recall);
    }
  }

  #put(target: number, event: number, afterMs: number): void {
    this.#agenda.add(target, this.#agenda.now + afterMs, event);
  }
}

/** More than any run can have: every attempt of every step in every episode of every target, and each wave and edge a few times. */
function eventsMax(program: Program, edges: number): number {
  const attempts = program.steps.reduce((sum, step) => sum + step.attempts + 1, 10);
  return 1_000 + program.targets.length * (EPISODES_MAX + 2) * attempts + 4 * program.waves.length + edges * (program.targets.length + 1);
}
