// The twin's allocator behind core's driver port: holds, placements, sessions, releases by customers.
import type { Finding } from '../../core/finding.ts';
import type { Act, ActRequest, Driver, Observation, Outcome, Result } from '../../core/ports.ts';
import { nextCall, type Calls } from './calls.ts';
import { describeAct } from './describe-act.ts';
import { allocatorFacts, tenancyOf } from './tenants.ts';
import { feel, nodeOf, type World } from './world.ts';

type AllocatorAct = Extract<Act, { role: 'allocator' }>;

export class AllocatorDriver implements Driver {
  readonly name = 'twin-allocator';
  readonly roles = ['allocator'] as const;
  readonly folds = true;
  readonly #world: World;
  readonly #calls: Calls;

  constructor(world: World, calls: Calls) {
    this.#world = world;
    this.#calls = calls;
  }

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const at = this.#world.clock.now();
    const answered = await this.#calls.wait(nextCall(this.#world, 'allocator').beforeMs, signal);
    return targets.map((target): Observation => {
      const node = nodeOf(this.#world, target);
      if (!answered || !node) return { target, at, facts: null, why: node ? 'given up' : unknownNode(target) };
      return { target, at, facts: allocatorFacts(this.#world, node), why: '' };
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const all = (outcome: Outcome, why: string): Result[] => targets.map((target) => ({ target, outcome, evidence: { why } }));
    if (act.role !== 'allocator') return all('refused', `the twin's allocator cannot do ${act.role} ${act.do}`);
    if (!(await this.#calls.wait(nextCall(this.#world, 'allocator').beforeMs, signal))) return all('unknown', 'given up');
    if (this.#world.clock.now() > deadline) return all('refused', 'past its deadline');
    const changed: string[] = [];
    const results = targets.map((target) => this.#actOn(act, target, changed));
    if (changed.length > 0)
      feel(this.#world, { what: act.do, node: '', nodes: changed, actor: 'pitstop', key, run: act.run, reason: act.why });
    return results;
  }

  describe(request: ActRequest): readonly string[] {
    return [describeAct(this.name, request)];
  }

  async diagnose(targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    return targets
      .filter((target) => !nodeOf(this.#world, target))
      .map((target) => ({ severity: 'error', target, rule: 'node-unknown', message: unknownNode(target) }));
  }

  waitingFor(): readonly string[] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #actOn({ do: what, run, why }: AllocatorAct, target: string, changed: string[]): Result {
    const node = nodeOf(this.#world, target);
    if (!node) return { target, outcome: 'refused', evidence: { why: unknownNode(target) } };
    const tenancy = tenancyOf(this.#world, node);
    const { hold } = tenancy;
    if (hold && hold.run !== run) return { target, outcome: 'refused', evidence: { why: `held by somebody else: ${hold.reason}` } };
    const wanted = what === 'hold' ? { run, reason: `pitstop:${run} ${why}`.trimEnd() } : null;
    if (hold?.reason !== wanted?.reason) changed.push(target);
    tenancy.hold = wanted;
    return { target, outcome: 'done', evidence: {} };
  }
}

const unknownNode = (target: string): string => `the twin has no node ${target}`;
