// What every checker is given: the history that was felt, the journal, and what the plan allows, with the few look-ups they share.
import type { JobsPolicy } from '../../src/core/change/policy.ts';
import type { Claim, StoredEntry } from '../../src/core/ports.ts';
import type { Program, ProgramStep } from '../../src/core/run/program.ts';
import type { Felt, History } from './history.ts';

export interface Violation {
  /** Kebab-case name of the rule. */
  readonly rule: string;
  readonly target: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly message: string;
}

/** How a node was left, as the scheduler itself showed it. */
export interface LastLook {
  readonly drain: Claim | null;
  readonly reservation: Claim | null;
}

export interface CheckInput {
  readonly run: string;
  readonly history: History;
  readonly entries: readonly StoredEntry[];
  readonly program: Program;
  readonly jobs: JobsPolicy;
  /** Whether the run has ended for good, so that what it left can be judged. */
  readonly finished: boolean;
  /** By node; needed where drains are not felt (testbed), believed over what was felt. */
  readonly last?: ReadonlyMap<string, LastLook>;
}

export class Evidence {
  readonly input: CheckInput;
  readonly #byTarget: Map<number, StoredEntry[]>;
  readonly #claims: Map<number, StoredEntry[]>;

  constructor(input: CheckInput) {
    this.input = input;
    const inOrder = input.entries.toSorted((a, b) => a.seq - b.seq);
    this.#byTarget = Map.groupBy(inOrder, ({ target }) => target);
    this.#claims = Map.groupBy(
      inOrder.filter(({ kind }) => kind === 'claim'),
      ({ shard }) => shard,
    );
  }

  get program(): Program {
    return this.input.program;
  }

  targetOf(node: string): number | null {
    return this.program.idOf.get(node) ?? null;
  }

  entriesOf(target: number | null): readonly StoredEntry[] {
    return target === null ? [] : (this.#byTarget.get(target) ?? []);
  }

  eventsOf(node: string): readonly Felt[] {
    return this.input.history.byNode.get(node) ?? [];
  }

  /** The claims in force on the target's shard at this moment: one, or several where it changed hands in the same millisecond. */
  claimsAt(target: number, at: number): readonly StoredEntry[] {
    const claims = (this.#claims.get(this.program.shardOf[target] as number) ?? []).filter((claim) => claim.at <= at);
    return claims.filter((_, index) => (claims[index + 1]?.at ?? at) === at);
  }

  claimsWithin(target: number, from: number, to: number): number {
    const claims = this.#claims.get(this.program.shardOf[target] as number) ?? [];
    return claims.filter((claim) => claim.at > from && claim.at <= to).length;
  }

  step(id: number): ProgramStep | null {
    return this.program.steps[id] ?? null;
  }

  /** The step of this target that a key names, or that does such a thing where the driver hands no key on. */
  stepBehind(target: number, event: Felt): ProgramStep | null {
    const steps = this.program.steps.filter((step) => step.chain === this.program.chainOf[target]);
    const named = event.key?.split(/[@/]/)[0] === this.input.run ? (event.key.split('/')[1] ?? '') : null;
    if (named !== null) return steps.find((step) => step.name === named) ?? null;
    return steps.find((step) => doesWhat(step, event.what)) ?? null;
  }
}

/** Takes power or a running version away; a node that carries work must never feel it. */
export function isDestructive(event: Felt): boolean {
  return event.actor === 'pitstop' && ['apply', 'rollback', 'reboot', 'power-off'].includes(event.what);
}

/** A reboot that was asked for, whether the node obeyed or not. */
export function isReboot(event: Felt): boolean {
  return event.actor === 'pitstop' && ['reboot', 'reboot-ignored', 'power-off'].includes(event.what);
}

export function isRebootStep(step: ProgramStep | null): boolean {
  return step?.action.kind === 'do' && ['reboot', 'power-cycle', 'ac-cycle', 'power-off', 'reset'].includes(step.action.act);
}

export function isReturnStep(step: ProgramStep | null): boolean {
  return step?.action.kind === 'do' && step.action.act === 'return';
}

export function isDrainStep(step: ProgramStep | null): boolean {
  return step?.action.kind === 'do' && step.action.act === 'drain';
}

function doesWhat(step: ProgramStep, what: string): boolean {
  if (what === 'reboot' || what === 'reboot-ignored') return isRebootStep(step);
  return step.action.kind === 'run' && (step.action.argv[0] ?? '').split('/').at(-1)?.includes(what) === true;
}
