// The driver for clusters that schedule by Kubernetes: docs/reference/kubernetes.md says what it does and what it was tried on.
import type { Act, ActRequest, Driver, Outcome, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { DriverContext } from '../shared/context.ts';
import { KubernetesApi } from './api.ts';
import { diagnoseKubernetes } from './diagnose.ts';
import { drain, undrain } from './drain.ts';
import { observationOf } from './facts.ts';
import { groupJobs } from './jobs.ts';
import { Keeper } from './keeper.ts';
import { lookAtCluster, whyOf } from './look.ts';
import { kubernetesOptions, type KubernetesOptions } from './options.ts';
import { reserve, unreserve } from './reserve.ts';
import { result, type WriteContext } from './write.ts';

type SchedulerAct = Extract<Act, { role: 'scheduler' }>;

const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NO_SIGNAL = 'Kubernetes has no signal for a job: ask it by a command or a file (jobs: ask)';
const NO_REQUEUE = "Kubernetes requeues nothing: the queue above it does (Kueue, Volcano), or the job's own controller";

/** Nothing is asked before the first observe, act or diagnose. Throws zod's error for bad options. */
export function openKubernetes(options: KubernetesOptions, context: DriverContext): Driver {
  const api = new KubernetesApi(kubernetesOptions.parse(options), context);
  const keeper = new Keeper(api);
  // One act after the other: what was judged is what is written.
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: 'kubernetes',
    roles: ['scheduler'],
    folds: true,
    async observe(targets, signal) {
      if (targets.length === 0) return [];
      const at = context.clock.now();
      try {
        const look = await lookAtCluster(api, signal);
        const jobs = groupJobs(look.pods);
        return targets.map((target) => observationOf(target, at, look, jobs, api.settings.usualTaints));
      } catch (error) {
        const why = whyOf(error);
        return targets.map((target) => ({ target, at, facts: null, why }));
      }
    },
    act(request, signal) {
      const mine = last.then(() => perform(api, keeper, request, signal));
      last = mine.catch(() => undefined);
      return mine;
    },
    describe: ({ act, targets }) => (act.role === 'scheduler' ? targets.flatMap((target) => describe(act, target, api)) : []),
    diagnose: (targets, signal) => diagnoseKubernetes(api, targets, signal),
    waitingFor: () => [...api.waitingFor(), ...keeper.waitingFor()],
    close() {
      keeper.close();
      api.close();
      return Promise.resolve();
    },
  };
}

async function perform(api: KubernetesApi, keeper: Keeper, { act, targets, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
  assert(act.role === 'scheduler', `the kubernetes driver was asked for ${act.role}: ${act.do}`);
  const wanted = [...new Set(targets)];
  const all = (outcome: Outcome, why: string): Result[] => wanted.map((target) => result(target, outcome, { why }));
  if (wanted.length === 0) return [];
  if (act.do === 'signal') return all('refused', NO_SIGNAL);
  if (act.do === 'requeue') return all('refused', NO_REQUEUE);
  assert(RUN.test(act.run), `not a run id: ${JSON.stringify(act.run)}`);
  if (api.context.clock.now() >= deadline) return all('refused', 'its deadline passed before it could start');
  const to: WriteContext = { api, signal, deadline };
  try {
    if (act.do === 'reserve') return await reserve(to, act.run, wanted);
    if (act.do === 'unreserve') return await unreserve(to, act.run, wanted);
    if (act.do === 'drain') return await drain(to, keeper, act.run, act.why, wanted);
    return await undrain(to, keeper, act.run, wanted);
  } catch (error) {
    return all('unknown', whyOf(error));
  }
}

function describe(act: SchedulerAct, target: string, { settings }: KubernetesApi): string[] {
  if (act.do === 'signal') return [`refused: ${NO_SIGNAL}`];
  if (act.do === 'requeue') return [`refused: ${NO_REQUEUE}`];
  if (act.do === 'reserve') return [`create NodeMaintenance of ${target} in ${settings.namespace}, requestor pitstop, run ${act.run}`];
  if (act.do === 'unreserve') return [`delete NodeMaintenance of ${target} in ${settings.namespace}, run ${act.run}`];
  if (act.do === 'undrain') return [`uncordon ${target} (undrain), where its annotation is pitstop/run=${act.run}`];
  const evicted = { services: 'evict pods of services', all: 'evict all pods', none: 'evict nothing' }[settings.evict];
  return [`cordon ${target} (drain) with pitstop/run=${act.run}; ${evicted}`];
}
