// What of a run is worth telling others: its state, the gates' verdicts, stragglers, marks of the return. Made from its journal alone, a
// batch of entries at a time, since each look goes over all targets.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { Entry } from '../../core/ports.ts';
import type { Program } from '../../core/run/program.ts';
import { createChronicle, record, type Chronicle } from '../../core/run/chronicle.ts';
import type { RunState } from '../../core/run/states.ts';
import { statusOf, type RunStatus, type Straggler } from '../../core/run/status.ts';
import type { HookEventName } from '../../files/webhooks-file.ts';
import type { JsonObject } from '../../std/json.ts';

export interface Told {
  readonly event: HookEventName;
  /** Unix ms of the run's clock. */
  readonly at: number;
  readonly data: JsonObject;
}

/** What was told last. */
interface Before {
  readonly state: RunState | null;
  readonly acts: number;
  readonly waves: number;
  readonly stragglers: ReadonlyMap<string, Straggler>;
  readonly marks: ReadonlySet<string>;
}

export class RunTeller {
  readonly #program: Program;
  readonly #chronicle: Chronicle;
  /** Since the last call of `tell`. */
  readonly #approvals: Told[] = [];
  #before: Before = { state: null, acts: 0, waves: 0, stragglers: new Map(), marks: new Set() };

  constructor(program: Program) {
    this.#program = program;
    this.#chronicle = createChronicle(program);
  }

  get state(): RunState | null {
    return this.#before.state;
  }

  record(entry: Entry): void {
    record(this.#chronicle, entry);
    const { kind, at, step, note } = entry;
    if (kind !== 'approve') return;
    const gate = this.#program.waves[step]?.id ?? 'return';
    this.#approvals.push({ event: 'gate', at, data: { gate, verdict: 'approved', by: note?.by ?? '', why: note?.why ?? '' } });
  }

  /** All that is new since the last call, in this order: gates, stragglers, marks, state. */
  tell(): Told[] {
    const status = statusOf(this.#chronicle);
    const at = this.#chronicle.lastAt;
    const told = [...this.#gates(), ...this.#stragglers(status, at), ...this.#marks(status, at), ...this.#state(status, at)];
    const reached = Object.entries(status.marks).flatMap(([mark, minutes]) => (minutes === null ? [] : [mark]));
    this.#before = {
      state: status.state,
      acts: this.#chronicle.acts.length,
      waves: this.#chronicle.waves.length,
      stragglers: new Map(status.stragglers.map((one) => [one.target, one])),
      marks: new Set([...this.#before.marks, ...reached]),
    };
    return told;
  }

  #gates(): Told[] {
    const { acts, waves } = this.#chronicle;
    const verdicts = acts.slice(this.#before.acts).flatMap(({ kind, at, why, data }): Told[] => {
      if (kind === 'gate') return [{ event: 'gate', at, data }];
      return kind === 'gate-timeout' ? [{ event: 'gate', at, data: { gate: 'return', verdict: 'hold', why } }] : [];
    });
    const asked = waves.slice(this.#before.waves).flatMap(({ wave, state, at }): Told[] => {
      if (state !== 'asking') return [];
      return [{ event: 'gate', at, data: { gate: this.#program.waves[wave]?.id ?? '', verdict: 'asked' } }];
    });
    return [...verdicts, ...asked, ...this.#approvals.splice(0)].toSorted((x, y) => x.at - y.at);
  }

  /** Those with one cause in one event: a thousand nodes may fail at once. */
  #stragglers({ stragglers }: RunStatus, at: number): Told[] {
    const now = new Set(stragglers.map((one) => one.target));
    const news = stragglers.filter((one) => !this.#before.stragglers.has(one.target));
    const gone = [...this.#before.stragglers.values()].filter((one) => !now.has(one.target));
    return [...folded(news, 'straggling', at), ...folded(gone, 'over', at)];
  }

  #marks({ marks, returned, baseline }: RunStatus, at: number): Told[] {
    return Object.entries(marks).flatMap(([mark, minutes]): Told[] => {
      if (minutes === null || this.#before.marks.has(mark)) return [];
      return [{ event: 'returned', at, data: { percent: Number(mark), minutes: Math.round(minutes * 10) / 10, returned, baseline } }];
    });
  }

  #state({ state, heldBy, short, returned, baseline, returnNeed, stragglers }: RunStatus, at: number): Told[] {
    const { state: before } = this.#before;
    if (state === before) return [];
    const data = { state, before, heldBy, short, returned, baseline, returnNeed, stragglers: stragglers.length };
    return [{ event: 'run.state', at, data }];
  }
}

function folded(stragglers: readonly Straggler[], state: 'straggling' | 'over', at: number): Told[] {
  const groups = Map.groupBy(stragglers, ({ step, cause }) => JSON.stringify([step, cause]));
  return [...groups.values()].map((group) => {
    const { step, cause } = group[0] ?? { step: '', cause: '' };
    const targets = foldNames(group.map((one) => one.target));
    return { event: 'straggler', at, data: { state, targets, count: group.length, step, cause } };
  });
}
