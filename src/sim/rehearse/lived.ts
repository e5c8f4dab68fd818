// One scenario as its targets lived through it: when each was staged, taken in, first changed, and back. The rows of a rehearsal hold only
// sums; whoever wants to name waves, or one customer's nodes, looks here.
import { soakMsOf } from '../../core/run/soaks.ts';
import { ENTRY_KINDS } from '../../core/ports.ts';
import { must } from '../../std/assert.ts';
import { createExactEngine } from '../exact/engine.ts';
import type { SimModel } from '../model.ts';

/** Unix ms by target of the program; Infinity: it did not happen within the horizon. */
export interface Lived {
  /** The first drain of a node, or the first act where the plan drains none: what the marks of a rehearsal count from. */
  readonly zeroMs: number;
  /** The first early step begins; the last one is done. */
  readonly stagingMs: Float64Array;
  readonly stagedMs: Float64Array;
  /** It enters the work: its drain, or its first step that is not early. */
  readonly enteredMs: Float64Array;
  /** Its first destructive step begins. */
  readonly changedMs: Float64Array;
  /** Returned, and confirmed by the soak. */
  readonly backMs: Float64Array;
  /** 1: it left the happy path. */
  readonly fell: Uint8Array;
  /** Waves that a gate held until somebody had looked. */
  readonly held: number;
}

const KIND = {
  done: ENTRY_KINDS.indexOf('done'),
  approve: ENTRY_KINDS.indexOf('approve'),
  fixed: ENTRY_KINDS.indexOf('fixed'),
  retry: ENTRY_KINDS.indexOf('retry'),
  soakPassed: ENTRY_KINDS.indexOf('soak-passed'),
  soakFailed: ENTRY_KINDS.indexOf('soak-failed'),
} as const;

/** The exact engine, watched. The same arrays are filled again by every scenario. */
export function createWitness(model: SimModel): (scenario: number) => Lived {
  const engine = createExactEngine(model);
  const note = new Note(model);
  return (scenario) => {
    note.reset();
    engine.run(scenario, {
      trace: (atMs, target, kind, step) => note.fed(atMs, target, kind, step),
      began: (atMs, target, step) => note.began(atMs, target, step),
    });
    return note;
  };
}

/** By step: time zero is counted from the first of them that begins. */
export function firstActs({ program, counted }: SimModel): readonly boolean[] {
  const { steps, chains, chainOf } = program;
  const drains = counted.some((target) => (chains[chainOf[target] as number]?.drain ?? -1) >= 0);
  return steps.map(({ id, chain }) => {
    const { drain, entry } = must(chains[chain], 'a chain');
    return id === (drains ? drain : entry);
  });
}

class Note implements Lived {
  zeroMs = Infinity;
  held = 0;
  readonly stagingMs: Float64Array;
  readonly stagedMs: Float64Array;
  readonly enteredMs: Float64Array;
  readonly changedMs: Float64Array;
  readonly backMs: Float64Array;
  readonly fell: Uint8Array;
  readonly #model: SimModel;
  /** By step: it begins the work; it begins what time zero is counted from; it is on the way back or a try of the mop-up. */
  readonly #isEntry: readonly boolean[];
  readonly #isFirstAct: readonly boolean[];
  readonly #isOff: readonly boolean[];

  constructor(model: SimModel) {
    const { steps, targets, chains } = model.program;
    const ofStep = (test: (id: number, chain: (typeof chains)[number]) => boolean): boolean[] =>
      steps.map(({ id, chain }) => test(id, must(chains[chain], 'a chain')));
    this.#model = model;
    this.#isEntry = ofStep((id, chain) => id === chain.entry);
    this.#isFirstAct = firstActs(model);
    this.#isOff = ofStep((id, chain) => id >= chain.end);
    const times = (): Float64Array => new Float64Array(targets.length);
    [this.stagingMs, this.stagedMs, this.enteredMs] = [times(), times(), times()];
    [this.changedMs, this.backMs] = [times(), times()];
    this.fell = new Uint8Array(targets.length);
  }

  reset(): void {
    this.zeroMs = Infinity;
    this.held = 0;
    for (const times of [this.stagingMs, this.stagedMs, this.enteredMs, this.changedMs, this.backMs]) times.fill(Infinity);
    this.fell.fill(0);
  }

  began(atMs: number, target: number, step: number): void {
    const { early, destructive } = must(this.#model.program.steps[step], 'a step');
    if (this.#isOff[step]) this.fell[target] = 1;
    if (early) this.stagingMs[target] = Math.min(atMs, this.stagingMs[target] as number);
    if (destructive) this.changedMs[target] = Math.min(atMs, this.changedMs[target] as number);
    if (this.#isEntry[step]) this.enteredMs[target] = Math.min(atMs, this.enteredMs[target] as number);
    if (this.#isFirstAct[step]) this.zeroMs = Math.min(atMs, this.zeroMs);
  }

  /** `step`: where the target stands; of the run as a whole, the event's argument. */
  fed(atMs: number, target: number, kind: number, step: number): void {
    const { program } = this.#model;
    if (kind === KIND.done && program.steps[step]?.early) this.stagedMs[target] = atMs;
    else if (kind === KIND.soakPassed) this.backMs[target] = atMs - soakMsOf(program, target);
    else if (kind === KIND.fixed || kind === KIND.retry || kind === KIND.soakFailed) this.fell[target] = 1;
    // A wave that asks is opened by an approval; any other is approved only after its gate has held it.
    else if (kind === KIND.approve && target < 0 && !program.waves[step]?.asks) this.held++;
  }
}
