// The mop-up of the full fleet: every straggler goes through the machine's own tries, the lines for parts and crews with all their places,
// and the steps that are left. Nothing here is scaled; the rules are those of core/run/mop-up.ts and of the exact engine's attempts.
import { nodeStateCode } from '../../core/run/states.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Chain, ProgramStep } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import { Agenda } from '../exact/agenda.ts';
import { People } from '../exact/people.ts';
import { ATTEMPTS_AN_EPISODE } from '../exact/troubles.ts';
import type { WayLaw } from '../laws/plan-laws.ts';
import type { SimModel } from '../model.ts';
import type { FallenTable } from './fallen.ts';

const REBOOTING = nodeStateCode('rebooting');
const EPISODE = 1;
const FIRST_ATTEMPT = 1 + ATTEMPTS_AN_EPISODE * EPISODE;
const NEVER = Infinity;
const NO_CALL = -1;
const CALLED = 0;
const MENDED = 1;

export class MopUp {
  readonly #full: Plan;
  readonly #model: SimModel;
  readonly #spanMs: number;
  #backAt = new Float64Array(0);
  #mopUpMs = new Float64Array(0);
  #ways = new Int16Array(0);
  #agenda: Agenda;
  #people: People;

  /** `full` has the crews and parts as they are, `model` the laws. */
  constructor(full: Plan, model: SimModel) {
    this.#full = full;
    this.#model = model;
    this.#spanMs = model.endMs - model.beginMs;
    [this.#agenda, this.#people] = this.#tables(0);
  }

  /** When each straggler is back, ms since the begin; Infinity: not within the horizon. Overwritten by the next call. */
  settle(fallen: FallenTable): Float64Array {
    const { count } = fallen;
    if (this.#backAt.length < count) [this.#agenda, this.#people] = this.#tables(Math.ceil(count * 1.5));
    this.#agenda.reset();
    this.#people.reset();
    // First come, first served: the agenda brings them in the order of their calls.
    for (let at = 0; at < count; at++) {
      const calledAt = this.#try(fallen, at);
      if (calledAt !== NO_CALL) this.#agenda.add(at, calledAt, CALLED);
    }
    const firstWaker = this.#backAt.length;
    for (let id = this.#agenda.next(); id >= 0; id = this.#agenda.next()) {
      if (id >= firstWaker) this.#people.wake(id);
      else if (this.#agenda.event === CALLED) this.#call(fallen, id);
      else this.#mended(fallen, id);
    }
    return this.#backAt;
  }

  /** The machine's tries, one after the other. The moment at which people are called then; -1: they are not wanted. */
  #try(fallen: FallenTable, at: number): number {
    const who = fallen.who[at] as number;
    const chain = this.#chain(fallen.chainOf(who));
    const failed = this.#step(fallen.step[at] as number);
    const wayIndex = fallen.chance.way(who, 0);
    const { byTries } = this.#way(fallen.chainOf(who), wayIndex);
    const mopUpMs = fallen.chance.mopUpMs(who, wayIndex, EPISODE);
    let now = fallen.fellAt[at] as number;
    const until = byTries ? now + mopUpMs : NEVER;
    this.#ways[at] = wayIndex;
    this.#mopUpMs[at] = mopUpMs;
    this.#backAt[at] = NEVER;
    const tries = this.#wasChanged(chain, failed) ? chain.mopUpEnd : chain.mopUp;
    for (let step = chain.mopUp; step < tries && now <= this.#spanMs; step++) {
      const takesMs = this.#tryMs(fallen, who, step, failed, until - now);
      const timeoutMs = this.#step(step).timeoutMs ?? NEVER;
      now += Math.min(takesMs, timeoutMs);
      if (takesMs > timeoutMs) continue;
      const next = failed.to === REBOOTING ? failed.id + 1 : failed.id;
      if (now >= until || next !== failed.id) {
        this.#comeBack(fallen, at, next, now);
        return NO_CALL;
      }
      // The trouble lasts, so the step that failed fails again.
      now += this.#failingMs(fallen, who, failed);
    }
    if (!byTries) return now;
    this.#comeBack(fallen, at, this.#lookStep(chain, failed), Math.max(now, until));
    return NO_CALL;
  }

  /** `leftMs`: until the trouble is over by itself. A boot that had failed does not come up from another one. */
  #tryMs({ chance }: FallenTable, who: number, step: number, failed: ProgramStep, leftMs: number): number {
    if (leftMs > 0 && leftMs < NEVER) return leftMs;
    const hangs = leftMs > 0 && failed.to === REBOOTING && this.#step(step).timeoutMs !== null;
    return hangs ? NEVER : chance.takesMs(who, step, FIRST_ATTEMPT);
  }

  #failingMs({ chance }: FallenTable, who: number, { id, attempts, timeoutMs }: ProgramStep): number {
    let ms = 0;
    for (let i = 0; i < attempts; i++) ms += Math.min(timeoutMs ?? NEVER, chance.takesMs(who, id, FIRST_ATTEMPT + i));
    return ms;
  }

  #call(fallen: FallenTable, at: number): void {
    const { crew, part } = this.#way(fallen.chainOf(fallen.who[at] as number), this.#ways[at] as number);
    this.#people.call(at, { crew, part, takesMs: this.#mopUpMs[at] as number, word: MENDED });
  }

  #mended(fallen: FallenTable, at: number): void {
    this.#people.done(at);
    const chain = this.#chain(fallen.chainOf(fallen.who[at] as number));
    this.#comeBack(fallen, at, this.#lookStep(chain, this.#step(fallen.step[at] as number)), this.#agenda.now);
  }

  /** The steps that are left, without a wait: by then hardly anybody else is at them. */
  #comeBack(fallen: FallenTable, at: number, from: number, now: number): void {
    const who = fallen.who[at] as number;
    const { end } = this.#chain(fallen.chainOf(who));
    let backAt = now;
    for (let step = from; step < end; step++) backAt += fallen.chance.takesMs(who, step, FIRST_ATTEMPT);
    this.#backAt[at] = backAt > this.#spanMs ? NEVER : backAt;
  }

  /** What was mended is looked at and validated; what was not even drained begins with that. */
  #lookStep(chain: Chain, failed: ProgramStep): number {
    return failed.id >= chain.entry ? chain.conform : chain.entry;
  }

  /** Only what a destructive step has touched is booted without asking. */
  #wasChanged(chain: Chain, failed: ProgramStep): boolean {
    for (let step = chain.entry; step <= failed.id; step++) if (this.#step(step).destructive) return true;
    return false;
  }

  #chain(chain: number): Chain {
    return must(this.#model.program.chains[chain], 'a chain');
  }

  #step(step: number): ProgramStep {
    return must(this.#model.program.steps[step], 'a step');
  }

  #way(chain: number, way: number): WayLaw {
    return must(this.#model.laws.chains[chain]?.ways[way], 'a way');
  }

  #tables(size: number): [Agenda, People] {
    const { laws, beginMs } = this.#model;
    this.#backAt = new Float64Array(size);
    this.#mopUpMs = new Float64Array(size);
    this.#ways = new Int16Array(size);
    const agenda = new Agenda(size + People.wakers(this.#full, laws), this.#spanMs);
    return [agenda, new People(this.#full, laws, size, agenda, size, beginMs)];
  }
}
