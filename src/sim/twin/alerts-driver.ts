// The twin's alerts behind core's driver port: one silence a run, and what fires.
import type { Finding } from '../../core/finding.ts';
import type { ActRequest, Driver, Observation, Outcome, Result } from '../../core/ports.ts';
import { alertsFacts, leaveSilence, setSilence, silenceOf } from './alerts.ts';
import { nextCall, type Calls } from './calls.ts';
import { describeAct } from './describe-act.ts';
import { feel, type World } from './world.ts';

export class AlertsDriver implements Driver {
  readonly name = 'twin-alerts';
  readonly roles = ['alerts'] as const;
  readonly folds = true;
  readonly #world: World;
  readonly #calls: Calls;

  constructor(world: World, calls: Calls) {
    this.#world = world;
    this.#calls = calls;
  }

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const at = this.#world.clock.now();
    const answered = await this.#calls.wait(nextCall(this.#world, 'alerts').beforeMs, signal);
    return targets.map((target): Observation => {
      // Of a target that it never heard of an alert manager says nothing else either: no silences, no alerts.
      return answered ? { target, at, facts: alertsFacts(this.#world, target), why: '' } : { target, at, facts: null, why: 'given up' };
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const world = this.#world;
    const all = (outcome: Outcome, why: string): Result[] => targets.map((target) => ({ target, outcome, evidence: { why } }));
    if (act.role !== 'alerts') return all('refused', `the twin's alerts cannot do ${act.role} ${act.do}`);
    if (!(await this.#calls.wait(nextCall(world, 'alerts').beforeMs, signal))) return all('unknown', 'given up');
    const now = world.clock.now();
    if (now > deadline) return all('refused', 'past its deadline');
    if (act.do === 'silence' && act.until <= now) return all('refused', 'it would be over already');
    const silence =
      act.do === 'silence'
        ? setSilence(world, act.run, targets, act.until, `pitstop:${act.run} ${act.why}`.trimEnd())
        : silenceOf(world, act.run);
    feel(world, { what: act.do, node: '', nodes: targets, actor: 'pitstop', key, run: act.run });
    if (act.do === 'unsilence' && silence) leaveSilence(world, silence, targets);
    return targets.map((target) => ({ target, outcome: 'done', evidence: silence ? { silence: silence.id } : {} }));
  }

  describe(request: ActRequest): readonly string[] {
    return [describeAct(this.name, request)];
  }

  async diagnose(_targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    return [];
  }

  waitingFor(): readonly string[] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
