// Many targets ask one outside system the same thing at nearly the same time: what is asked while a call is under way goes out
// together in the next one, so a thousand nodes cost a folded call, not a thousand calls.
import type { ActRequest, Act, Driver, Observation, Result } from '../core/ports.ts';
import type { Clock } from '../std/clock.ts';

interface Batch<T> {
  readonly targets: Map<string, ((answer: T) => void)[]>;
  readonly call: (targets: readonly string[]) => Promise<readonly T[]>;
}

/** Gathers calls of one driver. Answers are matched to targets by name; a target without an answer gets `missing(target)`. */
export class Gatherer<T extends { readonly target: string }> {
  readonly #waiting = new Map<string, Batch<T>>();
  readonly #clock: Clock;
  readonly #missing: (target: string, why: string) => T;
  #busy = false;

  constructor(clock: Clock, missing: (target: string, why: string) => T) {
    this.#clock = clock;
    this.#missing = missing;
  }

  /** The answer for this target out of a call that begins after now. Requests with an equal key share a call. */
  ask(key: string, target: string, call: Batch<T>['call']): Promise<T> {
    return new Promise((resolve) => {
      const batch = this.#waiting.get(key) ?? { targets: new Map(), call };
      this.#waiting.set(key, batch);
      const asking = batch.targets.get(target);
      if (asking) asking.push(resolve);
      else batch.targets.set(target, [resolve]);
      if (!this.#busy) {
        this.#busy = true;
        this.#clock.after(0, () => void this.#pump());
      }
    });
  }

  async #pump(): Promise<void> {
    for (;;) {
      const next = this.#waiting.entries().next();
      if (next.done) break;
      const [key, batch] = next.value;
      this.#waiting.delete(key);
      await this.#send(batch);
    }
    this.#busy = false;
  }

  async #send(batch: Batch<T>): Promise<void> {
    const targets = [...batch.targets.keys()];
    let why = 'the driver gave no answer for it';
    const answers = new Map<string, T>();
    try {
      for (const answer of await batch.call(targets)) answers.set(answer.target, answer);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    for (const [target, resolves] of batch.targets) {
      for (const resolve of resolves) resolve(answers.get(target) ?? this.#missing(target, why));
    }
  }
}

/** Acts that take minutes on each target: in a folded call the quick would wait for the slow, and the next call for all of them. */
function isLong(act: Act): boolean {
  return act.do === 'run' || act.do === 'update' || act.do === 'push';
}

/** One driver as the runner uses it: single targets in, folded calls out where the system folds. */
export class Caller {
  readonly driver: Driver;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #looks: Gatherer<Observation>;
  readonly #acts: Gatherer<Result>;

  constructor(driver: Driver, clock: Clock, signal: AbortSignal) {
    this.driver = driver;
    this.#clock = clock;
    this.#signal = signal;
    this.#looks = new Gatherer<Observation>(clock, (target, why) => ({ target, at: clock.now(), facts: null, why }));
    this.#acts = new Gatherer<Result>(clock, (target, why) => ({ target, outcome: 'unknown', evidence: { why } }));
  }

  /** A look that begins after this call. */
  look(target: string): Promise<Observation> {
    if (this.driver.folds) return this.#looks.ask('look', target, (targets) => this.driver.observe(targets, this.#signal));
    return this.#single(target, () => this.driver.observe([target], this.#signal), {
      target,
      at: this.#clock.now(),
      facts: null,
      why: 'no answer',
    });
  }

  act(act: Act, target: string, key: string, deadline: number): Promise<Result> {
    const request = (targets: readonly string[]): ActRequest => ({ act, targets, key, deadline });
    if (this.driver.folds && !isLong(act))
      return this.#acts.ask(JSON.stringify(act), target, (targets) => this.driver.act(request(targets), this.#signal));
    return this.#single(target, () => this.driver.act(request([target]), this.#signal), {
      target,
      outcome: 'unknown',
      evidence: { why: 'no answer' },
    });
  }

  async #single<T extends { readonly target: string }>(target: string, call: () => Promise<readonly T[]>, missing: T): Promise<T> {
    try {
      return (await call()).find((answer) => answer.target === target) ?? missing;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return 'evidence' in missing ? { ...missing, evidence: { why } } : { ...missing, why };
    }
  }
}
