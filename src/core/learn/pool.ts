// What steps of one kind say of each other: a step that was never seen here is believed to be off its stated median as its kind is.
import type { StepKind } from './observations.ts';

export interface KindMember {
  readonly key: string;
  readonly kind: StepKind;
  /** Durations behind it. */
  readonly n: number;
  readonly logMedian: number;
  /** Log of the learned median by the stated one; null: none was stated. */
  readonly shift: number | null;
}

export interface Pooled {
  /** Log factor to move a stated median by; 0: the kind says nothing. */
  readonly shift: number;
  /** Mean log median (ms) of the kind, for a step of which nobody has stated anything; null: the kind was never seen. */
  readonly logMedian: number | null;
  /** Other steps behind it. */
  readonly steps: number;
}

/** A step with this many durations speaks with half of its voice. */
const HALF_VOICE = 5;
/** So many steps' voices move another step of the kind by half of their mean: components differ, and the stated medians of each. */
const HALF_SHIFT = 2;

/** Partial pooling: the kind's mean without the step itself, drawn to zero by n / (n + k). */
export function pooled(members: readonly KindMember[], kind: StepKind, key: string): Pooled {
  const others = members.filter((member) => member.kind === kind && member.key !== key);
  const [shifts, medians] = [new WeightedMean(), new WeightedMean()];
  for (const { n, shift, logMedian } of others) {
    const voice = n / (n + HALF_VOICE);
    if (shift !== null) shifts.add(shift, voice);
    medians.add(logMedian, voice);
  }
  return {
    shift: (shifts.mean ?? 0) * (shifts.weight / (shifts.weight + HALF_SHIFT)),
    logMedian: medians.mean,
    steps: others.length,
  };
}

class WeightedMean {
  weight = 0;
  #sum = 0;

  add(value: number, weight: number): void {
    this.weight += weight;
    this.#sum += weight * value;
  }

  get mean(): number | null {
    return this.weight > 0 ? this.#sum / this.weight : null;
  }
}
