// Asks jobs on draining nodes for a checkpoint, exactly as far as policy and consent go, and believes nothing but proof.
import type { Act, JobFacts, SchedulerFacts } from '../core/ports.ts';
import { covers, gpuHoursLost, isDefault, jobStates, neededConsent, nextJobAct, type JobState } from '../core/run/jobs.ts';
import { foldNames, names, parseNodeSet } from '../core/fleet/nodeset.ts';
import { FLAG, stageCode } from '../core/run/states.ts';
import { hasFlag } from '../core/run/state.ts';
import { textOf, type JsonObject } from '../std/json.ts';
import type { RunHost } from './host.ts';

const RUNNING = stageCode('running');

/** A job id that may stand in a command: Slurm's "123", "123_4", "123+1". */
const JOB_ID = /^[0-9][0-9_+.]*$/;

export class JobDesk {
  readonly #host: RunHost;
  readonly #states: Map<string, { state: JobState; data: JsonObject }>;

  constructor(host: RunHost) {
    this.#host = host;
    this.#states = jobStates(host.chronicle.acts.filter((act) => act.kind === 'job').map((act) => act.data));
  }

  /** One round, after every look at the scheduler. */
  async round(facts: ReadonlyMap<number, SchedulerFacts>): Promise<void> {
    const jobs = this.#jobsOnDrainingNodes(facts);
    for (const job of jobs.values()) {
      if (!this.#states.has(job.id)) await this.#note(job, 'seen', 'on a node that this run drains');
      await this.#advance(job);
    }
    await this.#noteEnded(jobs, facts);
  }

  #jobsOnDrainingNodes(facts: ReadonlyMap<number, SchedulerFacts>): Map<string, JobFacts> {
    const jobs = new Map<string, JobFacts>();
    const { state } = this.#host.chronicle;
    for (const [target, shown] of facts) {
      if (state.stage[target] !== RUNNING || !hasFlag(state, target, FLAG.drained) || hasFlag(state, target, FLAG.changed)) continue;
      if (shown.drain?.run !== this.#host.run) continue;
      for (const job of shown.jobs) if (JOB_ID.test(job.id) && job.state.toLowerCase() !== 'completing') jobs.set(job.id, job);
    }
    return jobs;
  }

  async #advance(job: JobFacts): Promise<void> {
    const policy = this.#host.parts.plan.policy.jobs;
    const known = this.#states.get(job.id);
    if (!known || isDefault(policy)) return;
    if (known.state === 'asked') return this.#awaitProof(job, known.data);
    const act = nextJobAct(policy, known.state, this.#consented(job));
    if (act === 'ask') await this.#ask(job);
    if (act === 'stop') await this.#stop(job, known.state === 'proven');
  }

  /** Consent is per customer of the cluster; the operator consents for clusters of their own. */
  #consented(job: JobFacts): boolean {
    const target = this.#firstTarget(job);
    const cluster = target === null ? null : this.#host.parts.program.clusters[this.#host.parts.program.clusterOf[target] as number];
    const needed = neededConsent(this.#host.parts.plan.policy.jobs);
    return this.#host.chronicle.acts.some(
      (act) =>
        act.kind === 'consent' && covers(textOf(act.data['to']), needed) && (act.data['customer'] ?? null) === (cluster?.customer ?? null),
    );
  }

  async #ask(job: JobFacts): Promise<void> {
    const before = await this.#proofValue(job);
    await this.#note(job, 'asked', 'asked for a checkpoint', { askedAt: this.#host.now(), before });
    const { ask } = this.#host.parts.plan.policy.jobs;
    if (ask.kind === 'signal') await this.#act(job, { role: 'scheduler', do: 'signal', job: job.id, signal: ask.signal, to: ask.to });
    if (ask.kind === 'touch') await this.#onBatchNode(job, ['touch', ask.file]);
    if (ask.kind === 'run') await this.#onBatchNode(job, ask.argv);
  }

  async #awaitProof(job: JobFacts, data: JsonObject): Promise<void> {
    const { proof, proofTimeoutMs } = this.#host.parts.plan.policy.jobs;
    const value = await this.#proofValue(job);
    const proven =
      proof.kind === 'requeued' ? job.restarts > Number(data['restarts'] ?? 0) : value !== null && value !== '' && value !== data['before'];
    if (proven) {
      await this.#note(job, 'proven', 'a new checkpoint was seen', { provenAt: this.#host.now(), value });
      await this.#advance(job);
    } else if (this.#host.now() > Number(data['askedAt'] ?? 0) + proofTimeoutMs) {
      await this.#note(job, 'no-proof', 'asked for a checkpoint, but gave no proof of one in time: a person must look; it is not ended');
    }
  }

  async #stop(job: JobFacts, proven: boolean): Promise<void> {
    const policy = this.#host.parts.plan.policy.jobs;
    const since = proven ? Number(this.#states.get(job.id)?.data['provenAt'] ?? Number.NaN) : job.startedAt;
    const lost = gpuHoursLost(job.gpus, since, this.#host.now());
    const why = `${policy.then === 'hold' ? 'requeued and held' : 'requeued'} ${proven ? 'after a proven checkpoint' : 'without proof: the policy says so'}`;
    await this.#note(job, 'stopped', why, { gpuHoursLost: lost, proven });
    await this.#act(job, { role: 'scheduler', do: 'requeue', job: job.id, hold: policy.then === 'hold' });
  }

  /** What the proof looks like now: a file's change time, or the answer of the site's command. null = nobody could tell. */
  async #proofValue(job: JobFacts): Promise<string | null> {
    const { proof } = this.#host.parts.plan.policy.jobs;
    if (proof.kind === 'newer') return this.#onBatchNode(job, ['stat', '-c', '%.9Y', proof.file]);
    if (proof.kind === 'run') return this.#onBatchNode(job, proof.argv);
    return null;
  }

  async #onBatchNode(job: JobFacts, argv: readonly string[]): Promise<string | null> {
    const target = this.#firstTarget(job);
    const shell = target === null ? null : this.#host.caller(target, 'shell');
    if (target === null || !shell) return null;
    const filled = argv.map((word) => word.replaceAll('{job}', job.id));
    const act: Act = { role: 'shell', do: 'run', argv: filled, version: null, previous: {}, once: false };
    const key = `${this.#host.run}/job/${job.id}`;
    const result = await shell.act(act, this.#host.name(target), key, this.#host.now() + this.#host.parts.pace.callTimeoutMs);
    return result.outcome === 'done' && result.evidence['exit'] === 0 ? textOf(result.evidence['stdout']) : null;
  }

  async #act(job: JobFacts, act: Act): Promise<void> {
    const target = this.#firstTarget(job);
    const scheduler = target === null ? null : this.#host.caller(target, 'scheduler');
    if (target === null || !scheduler) return;
    const deadline = this.#host.now() + this.#host.parts.pace.callTimeoutMs;
    await scheduler.act(act, this.#host.name(target), `${this.#host.run}/job/${job.id}/${job.restarts}`, deadline);
  }

  /** The batch node when it is one of ours, else any node of ours that the job holds. */
  #firstTarget(job: JobFacts): number | null {
    const parsed = parseNodeSet(job.nodes);
    const nodes = parsed.ok ? [...names(parsed.set)] : [];
    for (const name of [job.batchNode ?? '', ...nodes]) {
      const target = this.#host.parts.program.idOf.get(name);
      if (target !== undefined) return target;
    }
    return null;
  }

  async #noteEnded(jobs: ReadonlyMap<string, JobFacts>, facts: ReadonlyMap<number, SchedulerFacts>): Promise<void> {
    if (facts.size < this.#host.nodes) return;
    const alive = new Set([...facts.values()].flatMap((shown) => shown.jobs.map((job) => job.id)));
    for (const [id, { state, data }] of this.#states) {
      if (state === 'ended' || jobs.has(id) || alive.has(id)) continue;
      const next = { ...data, state: 'ended', by: state === 'stopped' ? 'pitstop' : 'itself' };
      this.#states.set(id, { state: 'ended', data: next });
      await this.#host.write({
        target: -1,
        kind: 'job',
        note: { why: state === 'stopped' ? 'stopped by this run' : 'ended on its own', data: next },
      });
    }
  }

  async #note(job: JobFacts, state: JobState, why: string, more: JsonObject = {}): Promise<void> {
    const before = this.#states.get(job.id)?.data ?? {};
    const data = {
      ...before,
      job: job.id,
      name: job.name,
      user: job.user,
      nodes: job.nodes,
      gpus: job.gpus,
      restarts: job.restarts,
      ...more,
      state,
    };
    this.#states.set(job.id, { state, data });
    await this.#host.write({ target: -1, kind: 'job', note: { why, data } });
  }
}

/** Jobs that the run waits for, as people want to read it. */
export function jobsWaitedFor(host: RunHost): string[] {
  const states = jobStates(host.chronicle.acts.filter((act) => act.kind === 'job').map((act) => act.data));
  return [...states]
    .filter(([, { state }]) => state !== 'ended' && state !== 'stopped')
    .map(
      ([id, { state, data }]) =>
        `job ${id} on ${foldNames([...expandNodes(textOf(data['nodes']))])}${state === 'no-proof' ? ' (no proof of a checkpoint: a person must look)' : ''}`,
    );
}

function expandNodes(folded: string): Iterable<string> {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? names(parsed.set) : [];
}
