// The twin's alerts behind core's driver port: one silence a run, and what fires.
import type { Finding } from '../../core/finding.ts';
import type { ActRequest, Observation, Result } from '../../core/ports.ts';
import { alertsFacts, leaveSilence, setSilence, silenceOf } from './alerts.ts';
import { nextCall } from './calls.ts';
import { answerAll, GIVEN_UP, TwinDriver, unseen } from './twin-driver.ts';
import { feel } from './world.ts';

export class AlertsDriver extends TwinDriver {
  readonly name = 'twin-alerts';
  readonly roles = ['alerts'] as const;
  readonly folds = true;

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const at = this.world.clock.now();
    const answered = await this.calls.wait(nextCall(this.world, 'alerts').beforeMs, signal);
    return targets.map((target): Observation => {
      // Of a target that it never heard of an alert manager says nothing else either: no silences, no alerts.
      return answered ? { target, at, facts: alertsFacts(this.world, target), why: '' } : unseen(target, at, GIVEN_UP);
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const world = this.world;
    if (act.role !== 'alerts') return answerAll(targets, 'refused', `the twin's alerts cannot do ${act.role} ${act.do}`);
    if (!(await this.calls.wait(nextCall(world, 'alerts').beforeMs, signal))) return answerAll(targets, 'unknown', GIVEN_UP);
    const now = world.clock.now();
    if (now > deadline) return answerAll(targets, 'refused', 'past its deadline');
    if (act.do === 'silence' && act.until <= now) return answerAll(targets, 'refused', 'it would be over already');
    const silence =
      act.do === 'silence'
        ? setSilence(world, act.run, targets, act.until, `pitstop:${act.run} ${act.why}`.trimEnd())
        : silenceOf(world, act.run);
    feel(world, { what: act.do, node: '', nodes: targets, actor: 'pitstop', key, run: act.run });
    if (act.do === 'unsilence' && silence) leaveSilence(world, silence, targets);
    return targets.map((target) => ({ target, outcome: 'done', evidence: silence ? { silence: silence.id } : {} }));
  }

  override async diagnose(_targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    return [];
  }
}
