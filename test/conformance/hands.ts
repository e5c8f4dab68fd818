// What the conformance suites have in common: opening a world, asking its driver, and looking until something holds.
import { afterAll, beforeAll, expect } from 'vitest';
import type { Act, ActRequest, Driver, Facts, Observation, Result } from '../../src/core/ports.ts';
import { sleep, type Clock } from '../../src/std/clock.ts';

export interface DriverWorld {
  readonly driver: Driver;
  readonly clock: Clock;
}

export interface NodesWorld extends DriverWorld {
  readonly nodes: readonly string[];
}

export interface Patience {
  readonly waitMs: number;
  readonly everyMs: number;
}

/** Opens the world before the tests of this `describe`, closes its driver and stops it after them. */
export function openedWorld<World extends DriverWorld & { stop(): Promise<void> }>(open: () => Promise<World>): () => World {
  let world: World | null = null;
  beforeAll(async () => {
    world = await open();
  });
  afterAll(async () => {
    await world?.driver.close();
    await world?.stop();
  });
  return () => {
    if (!world) throw new Error('the world is not open');
    return world;
  };
}

/** One act on one target, with this key and so much time. */
export async function actOn({ driver, clock }: DriverWorld, act: Act, target: string, key: string, callMs: number): Promise<Result> {
  const results = await driver.act({ act, targets: [target], key, deadline: clock.now() + callMs }, live());
  expect(results.map((one) => one.target)).toEqual([target]);
  return results[0] as Result;
}

/** A caller that is gone already: one result a target, and nothing is claimed. */
export async function expectNothingClaimed(driver: Driver, request: ActRequest): Promise<void> {
  const results = await driver.act(request, AbortSignal.abort());
  expect(results.map(({ target }) => target).toSorted()).toEqual(request.targets.toSorted());
  for (const { outcome } of results) expect(['refused', 'unknown']).toContain(outcome);
}

/** An unknown node has no facts, and says why, while the others have. */
export async function expectUnknownHasNoFacts({ driver, nodes }: NodesWorld): Promise<void> {
  const known = nodes[0] as string;
  const seen = await driver.observe(['no-such-node', known], live());
  expect(only(seen, 'no-such-node').facts).toBeNull();
  expect(only(seen, 'no-such-node').why).not.toBe('');
  expect(only(seen, known).facts).not.toBeNull();
}

/** The one observation of this target. */
export function only(seen: readonly Observation[], target: string): Observation {
  const found = seen.filter((one) => one.target === target);
  expect(found).toHaveLength(1);
  return found[0] as Observation;
}

export async function eventually(clock: Clock, what: string, patience: Patience, probe: () => Promise<boolean>): Promise<void> {
  const deadline = clock.now() + patience.waitMs;
  while (!(await probe())) {
    expect(clock.now(), `still waiting: ${what}`).toBeLessThan(deadline);
    await sleep(clock, patience.everyMs);
  }
}

/** Of a caller that never gives up. */
export function live(): AbortSignal {
  return new AbortController().signal;
}

/** A world of nodes with the few moves that all tests of its role make; `own`: facts of that role, else null. */
export class Hands<World extends NodesWorld, RoleAct extends Act, RoleFacts extends Facts> {
  readonly world: World;
  readonly #callMs: number;
  readonly #own: (facts: Facts | null) => RoleFacts | null;
  #keys = 0;

  /** `callMs`: of one act, and of one wait. */
  constructor(world: World, callMs: number, own: (facts: Facts | null) => RoleFacts | null) {
    this.world = world;
    this.#callMs = callMs;
    this.#own = own;
  }

  node(index: number): string {
    return this.world.nodes.at(index) ?? `no node ${index}`;
  }

  async act(act: RoleAct, targets: readonly string[], key = `conformance/${act.do}/${this.#keys++}`): Promise<Result[]> {
    const results = await this.world.driver.act({ act, targets, key, deadline: this.world.clock.now() + this.#callMs }, live());
    expect(results.map(({ target }) => target).sort()).toEqual([...targets].sort());
    return results;
  }

  async outcomes(act: RoleAct, targets: readonly string[]): Promise<{ [target: string]: string }> {
    return Object.fromEntries((await this.act(act, targets)).map(({ target, outcome }) => [target, outcome]));
  }

  async look(target: string): Promise<Observation> {
    const [observation] = await this.world.driver.observe([target], live());
    if (!observation) throw new Error(`no observation of ${target}`);
    return observation;
  }

  async facts(target: string): Promise<RoleFacts> {
    const { facts, why } = await this.look(target);
    const own = this.#own(facts);
    if (!own) throw new Error(`no facts of ${target}: ${why}`);
    return own;
  }

  /** Looks until `holds`; facts null is never it. */
  async until(target: string, what: string, holds: (facts: RoleFacts) => boolean): Promise<RoleFacts> {
    const deadline = this.world.clock.now() + this.#callMs;
    for (;;) {
      const { facts, why } = await this.look(target);
      const own = this.#own(facts);
      if (own && holds(own)) return own;
      if (this.world.clock.now() > deadline) throw new Error(`${target}: still not ${what}: ${why} ${JSON.stringify(facts)}`);
      await sleep(this.world.clock, 100);
    }
  }
}
