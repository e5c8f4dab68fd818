// Compiles procedures to chains of steps: forward, the way back, and the automatic mop-up tries, in the mode of the cluster.
import { must } from '../../std/assert.ts';
import { builtInStep, type Step, type StepAction } from '../change/procedure.ts';
import type { Mode } from '../fleet/model.ts';
import type { MergedProcedure, Plan } from '../plan/plan.ts';
import { nodeStateCode } from './states.ts';
import type { Chain, ProgramStep } from './program.ts';

const HAND_OVER = 'hand-over';

/** A mop-up reboot has no prior of its own: it gets what the procedure's reboot has, and this where there is none. */
const MOP_UP_TIMEOUT_MS = 30 * 60_000;

/** The limits of an entry are known only when all limits are compiled. */
export type BareChain = Omit<Chain, 'entryLimits'>;

interface Compiled {
  readonly chains: readonly BareChain[];
  readonly steps: readonly ProgramStep[];
  readonly chainIndex: ReadonlyMap<string, number>;
  /** Limits named in `uses`; their index is the limit id. */
  readonly limitNames: readonly string[];
}

export function compileChains(plan: Plan): Compiled {
  const steps: ProgramStep[] = [];
  const chains: BareChain[] = [];
  const chainIndex = new Map<string, number>();
  const limitNames: string[] = [];
  const limitId = (name: string): number => {
    const known = limitNames.indexOf(name);
    return known >= 0 ? known : limitNames.push(name) - 1;
  };
  for (const wave of plan.waves) {
    const id = wave.procedure;
    const procedure = must(plan.procedures[id], `procedure ${id}`);
    const mode = modeOf(plan, wave.cluster);
    if (chainIndex.has(chainKey(id, mode))) continue;
    const chain = chains.length;
    const push = (list: readonly Step[], back: boolean): number => {
      const first = steps.length;
      for (const step of list) steps.push(programStep(step, steps.length, chain, back, limitId));
      return first;
    };
    const forward = forwardSteps(procedure, mode);
    const first = push(forward, false);
    const end = steps.length;
    const back = push(mode === 'drain-only' ? [] : backSteps(procedure), true);
    const backEnd = steps.length;
    const mopUp = push(mode === 'drain-only' ? [] : mopUpSteps(procedure), false);
    const last = forward.length - 1;
    const drain = forward.findIndex((step) => isDrain(step.action));
    chains.push({
      id,
      first,
      end,
      drain: drain < 0 ? -1 : first + drain,
      entry: first + (drain < 0 ? firstOr(forward, (step) => !step.early, last) : drain),
      conform: first + conformOf(forward),
      back,
      backEnd,
      mopUp,
      mopUpEnd: steps.length,
      components: procedure.components,
    });
    chainIndex.set(chainKey(id, mode), chain);
  }
  return { chains, steps, chainIndex, limitNames };
}

/** One procedure makes a chain for each mode that it is carried out in. */
export const chainKey = (procedure: string, mode: Mode): string => `${procedure} ${mode}`;

export function modeOf(plan: Plan, cluster: string): Mode {
  return must(
    plan.fleet.document.clusters.find((candidate) => candidate.name === cluster),
    `cluster ${cluster}`,
  ).mode;
}

/** In drain-only the work itself is somebody else's: drain, hand over, look what runs, return. */
function forwardSteps(procedure: MergedProcedure, mode: Mode): readonly Step[] {
  if (mode !== 'drain-only') return procedure.steps;
  const kept = procedure.steps.filter((step) => !step.early && !step.destructive && step.action.kind !== 'run');
  const drain = kept.findIndex((step) => isDrain(step.action));
  return [...kept.slice(0, drain + 1), builtInStep(HAND_OVER, { kind: 'do', act: 'hand-over' }, 'updating'), ...kept.slice(drain + 1)];
}

/**
 * The step of the chain before which a target waits that is held before `name` of its procedure. In drain-only the work is somebody
 * else's, so it waits before the hand-over.
 */
export function heldStep(steps: readonly ProgramStep[], chain: BareChain, name: string): number {
  const named = (wanted: string): number => steps.findIndex(({ id, name }) => id >= chain.first && id < chain.end && name === wanted);
  const step = named(name);
  return must(step >= 0 ? step : named(HAND_OVER), `step ${name} of ${chain.id}`);
}

/** The way back: undo, activate if the way forward did, look that the previous version runs, validate, return. */
function backSteps(procedure: MergedProcedure): readonly Step[] {
  const { back } = procedure;
  if (!back) return [];
  const undo: Step = {
    ...builtInStep('back', { kind: 'run', argv: back.run }, 'updating'),
    by: 'shell',
    destructive: true,
    takes: back.takes,
    timeoutMs: back.timeoutMs,
  };
  const last = procedure.steps.filter((step) => !step.early && step.action.kind !== 'run' && !isDrain(step.action));
  return [
    undo,
    ...last.map((step) => (step.action.kind === 'do' && step.action.act === 'return' ? step : { ...step, name: `back-${step.name}` })),
  ];
}

function mopUpSteps(procedure: MergedProcedure): readonly Step[] {
  const reboot = procedure.steps.find((step) => step.action.kind === 'do' && step.action.act === 'reboot');
  return procedure.mopUp.flatMap((way) =>
    way.tries.map((attempt): Step => ({
      ...builtInStep(`mop-up-${attempt.act}`, { kind: 'do', act: attempt.act }, 'rebooting'),
      by: attempt.by,
      destructive: true,
      takes: way.takes,
      timeoutMs: reboot?.timeoutMs ?? MOP_UP_TIMEOUT_MS,
    })),
  );
}

/** What looks what runs; in a chain without such a step what looks at its links, or else the last one. */
function conformOf(forward: readonly Step[]): number {
  const links = firstOr(forward, (step) => isLinks(step.action), forward.length - 1);
  return firstOr(forward, (step) => step.action.kind === 'read', links);
}

const isLinks = (action: StepAction): boolean => action.kind === 'do' && action.act === 'links';
const isDrain = (action: StepAction): boolean => action.kind === 'do' && action.act === 'drain';

function firstOr(steps: readonly Step[], test: (step: Step) => boolean, otherwise: number): number {
  const found = steps.findIndex(test);
  return found < 0 ? otherwise : found;
}

function programStep(step: Step, id: number, chain: number, back: boolean, limitId: (name: string) => number): ProgramStep {
  return {
    id,
    chain,
    name: step.name,
    by: step.by,
    action: step.action,
    to: step.to === null ? -1 : nodeStateCode(step.to),
    early: step.early,
    destructive: step.destructive,
    timeoutMs: step.timeoutMs,
    attempts: step.attempts,
    limits: step.uses.map(limitId),
    back,
    takes: step.takes,
    checks: step.action.kind === 'check' && !step.action.before ? step.action.checks.map(({ takes, catches }) => ({ takes, catches })) : [],
    fails: step.fails,
  };
}
