// The twin's BMCs behind core's driver port: power, which works on dead nodes too.
import type { Finding } from '../../core/finding.ts';
import type { ActRequest, Driver, Observation, Result } from '../../core/ports.ts';
import { nextCall, type Calls } from './calls.ts';
import { describeAct } from './describe-act.ts';
import type { Commands } from './execution.ts';
import { powerCycle, powerOn } from './power.ts';
import { nodeOf, type World } from './world.ts';

export class BmcDriver implements Driver {
  readonly name = 'twin-bmc';
  readonly roles = ['bmc'] as const;
  readonly folds = false;
  readonly #world: World;
  readonly #calls: Calls;
  readonly #commands: Commands;

  constructor(world: World, calls: Calls, commands: Commands) {
    this.#world = world;
    this.#calls = calls;
    this.#commands = commands;
  }

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const at = this.#world.clock.now();
    const answered = await this.#calls.wait(nextCall(this.#world, 'bmc').beforeMs, signal);
    return targets.map((target): Observation => {
      const node = nodeOf(this.#world, target);
      if (!answered || !node) return { target, at, facts: null, why: node ? 'given up' : `the twin has no node ${target}` };
      return { target, at, facts: { role: 'bmc', power: node.phase === 'off' ? 'off' : 'on' }, why: '' };
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const answered = await this.#calls.wait(nextCall(this.#world, 'bmc').beforeMs, signal);
    return targets.map((target): Result => {
      const node = nodeOf(this.#world, target);
      const refuse = (why: string): Result => ({ target, outcome: 'refused', evidence: { why } });
      if (!answered) return { target, outcome: 'unknown', evidence: { why: 'given up' } };
      if (act.role !== 'bmc' || act.do === 'update') return refuse(`the twin's BMC cannot do ${act.role} ${act.do}`);
      if (!node) return refuse(`the twin has no node ${target}`);
      if (this.#world.clock.now() > deadline) return refuse('past its deadline');
      if (act.do === 'power-on') powerOn(this.#world, node, 'bmc');
      else powerCycle(this.#world, this.#commands, node, key, act.do === 'power-off');
      return { target, outcome: 'accepted', evidence: {} };
    });
  }

  describe(request: ActRequest): readonly string[] {
    return [describeAct(this.name, request)];
  }

  async diagnose(targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    return targets
      .filter((target) => !nodeOf(this.#world, target))
      .map((target) => ({ severity: 'error', target, rule: 'node-unknown', message: `the twin has no node ${target}` }));
  }

  waitingFor(): readonly string[] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
