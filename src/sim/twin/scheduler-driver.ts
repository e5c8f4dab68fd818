// The twin's scheduler behind core's driver port: reservations, drains with reasons, jobs; slow or silent as configured.
import type { Finding } from '../../core/finding.ts';
import type { Act, ActRequest, Observation, Outcome, Result } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { nextCall } from './calls.ts';
import { hangAtDrain, reconsider, requeueJob, signalJob } from './jobs.ts';
import { schedulerFacts } from './scheduler-facts.ts';
import { answerAll, GIVEN_UP, refused, TwinDriver, unseen } from './twin-driver.ts';
import { feel, isUp, nodeOf, type TwinJob, type TwinNode, type World } from './world.ts';

type SchedulerAct = Extract<Act, { role: 'scheduler' }>;

const DEAD = 'twin scheduler: unable to contact the controller';

export class SchedulerDriver extends TwinDriver {
  readonly name = 'twin-scheduler';
  readonly roles = ['scheduler'] as const;
  readonly folds = true;

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const world = this.world;
    const since = world.clock.now();
    const silent = (why: string): Observation[] => targets.map((target) => unseen(target, since, why));
    const call = nextCall(world, 'scheduler');
    this.calls.underWay.scheduler++;
    try {
      if (!(await this.calls.wait(call.beforeMs, signal))) return silent(GIVEN_UP);
      if (!world.schedulerAlive) return silent(DEAD);
      const seen = targets.map((target) => this.#look(target, since));
      if (!(await this.calls.wait(call.afterMs, signal))) return silent(GIVEN_UP);
      if (call.lost !== 'no') return silent('twin scheduler: no answer');
      feel(world, { what: 'observe', node: '', nodes: targets, actor: 'pitstop', role: 'scheduler', since });
      return seen;
    } finally {
      this.calls.underWay.scheduler--;
    }
  }

  async act(request: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const { act, targets } = request;
    const world = this.world;
    if (act.role !== 'scheduler') return answerAll(targets, 'refused', `the twin's scheduler cannot do ${act.role} ${act.do}`);
    const call = nextCall(world, 'scheduler');
    this.calls.underWay.scheduler++;
    try {
      if (!(await this.calls.wait(call.beforeMs, signal))) return answerAll(targets, 'unknown', GIVEN_UP);
      if (!world.schedulerAlive) return answerAll(targets, 'refused', DEAD);
      if (world.clock.now() > request.deadline) return answerAll(targets, 'refused', 'past its deadline');
      const results = call.lost === 'before' ? [] : this.#perform(act, request);
      const answered = await this.calls.wait(call.afterMs, signal);
      return answered && call.lost === 'no' ? results : answerAll(targets, 'unknown', 'twin scheduler: no answer');
    } finally {
      this.calls.underWay.scheduler--;
    }
  }

  override async diagnose(targets: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    if (!this.world.schedulerAlive) return [{ severity: 'error', target: this.name, rule: 'scheduler-silent', message: DEAD }];
    return super.diagnose(targets, signal);
  }

  override waitingFor(): readonly string[] {
    const count = this.calls.underWay.scheduler;
    if (!this.world.schedulerAlive) return ['the twin scheduler is dead'];
    return count > 0 && this.world.config.slowScheduler.share > 0 ? [`twin scheduler: ${count} calls under way`] : [];
  }

  #look(target: string, at: number): Observation {
    const node = nodeOf(this.world, target);
    if (!node) return unseen(target, at, 'the scheduler knows no such node');
    return { target, at, facts: schedulerFacts(this.world, node), why: '' };
  }

  #perform(act: SchedulerAct, { targets, key }: ActRequest): Result[] {
    if (act.do === 'signal' || act.do === 'requeue') {
      const result = this.#performOnJob(act, key);
      return targets.map((target) => ({ target, ...result }));
    }
    const { run } = act;
    const changed: string[] = [];
    const results = targets.map((target): Result => {
      const node = nodeOf(this.world, target);
      if (!node) return refused(target, 'the scheduler knows no such node');
      const why = forbids(act, node);
      if (why !== null) return refused(target, why);
      if (change(act, node)) changed.push(target);
      return { target, outcome: 'done', evidence: {} };
    });
    if (changed.length === 0) return results;
    const reason = act.do === 'drain' ? { reason: act.why } : {};
    feel(this.world, { what: act.do, node: '', nodes: changed, actor: 'pitstop', key, run, ...reason });
    for (const target of changed) this.#settle(act, nodeOf(this.world, target) as TwinNode);
    return results;
  }

  #settle(act: SchedulerAct, node: TwinNode): void {
    reconsider(this.world, node);
    if (act.do === 'drain' && isUp(node)) hangAtDrain(this.world, node);
  }

  #performOnJob(act: Extract<SchedulerAct, { job: string }>, key: string): { outcome: Outcome; evidence: JsonObject } {
    const job = this.world.jobs.get(Number(act.job));
    if (!job) return { outcome: 'refused', evidence: { why: `no such job: ${act.job}` } };
    if (act.do === 'requeue' && job.requeueKey === key) return { outcome: 'done', evidence: {} };
    if (job.state !== 'running') return { outcome: 'refused', evidence: { why: `job ${act.job} does not run` } };
    feel(this.world, { what: act.do, node: '', nodes: jobNodes(this.world, job), actor: 'pitstop', key, job: job.id });
    if (act.do === 'signal') signalJob(this.world, job, act.signal);
    else {
      job.requeueKey = key;
      requeueJob(this.world, job, act.hold);
    }
    return { outcome: 'done', evidence: {} };
  }
}

/** Why this must not be done to the node; null = it may. What is somebody else's is neither overwritten nor lifted. */
function forbids(act: Extract<SchedulerAct, { run: string }>, node: TwinNode): string | null {
  if (act.do === 'drain' || act.do === 'undrain') {
    return node.drain && node.drain.run !== act.run ? `drained by somebody else: ${node.drain.reason}` : null;
  }
  return node.reservation && node.reservation.run !== act.run ? `in somebody else's reservation ${node.reservation.name}` : null;
}

/** Returns whether anything is different now. */
function change(act: Extract<SchedulerAct, { run: string }>, node: TwinNode): boolean {
  const { drain, reservation, schedulerDown } = node;
  switch (act.do) {
    case 'drain':
      node.drain = { run: act.run, reason: `pitstop:${act.run} ${act.why}`.trimEnd() };
      return drain?.reason !== node.drain.reason;
    case 'undrain':
      node.drain = null;
      node.schedulerDown = false;
      return drain !== null || schedulerDown;
    case 'reserve':
      node.reservation = { run: act.run, name: `pitstop-${act.run}` };
      return reservation === null;
    case 'unreserve':
    default:
      node.reservation = null;
      return reservation !== null;
  }
}

const jobNodes = (world: World, job: TwinJob): string[] => job.nodes.map((id) => world.nodes[id]?.name ?? '');
