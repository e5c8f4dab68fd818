// What a run has shown: how long each attempt of each step took, and how long targets were off the happy path. Read from the chronicle,
// so it says the same of a run that is over, of one that is replayed and of one that is under way.
import { must } from '../../std/assert.ts';
import type { StepAction } from '../change/procedure.ts';
import type { Plan } from '../plan/plan.ts';
import type { Chronicle, EndedStep } from '../run/chronicle.ts';
import type { Chain, Program, ProgramStep } from '../run/program.ts';
import { FLAG, stageCode } from '../run/states.ts';
import { hasFlag } from '../run/state.ts';

/** What a step does, as far as durations of several components may be compared. */
export type StepKind = 'run' | 'push' | 'update' | 'read' | 'check' | Extract<StepAction, { kind: 'do' }>['act'] | 'mop-up';

export interface StepObservation {
  readonly run: string;
  /** The component whose step it is; of a merged chain that does not say whose, all of them: `bmc+host-os`. */
  readonly component: string;
  /** As the catalogue names it. */
  readonly step: string;
  readonly kind: StepKind;
  readonly target: string;
  readonly attempt: number;
  readonly tookMs: number;
  /** expired: failed by running into its time limit after `tookMs`. censored: interrupted, or still under way; it took longer than `tookMs`. */
  readonly ended: 'done' | 'failed' | 'expired' | 'censored';
}

/** From leaving the happy path until the return. */
export interface MopUpObservation {
  readonly run: string;
  readonly component: string;
  /** Where it left the happy path. */
  readonly step: string;
  readonly target: string;
  /** The way of the catalogue that brought it back; null: nobody has written it down. */
  readonly way: string | null;
  readonly tookMs: number;
  /** censored: not back after `tookMs`. */
  readonly ended: 'back' | 'censored';
}

export interface RunObservations {
  readonly run: string;
  readonly steps: readonly StepObservation[];
  readonly mopUps: readonly MopUpObservation[];
  /** Component (as in the mop-ups) -> targets on which any step was begun. */
  readonly begun: { readonly [component: string]: number };
}

export function observationsOf(run: string, plan: Plan, chronicle: Chronicle): RunObservations {
  return {
    run,
    steps: [...endedSteps(run, chronicle), ...openSteps(run, chronicle)],
    mopUps: mopUpsOf(run, plan, chronicle),
    begun: begunOf(chronicle),
  };
}

/** What kind of step an action is. */
export function kindOf(action: StepAction): StepKind {
  return action.kind === 'do' ? action.act : action.kind;
}

const RUNNING = stageCode('running');

function endedSteps(run: string, { program, ended }: Chronicle): StepObservation[] {
  const endings = { done: 'done', failed: 'failed', expired: 'expired', foreign: 'censored' } as const;
  return ended.map(({ target, step, attempt, from, to, how }) => {
    const { timeoutMs } = stepOf(program, step);
    const took = Math.max(0, to - from);
    // A server that was away notices an expiry late; all it knows is that the limit was reached.
    const tookMs = how === 'expired' && timeoutMs !== null ? Math.min(took, timeoutMs) : took;
    return { ...named(run, program, target, step), attempt, tookMs, ended: endings[how] };
  });
}

function openSteps(run: string, { program, state, stepSince, lastAt }: Chronicle): StepObservation[] {
  return program.targets.flatMap((_, target) => {
    const since = stepSince[target] as number;
    // Nothing is learned from a step that has just been started.
    if (state.stage[target] !== RUNNING || Number.isNaN(since) || lastAt <= since) return [];
    const attempt = state.attempt[target] as number;
    return [{ ...named(run, program, target, state.step[target] as number), attempt, tookMs: lastAt - since, ended: 'censored' as const }];
  });
}

function named(
  run: string,
  program: Program,
  target: number,
  id: number,
): Pick<StepObservation, 'run' | 'component' | 'step' | 'kind' | 'target'> {
  const step = stepOf(program, id);
  const chain = chainOf(program, target);
  // The way back repeats the last steps of the way forward, which take as long there as here.
  const name = step.back ? step.name.replace(/^back-/, '') : step.name;
  const owner = Object.keys(chain.components).find((component) => name.startsWith(`${component}.`));
  return {
    run,
    component: owner ?? componentsOf(chain),
    step: owner === undefined ? name : name.slice(owner.length + 1),
    // A broken node reboots in its own time, so mop-up tries are compared with each other only.
    kind: inMopUp(chain, id) ? 'mop-up' : kindOf(step.action),
    target: must(program.targets[target], 'target'),
  };
}

function mopUpsOf(run: string, plan: Plan, chronicle: Chronicle): MopUpObservation[] {
  const { program } = chronicle;
  const byTarget = new Map<number, EndedStep[]>();
  for (const ended of chronicle.ended) {
    const list = byTarget.get(ended.target);
    if (list) list.push(ended);
    else byTarget.set(ended.target, [ended]);
  }
  return program.targets.flatMap((name, target) => {
    const component = componentsOf(chainOf(program, target));
    return troublesOf(chronicle, target, byTarget.get(target) ?? []).map((trouble) => ({
      run,
      component,
      step: stepOf(program, trouble.step).name,
      target: name,
      way: wayOf(plan, chronicle, target, trouble),
      tookMs: Math.max(0, trouble.to - trouble.from),
      ended: trouble.back ? ('back' as const) : ('censored' as const),
    }));
  });
}

function begunOf({ program, state }: Chronicle): RunObservations['begun'] {
  const begun: { [component: string]: number } = {};
  for (const [target, starts] of state.starts.entries()) {
    const component = componentsOf(chainOf(program, target));
    if (starts > 0) begun[component] = (begun[component] ?? 0) + 1;
  }
  return begun;
}

interface Trouble {
  /** Where it left the happy path. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly back: boolean;
  /** The mop-up try that ended well last; null: none did. */
  readonly mopUp: number | null;
}

type OpenTrouble = { -readonly [Key in keyof Pick<Trouble, 'step' | 'from' | 'mopUp'>]: Trouble[Key] };

/** The times that a target was off the happy path, from the steps that ended on it. */
function troublesOf(chronicle: Chronicle, target: number, ended: readonly EndedStep[]): Trouble[] {
  const { program, state } = chronicle;
  const chain = chainOf(program, target);
  const troubles: Trouble[] = [];
  let open: OpenTrouble | null = null;
  let lastReturn: EndedStep | null = null;
  let failures = 0;
  for (const each of ended) {
    // A step after the return: the soak had failed, at most a soak after the return that it took back.
    if (lastReturn !== null && open === null) open = { step: chain.conform, from: lastReturn.to, mopUp: null };
    failures = each.how === 'failed' ? failures + 1 : each.how === 'foreign' ? failures : 0;
    const gaveUp = each.how === 'expired' || (each.how === 'failed' && failures >= stepOf(program, each.step).attempts);
    if (gaveUp) {
      open ??= { step: each.step, from: each.to, mopUp: null };
      failures = 0;
    } else if (each.how === 'done' && open !== null && inMopUp(chain, each.step)) open.mopUp = each.step;
    if (each.how !== 'done' || (each.step !== chain.end - 1 && each.step !== chain.backEnd - 1)) continue;
    lastReturn = each;
    if (open !== null) troubles.push({ ...open, to: each.to, back: true });
    open = null;
  }
  if (!hasFlag(state, target, FLAG.straggler)) return troubles;
  const last = open ?? { step: chain.conform, from: lastReturn?.to ?? chronicle.lastAt, mopUp: null };
  return [...troubles, { ...last, to: givenUpAt(chronicle, target) ?? chronicle.lastAt, back: false }];
}

/** A dropped target is repaired outside of this run, which learns no more of it. */
function givenUpAt({ acts, state }: Chronicle, target: number): number | null {
  if (state.stage[target] !== stageCode('dropped')) return null;
  return acts.findLast((act) => act.kind === 'drop' && act.target === target)?.at ?? null;
}

/** The way that people name (`way` in the data of their words), else that of the try that worked, unless people had a hand in it. */
function wayOf(plan: Plan, { program, acts }: Chronicle, target: number, { from, to, back, mopUp }: Trouble): string | null {
  if (!back) return null;
  const words = acts.filter(
    (act) => act.target === target && act.at >= from && act.at <= to && ['retry', 'fixed', 'recall'].includes(act.kind),
  );
  const named = words.findLast(({ data }) => typeof data['way'] === 'string')?.data['way'];
  if (typeof named === 'string') return named;
  if (words.length > 0 || mopUp === null) return null;
  const chain = chainOf(program, target);
  const tries = plan.procedures[chain.id]?.mopUp.flatMap(({ way, tries }) => tries.map(() => way)) ?? [];
  return tries[mopUp - chain.mopUp] ?? null;
}

function componentsOf(chain: Chain): string {
  return Object.keys(chain.components).sort().join('+');
}

function inMopUp(chain: Chain, step: number): boolean {
  return step >= chain.mopUp && step < chain.mopUpEnd;
}

function chainOf(program: Program, target: number): Chain {
  return must(program.chains[program.chainOf[target] as number], 'chain');
}

function stepOf(program: Program, step: number): ProgramStep {
  return must(program.steps[step], 'step');
}
