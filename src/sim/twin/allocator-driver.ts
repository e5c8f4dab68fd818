// The twin's allocator behind core's driver port: holds, placements, sessions, releases by customers.
import type { Act, ActRequest, Observation, Result } from '../../core/ports.ts';
import { nextCall } from './calls.ts';
import { allocatorFacts, tenancyOf } from './tenants.ts';
import { answerAll, GIVEN_UP, refused, TwinDriver, unknownNode, unseen } from './twin-driver.ts';
import { feel, nodeOf } from './world.ts';

type AllocatorAct = Extract<Act, { role: 'allocator' }>;

export class AllocatorDriver extends TwinDriver {
  readonly name = 'twin-allocator';
  readonly roles = ['allocator'] as const;
  readonly folds = true;

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const at = this.world.clock.now();
    const answered = await this.calls.wait(nextCall(this.world, 'allocator').beforeMs, signal);
    return targets.map((target): Observation => {
      const node = nodeOf(this.world, target);
      if (!answered || !node) return unseen(target, at, node ? GIVEN_UP : unknownNode(target));
      return { target, at, facts: allocatorFacts(this.world, node), why: '' };
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    if (act.role !== 'allocator') return answerAll(targets, 'refused', `the twin's allocator cannot do ${act.role} ${act.do}`);
    if (!(await this.calls.wait(nextCall(this.world, 'allocator').beforeMs, signal))) return answerAll(targets, 'unknown', GIVEN_UP);
    if (this.world.clock.now() > deadline) return answerAll(targets, 'refused', 'past its deadline');
    const changed: string[] = [];
    const results = targets.map((target) => this.#actOn(act, target, changed));
    if (changed.length > 0)
      feel(this.world, { what: act.do, node: '', nodes: changed, actor: 'pitstop', key, run: act.run, reason: act.why });
    return results;
  }

  #actOn({ do: what, run, why }: AllocatorAct, target: string, changed: string[]): Result {
    const node = nodeOf(this.world, target);
    if (!node) return refused(target, unknownNode(target));
    const tenancy = tenancyOf(this.world, node);
    const { hold } = tenancy;
    if (hold && hold.run !== run) return refused(target, `held by somebody else: ${hold.reason}`);
    const wanted = what === 'hold' ? { run, reason: `pitstop:${run} ${why}`.trimEnd() } : null;
    if (hold?.reason !== wanted?.reason) changed.push(target);
    tenancy.hold = wanted;
    return { target, outcome: 'done', evidence: {} };
  }
}
