// What the twin's drivers share behind core's driver port: the world and its calls, what they are by default, and how they say no.
import type { Finding } from '../../core/finding.ts';
import type { ActRequest, Driver, Observation, Outcome, Result, Role } from '../../core/ports.ts';
import type { Calls } from './calls.ts';
import { describeAct } from './describe-act.ts';
import { nodeOf, type World } from './world.ts';

export abstract class TwinDriver implements Driver {
  abstract readonly name: string;
  abstract readonly roles: readonly Role[];
  abstract readonly folds: boolean;
  protected readonly world: World;
  protected readonly calls: Calls;

  constructor(world: World, calls: Calls) {
    this.world = world;
    this.calls = calls;
  }

  abstract observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]>;

  abstract act(request: ActRequest, signal: AbortSignal): Promise<Result[]>;

  describe(request: ActRequest): readonly string[] {
    return [describeAct(this.name, request)];
  }

  /** Names the targets that are no nodes of the twin. */
  async diagnose(targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    return targets
      .filter((target) => !nodeOf(this.world, target))
      .map((target) => ({ severity: 'error', target, rule: 'node-unknown', message: unknownNode(target) }));
  }

  waitingFor(): readonly string[] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What a call says whose caller no longer waits. */
export const GIVEN_UP = 'given up';

export const unknownNode = (target: string): string => `the twin has no node ${target}`;

export const unseen = (target: string, at: number, why: string): Observation => ({ target, at, facts: null, why });

export const refused = (target: string, why: string): Result => answer(target, 'refused', why);

export const unknown = (target: string, why: string): Result => answer(target, 'unknown', why);

/** The same answer for every target. */
export function answerAll(targets: readonly string[], outcome: Outcome, why: string): Result[] {
  return targets.map((target) => answer(target, outcome, why));
}

const answer = (target: string, outcome: Outcome, why: string): Result => ({ target, outcome, evidence: { why } });
