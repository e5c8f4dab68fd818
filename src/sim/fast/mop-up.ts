// The mop-up of the full fleet: every straggler goes through the machine's own tries, the lines for parts and crews with all their places,
// and the steps that are left. Nothing here is scaled; the rules are those of core/run/mop-up.ts and of the exact engine's attempts.
import { nodeStateCode } from '../../core/run/states.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Chain, ProgramStep } from '../../core/run/program.ts';
import { must } from '../../std/assert.ts';
import { Agenda } from '../exact/agenda.ts';
import { People } from '../exact/people.ts';
import { ATTEMPTS_AN_EPISODE, EPISODES_MAX } from '../exact/troubles.ts';
import type { WayLaw } from '../laws/plan-laws.ts';
import type { SimModel } from '../model.ts';
import type { FallenTable } from './fallen.ts';

const REBOOTING = nodeStateCode('rebooting');
const NEVER = Infinity;
const CALLED = 0;
const MENDED = 1;

export class MopUp {
  readonly #full: Plan;
  readonly #model: SimModel;
  readonly #spanMs: number;
  #agenda: Agenda;
  #people: People;
  // by straggler
  #backAt = new Float64Array(0);
  #episode = new Uint8Array(0);
  /** Where it fell last. */
  #step = new Int32Array(0);
  #way = new Int16Array(0);
  #mopUpMs = new Float64Array(0);

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
    this.#backAt.fill(NEVER);
    this.#episode.fill(0);
    for (let at = 0; at < count; at++) {
      this.#way[at] = fallen.chance.way(fallen.who[at] as number, 0);
      this.#fall(fallen, at, fallen.step[at] as number, fallen.fellAt[at] as number);
    }
    const firstWaker = this.#backAt.length;
    for (let id = this.#agenda.next(); id >= 0; id = this.#agenda.next()) {
      if (id >= firstWaker) this.#people.wake(id);
      else if (this.#agenda.event === CALLED) this.#call(fallen, id);
      else this.#mended(fallen, id);
    }
    return this.#backAt;
  }

  /** Off the happy path: the machine's tries, one after the other, and then, where they are not what helps, people. */
  #fall(fallen: FallenTable, at: number, step: number, fellAt: number): void {
    const episode = (this.#episode[at] as number) + 1;
    if (episode > EPISODES_MAX || fellAt > this.#spanMs) return;
    this.#episode[at] = episode;
    this.#step[at] = step;
    const who = fallen.who[at] as number;
    const chain = this.#chain(fallen.chainOf(who));
    const failed = this.#stepOf(step);
    const mopUpMs = fallen.chance.mopUpMs(who, this.#way[at] as number, episode);
    this.#mopUpMs[at] = mopUpMs;
    const { byTries } = this.#wayOf(fallen, at);
    const until = byTries ? fellAt + mopUpMs : NEVER;
    const tries = this.#wasChanged(chain, failed) ? chain.mopUpEnd : chain.mopUp;
    let now = fellAt;
    for (let id = chain.mopUp; id < tries && now <= this.#spanMs; id++) {
      const timeoutMs = this.#timeoutMs(id);
      const takesMs = this.#tryMs(fallen, at, id, until - now);
      now += Math.min(takesMs, timeoutMs);
      if (takesMs > timeoutMs) continue;
      const next = failed.to === REBOOTING ? step + 1 : step;
      if (now >= until || next !== step) return this.#goOn(fallen, at, next, now);
      // The trouble lasts, so the step that failed fails again.
      now += this.#failingMs(fallen, at, failed);
    }
    if (byTries) this.#goOn(fallen, at, this.#resumeStep(chain, failed), Math.max(now, until));
    // First come, first served: the agenda brings them in the order of their calls.
    else this.#agenda.add(at, now, CALLED);
  }

  /** `leftMs`: until the trouble is over by itself. A boot that had failed does not come up from another one. */
  #tryMs({ chance, who }: FallenTable, at: number, step: number, leftMs: number): number {
    if (leftMs > 0 && leftMs < NEVER) return leftMs;
    const hangs = leftMs > 0 && this.#stepOf(this.#step[at] as number).to === REBOOTING && this.#timeoutMs(step) < NEVER;
    return hangs ? NEVER : chance.takesMs(who[at] as number, step, this.#attempt(at, 1));
  }

  #failingMs({ chance, who }: FallenTable, at: number, { id, attempts }: ProgramStep): number {
    let ms = 0;
    for (let i = 1; i <= attempts; i++) ms += Math.min(this.#timeoutMs(id), chance.takesMs(who[at] as number, id, this.#attempt(at, i)));
    return ms;
  }

  #call(fallen: FallenTable, at: number): void {
    const { crew, part } = this.#wayOf(fallen, at);
    this.#people.call(at, { crew, part, takesMs: this.#mopUpMs[at] as number, word: MENDED });
  }

  #mended(fallen: FallenTable, at: number): void {
    this.#people.done(at);
    const chain = this.#chain(fallen.chainOf(fallen.who[at] as number));
    this.#goOn(fallen, at, this.#resumeStep(chain, this.#stepOf(this.#step[at] as number)), this.#agenda.now);
  }

  /** The steps that are left, without a wait, since by then hardly anybody else is at them; until it is back, or falls again. */
  #goOn(fallen: FallenTable, at: number, from: number, since: number): void {
    const who = fallen.who[at] as number;
    const { end } = this.#chain(fallen.chainOf(who));
    let now = since;
    for (let step = from; step < end; step++) {
      const { attempts, timeoutMs } = this.#stepOf(step);
      for (let i = 1; ; i++) {
        const attempt = this.#attempt(at, i);
        const takesMs = fallen.chance.takesMs(who, step, attempt);
        if (timeoutMs !== null && takesMs > timeoutMs) return this.#fall(fallen, at, step, now + timeoutMs);
        now += takesMs;
        // What it fell off at has been mended.
        if (step === this.#step[at] || !fallen.chance.fails(who, step, attempt)) break;
        if (i === attempts) return this.#fall(fallen, at, step, now);
      }
    }
    if (now <= this.#spanMs) this.#backAt[at] = now;
  }

  /** Where it goes on once people have been there: work that is not yet done is done again, the rest is looked at. */
  #resumeStep(chain: Chain, { id, to }: ProgramStep): number {
    const todo = to === REBOOTING ? id + 1 : id;
    if (todo < chain.conform) return id;
    return id >= chain.entry ? chain.conform : chain.entry;
  }

  /** Only what a destructive step has touched is booted without asking. */
  #wasChanged(chain: Chain, failed: ProgramStep): boolean {
    for (let step = chain.entry; step <= failed.id; step++) if (this.#stepOf(step).destructive) return true;
    return false;
  }

  /** Draws of one episode never come again in another one. */
  #attempt(at: number, attempt: number): number {
    return attempt + ATTEMPTS_AN_EPISODE * (this.#episode[at] as number);
  }

  #wayOf(fallen: FallenTable, at: number): WayLaw {
    const { laws } = this.#model;
    return must(laws.chains[fallen.chainOf(fallen.who[at] as number)]?.ways[this.#way[at] as number], 'a way');
  }

  #chain(chain: number): Chain {
    return must(this.#model.program.chains[chain], 'a chain');
  }

  #stepOf(step: number): ProgramStep {
    return must(this.#model.program.steps[step], 'a step');
  }

  #timeoutMs(step: number): number {
    return this.#stepOf(step).timeoutMs ?? NEVER;
  }

  #tables(size: number): [Agenda, People] {
    const { laws, beginMs } = this.#model;
    this.#backAt = new Float64Array(size);
    this.#episode = new Uint8Array(size);
    this.#step = new Int32Array(size);
    this.#way = new Int16Array(size);
    this.#mopUpMs = new Float64Array(size);
    const agenda = new Agenda(size + People.wakers(this.#full, laws), this.#spanMs);
    return [agenda, new People(this.#full, laws, size, agenda, size, beginMs)];
  }
}
