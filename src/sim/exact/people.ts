// Who mends what the machine could not: crews with places and shifts, parts with a stock and arrivals, each with a line, first come first served.
import type { Plan } from '../../core/plan/plan.ts';
import type { PlanLaws } from '../laws/plan-laws.ts';
import type { Agenda } from './agenda.ts';

interface Crew {
  readonly name: string;
  readonly count: number;
  /** From, to, from, to, ... in ms since the begin, rising; null: at all hours. */
  readonly shifts: Float64Array | null;
}

interface Part {
  readonly name: string;
  readonly onSite: number;
  /** Moments (ms since the begin) of arriving parts, one each, rising. */
  readonly arrivals: Float64Array;
}

interface Call {
  /** null: one that is not counted. */
  readonly crew: string | null;
  readonly part: string | null;
  readonly takesMs: number;
  /** The event that says it is done. */
  readonly word: number;
}

const MINUTE_MS = 60_000;
const NOBODY = -1;

/**
 * A target first waits for its part and then, part in hand, for a place in its crew. A crew takes new work during its shifts only, and
 * finishes what it has begun: nobody leaves a node half open. A part or a crew that the policy does not count is at hand.
 */
export class People {
  readonly #agenda: Agenda;
  readonly #firstId: number;
  readonly #crews: readonly Crew[];
  readonly #parts: readonly Part[];
  // by crew
  readonly #free: Int32Array;
  /** Index into the shifts: edges that are past. */
  readonly #edges: Int32Array;
  // by part
  readonly #stock: Int32Array;
  readonly #arrived: Int32Array;
  /** By waker (crews, then parts): 1 while it is on the agenda. */
  readonly #woken: Uint8Array;
  // by line (crews, then parts), and through the targets
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #next: Int32Array;
  // by target
  readonly #crewOf: Int16Array;
  readonly #takesMs: Float64Array;
  readonly #words: Uint8Array;

  /** Agenda ids from `firstId` on are its own, `wakers` many; a target's own id stands for the end of the work on it. */
  constructor(plan: Plan, laws: PlanLaws, targets: number, agenda: Agenda, firstId: number, beginMs: number) {
    this.#agenda = agenda;
    this.#firstId = firstId;
    this.#crews = crewsOf(plan, laws, beginMs);
    this.#parts = partsOf(plan, laws, beginMs);
    const lines = this.#crews.length + this.#parts.length;
    this.#free = new Int32Array(this.#crews.length);
    this.#edges = new Int32Array(this.#crews.length);
    this.#stock = new Int32Array(this.#parts.length);
    this.#arrived = new Int32Array(this.#parts.length);
    this.#woken = new Uint8Array(lines);
    this.#head = new Int32Array(lines);
    this.#tail = new Int32Array(lines);
    this.#next = new Int32Array(targets);
    this.#crewOf = new Int16Array(targets);
    this.#takesMs = new Float64Array(targets);
    this.#words = new Uint8Array(targets);
  }

  /** How many agenda ids crews and parts of the plan need. */
  static wakers(plan: Plan, laws: PlanLaws): number {
    return crewsOf(plan, laws, 0).length + partsOf(plan, laws, 0).length;
  }

  reset(): void {
    for (const [crew, { count }] of this.#crews.entries()) this.#free[crew] = count;
    for (const [part, { onSite }] of this.#parts.entries()) this.#stock[part] = onSite;
    this.#edges.fill(0);
    this.#arrived.fill(0);
    this.#woken.fill(0);
    this.#head.fill(NOBODY);
    this.#tail.fill(NOBODY);
    this.#crewOf.fill(NOBODY);
  }

  /** Somebody is to mend the target; its agenda id comes up with `word` when that is done. */
  call(target: number, { crew, part, takesMs, word }: Call): void {
    this.#takesMs[target] = takesMs;
    this.#words[target] = word;
    this.#crewOf[target] = this.#crews.findIndex(({ name }) => name === crew);
    const wanted = this.#parts.findIndex(({ name }) => name === part);
    if (wanted < 0) this.#askCrew(target);
    else {
      this.#join(this.#crews.length + wanted, target);
      this.#handOut(wanted);
    }
  }

  /** The work on the target is done: whoever did it is free again. */
  done(target: number): void {
    const crew = this.#crewOf[target] as number;
    this.#crewOf[target] = NOBODY;
    if (crew < 0) return;
    this.#free[crew] = (this.#free[crew] as number) + 1;
    this.#beginWork(crew);
  }

  /** One of its own agenda ids has come up: a shift begins, or a part arrives. */
  wake(id: number): void {
    const waker = id - this.#firstId;
    this.#woken[waker] = 0;
    if (waker < this.#crews.length) this.#beginWork(waker);
    else this.#handOut(waker - this.#crews.length);
  }

  #askCrew(target: number): void {
    const crew = this.#crewOf[target] as number;
    if (crew < 0) this.#work(target);
    else {
      this.#join(crew, target);
      this.#beginWork(crew);
    }
  }

  #work(target: number): void {
    this.#agenda.add(target, this.#agenda.now + (this.#takesMs[target] as number), this.#words[target] as number);
  }

  #beginWork(crew: number): void {
    while ((this.#free[crew] as number) > 0 && (this.#head[crew] as number) >= 0) {
      if (!this.#onShift(crew)) return;
      const target = this.#leave(crew);
      this.#free[crew] = (this.#free[crew] as number) - 1;
      this.#work(target);
    }
  }

  /** Whether the crew is at work now; if not, it is woken when its next shift begins. After its last shift it never is. */
  #onShift(crew: number): boolean {
    const { shifts } = this.#crews[crew] as Crew;
    if (shifts === null) return true;
    let edge = this.#edges[crew] as number;
    while (edge < shifts.length && (shifts[edge] as number) <= this.#agenda.now) edge++;
    this.#edges[crew] = edge;
    const inside = edge % 2 === 1;
    if (!inside && edge < shifts.length) this.#wakeAt(crew, shifts[edge] as number);
    return inside;
  }

  #handOut(part: number): void {
    const { arrivals } = this.#parts[part] as Part;
    const line = this.#crews.length + part;
    let arrived = this.#arrived[part] as number;
    while (arrived < arrivals.length && (arrivals[arrived] as number) <= this.#agenda.now) {
      arrived++;
      this.#stock[part] = (this.#stock[part] as number) + 1;
    }
    this.#arrived[part] = arrived;
    while ((this.#stock[part] as number) > 0 && (this.#head[line] as number) >= 0) {
      this.#stock[part] = (this.#stock[part] as number) - 1;
      this.#askCrew(this.#leave(line));
    }
    if ((this.#head[line] as number) >= 0 && arrived < arrivals.length) this.#wakeAt(line, arrivals[arrived] as number);
  }

  #wakeAt(waker: number, at: number): void {
    if (this.#woken[waker] === 1) return;
    this.#woken[waker] = 1;
    this.#agenda.add(this.#firstId + waker, at, 0);
  }

  #join(line: number, target: number): void {
    const tail = this.#tail[line] as number;
    if (tail < 0) this.#head[line] = target;
    else this.#next[tail] = target;
    this.#tail[line] = target;
    this.#next[target] = NOBODY;
  }

  #leave(line: number): number {
    const target = this.#head[line] as number;
    const next = this.#next[target] as number;
    this.#head[line] = next;
    if (next < 0) this.#tail[line] = NOBODY;
    return target;
  }
}

function crewsOf(plan: Plan, laws: PlanLaws, beginMs: number): Crew[] {
  return named(laws, 'crew').flatMap((name): Crew[] => {
    const crew = plan.policy.crew[name];
    if (!crew) return [];
    const calendar = crew.shifts === null ? undefined : plan.calendars[`crew:${name}`];
    const shifts = calendar ? Float64Array.from(calendar.flat(), (min) => min * MINUTE_MS - beginMs) : null;
    return [{ name, count: crew.count, shifts }];
  });
}

function partsOf(plan: Plan, laws: PlanLaws, beginMs: number): Part[] {
  return named(laws, 'part').flatMap((name): Part[] => {
    const part = plan.policy.parts[name];
    if (!part) return [];
    const arrivals = part.arriving.flatMap(({ count, atMin }) => Array.from({ length: count }, () => atMin * MINUTE_MS - beginMs));
    return [{ name, onSite: part.onSite, arrivals: Float64Array.from(arrivals.toSorted((a, b) => a - b)) }];
  });
}

/** Each crew or part that some way of mop-up needs, once. */
function named(laws: PlanLaws, key: 'crew' | 'part'): string[] {
  return [...new Set(laws.chains.flatMap(({ ways }) => ways.flatMap((way) => way[key] ?? [])))];
}
