// Where a run stands, in the words of the contract (docs/concepts.md): computed from the chronicle, never stored.
import { resolveQuantity } from '../change/quantity.ts';
import { foldNames } from '../fleet/nodeset.ts';
import type { Chronicle, EndedStep } from './chronicle.ts';
import type { LinkTrouble } from './link-troubles.ts';
import type { ReturnScope } from './program.ts';
import { FLAG, NODE_STATES, STAGES, stageCode, WAVE_STATES, type RunState } from './states.ts';
import { hasFlag } from './state.ts';

export interface RunStatus {
  readonly state: RunState;
  /** Why it is held, which gate or what for; empty otherwise. */
  readonly heldBy: readonly string[];
  /** The window closed with the return gate unmet. */
  readonly short: boolean;
  readonly baseline: number;
  readonly returned: number;
  readonly returnNeed: number;
  readonly timeZero: number | null;
  /** Mark q -> minutes from time zero; null = not reached. */
  readonly marks: { readonly [q: string]: number | null };
  readonly stragglers: readonly Straggler[];
  /** Links that did not come back as they were, and are not clean yet. */
  readonly links: readonly LinkTrouble[];
  /** Stage -> folded node set. */
  readonly stages: { readonly [stage: string]: string };
  /** Node state -> count, over all targets of the plan. */
  readonly shown: { readonly [state: string]: number };
  readonly waves: readonly {
    readonly id: string;
    readonly state: string;
    readonly targets: number;
    readonly settled: number;
    readonly failed: number;
  }[];
}

export interface Straggler {
  readonly target: string;
  readonly since: number;
  readonly step: string;
  readonly cause: string;
  readonly waitingFor: string;
  /** Who has taken it in hand; null = nobody. */
  readonly has: string | null;
  /** Attempts in this run that did not end well, and automatic tries to mend it, in their order. */
  readonly tried: readonly Tried[];
}

interface Tried {
  readonly step: string;
  readonly attempt: number;
  readonly how: EndedStep['how'];
  /** Unix ms of its end. */
  readonly at: number;
}

const MARKS = [50, 75, 95, 99, 100] as const;

const RETURNED = stageCode('returned');
const SETTLED = stageCode('settled');
const DROPPED = stageCode('dropped');
const STRAGGLING = stageCode('straggling');
const PARKED = stageCode('parked');
const QUEUED = stageCode('queued');
const RUNNING = stageCode('running');
const SKIPPED = stageCode('skipped');

const AT_REST: ReadonlySet<number> = new Set([SETTLED, DROPPED, SKIPPED, STRAGGLING]);

export function statusOf(chronicle: Chronicle): RunStatus {
  const { program, state } = chronicle;
  const baseline = count(program.targets.length, (target) => counts(chronicle, target));
  const returned = count(program.targets.length, (target) => isBack(chronicle, target) && counts(chronicle, target));
  const met = returnGateMet(chronicle);
  const heldBy = holds(chronicle);
  const runState = runStateOf(chronicle);
  return {
    state: runState,
    heldBy: runState === 'held' || runState === 'paused' ? heldBy : [],
    short: !met && chronicle.timeZero !== null && !state.windowOpen.includes(1),
    baseline,
    returned,
    returnNeed: program.scopes.reduce((sum, scope) => sum + scopeNeed(chronicle, scope), 0),
    timeZero: chronicle.timeZero,
    marks: marksOf(chronicle, baseline),
    stragglers: stragglersOf(chronicle),
    links: [...chronicle.linkTroubles.values()].filter(({ cleanAt }) => cleanAt === null),
    stages: Object.fromEntries(STAGES.map((stage, code) => [stage, foldStage(chronicle, code)]).filter(([, set]) => set !== '')),
    shown: shownOf(chronicle),
    waves: program.waves.map((wave, index) => ({
      id: wave.id,
      state: WAVE_STATES[state.waveState[index] as number] as string,
      targets: wave.members.length,
      settled: state.waveSettled[index] as number,
      failed: state.waveFailedEver[index] as number,
    })),
  };
}

export function runStateOf(chronicle: Chronicle): RunState {
  const { run } = chronicle.state;
  if (run.aborted) return 'aborted';
  if (!run.begun) return chronicle.awaiting === null ? 'planned' : 'held';
  const met = returnGateMet(chronicle);
  if (run.open === 0) return met || run.returnGateApproved ? 'settled' : 'held';
  if (met) return atRest(chronicle) ? 'settled' : 'returned';
  if (run.paused) return 'paused';
  return holds(chronicle).length > 0 ? 'held' : 'running';
}

/** Whether every target is through, or is named and waits for a person: nothing happens by itself any more. */
export function atRest(chronicle: Chronicle): boolean {
  const { state } = chronicle;
  if (state.run.open === 0) return true;
  return state.stage.every((stage, target) => AT_REST.has(stage) || (stage === PARKED && hasFlag(state, target, FLAG.held | FLAG.foreign)));
}

/** Whether every scope of the return gate has enough targets back right now. */
export function returnGateMet(chronicle: Chronicle): boolean {
  return chronicle.program.scopes.every((scope) => {
    const need = scopeNeed(chronicle, scope);
    return count(scope.members.length, (m) => isBack(chronicle, scope.members[m] as number)) >= need;
  });
}

/** How many of the scope must be back: the policy's share of its baseline targets that this run took, rounded down, at least 1. */
export function scopeNeed(chronicle: Chronicle, scope: ReturnScope): number {
  const { state } = chronicle;
  const taken = count(scope.members.length, (m) => state.stage[scope.members[m] as number] !== SKIPPED);
  return taken === 0 ? 0 : Math.min(taken, resolveQuantity(scope.need, taken));
}

/** Minutes from time zero at which `ceil(q x baseline)` baseline targets were back and have stayed so. */
function marksOf(chronicle: Chronicle, baseline: number): { [q: string]: number | null } {
  const times = returnTimes(chronicle);
  const zero = chronicle.timeZero;
  return Object.fromEntries(
    MARKS.map((q) => {
      const nth = times[Math.ceil((q / 100) * baseline) - 1];
      return [String(q), zero === null || nth === undefined ? null : (nth - zero) / 60_000];
    }),
  );
}

/** Unix ms at which each baseline target that is back now came back, rising. */
export function returnTimes(chronicle: Chronicle): number[] {
  const times: number[] = [];
  for (const [target, at] of chronicle.returnedAt.entries()) {
    if (!Number.isNaN(at) && counts(chronicle, target)) times.push(at);
  }
  return times.sort((a, b) => a - b);
}

/** Targets that are off the happy path now, or parked by a hold or a foreign act: each with what it waits for. */
function stragglersOf(chronicle: Chronicle): Straggler[] {
  const { program, state } = chronicle;
  const list: Straggler[] = [];
  for (const [target, name] of program.targets.entries()) {
    if (!needsPeople(chronicle, target)) continue;
    const failed = state.failedStep[target] as number;
    list.push({
      target: name,
      since: chronicle.troubleSince[target] as number,
      step: program.steps[failed >= 0 ? failed : (state.step[target] as number)]?.name ?? '',
      cause: chronicle.cause[target] ?? '',
      waitingFor: waitingFor(chronicle, target),
      has: chronicle.has[target] ?? null,
      tried: [],
    });
  }
  return list.length === 0 ? list : withTries(chronicle, list);
}

/** One pass over what ended, however many stragglers there are. */
function withTries({ program, ended }: Chronicle, list: readonly Straggler[]): Straggler[] {
  const tries = new Map<number, Tried[]>(list.map(({ target }) => [program.idOf.get(target) ?? -1, []]));
  for (const { target, step, attempt, to, how } of ended) {
    const of = tries.get(target);
    const chain = of && program.chains[program.chainOf[target] as number];
    if (!chain || (how === 'done' && (step < chain.mopUp || step >= chain.mopUpEnd))) continue;
    of.push({ step: program.steps[step]?.name ?? '', attempt, how, at: to });
  }
  return list.map((straggler) => ({ ...straggler, tried: tries.get(program.idOf.get(straggler.target) ?? -1) ?? [] }));
}

/** Off the happy path, given up on, or parked by a hold or a foreign act: it is named with its cause until it is settled. */
export function needsPeople({ state }: Chronicle, target: number): boolean {
  const stage = state.stage[target] as number;
  if (stage === SETTLED || stage === SKIPPED) return false;
  const parked = stage === PARKED && hasFlag(state, target, FLAG.held | FLAG.foreign);
  return parked || stage === DROPPED || hasFlag(state, target, FLAG.straggler);
}

/** Of the baseline, and one of those that are counted: switches and links are worked on, but what must come back is nodes. */
function counts({ program, state }: Chronicle, target: number): boolean {
  return program.counted[target] === 1 && hasFlag(state, target, FLAG.baseline);
}

function isBack(chronicle: Chronicle, target: number): boolean {
  const stage = chronicle.state.stage[target];
  return stage === RETURNED || stage === SETTLED;
}

function waitingFor(chronicle: Chronicle, target: number): string {
  const { program, state } = chronicle;
  const stage = state.stage[target] as number;
  if (hasFlag(state, target, FLAG.foreign)) return 'a person: somebody else acted on it (resume --targets lifts)';
  if (hasFlag(state, target, FLAG.held)) return 'a person: held (resume --targets lifts)';
  if (stage === STRAGGLING) return 'a person: straggler retry, fixed or drop';
  if (stage === DROPPED) return 'repair outside this run';
  return program.steps[state.step[target] as number]?.name ?? '';
}

function holds(chronicle: Chronicle): string[] {
  const { program, state } = chronicle;
  const list: string[] = chronicle.awaiting === null ? [] : [chronicle.awaiting];
  if (state.run.paused) list.push('paused by a person');
  for (const [index, wave] of program.waves.entries()) {
    if (WAVE_STATES[state.waveState[index] as number] === 'held')
      list.push(`gate of wave ${wave.id}: ${state.waveFailedEver[index]} of ${state.waveStarted[index]} started failed`);
    if (WAVE_STATES[state.waveState[index] as number] === 'asking') list.push(`wave ${wave.id} asks for approval (mode confirm)`);
  }
  const nothingMoves = state.run.begun && !anyMoves(chronicle);
  if (state.run.returnGateHeld || (state.run.open === 0 && nothingMoves)) list.push('return gate');
  const queued = nothingMoves ? program.targets.filter((_, target) => state.stage[target] === QUEUED) : [];
  if (queued.length > 0) list.push(`limits used up by stragglers: ${foldNames(queued)} cannot start (settle stragglers, or recall these)`);
  if (nothingMoves && state.run.open > 0) list.push(...shortWaves(chronicle));
  if (nothingMoves && state.run.open > 0 && list.length === 0) {
    const parked = foldNames(program.targets.filter((_, target) => hasFlag(state, target, FLAG.held | FLAG.foreign)));
    if (parked !== '') list.push(`targets held: ${parked}`);
  }
  return list;
}

/** Waves that others wait for, with nobody at work any more and too few back: their stragglers hold everybody up. */
function shortWaves({ program, state }: Chronicle): string[] {
  return program.waves.flatMap(({ id, members, gate, followers, lifts }, wave) => {
    const awaited = followers.length > 0 || lifts.length > 0;
    if (!awaited || WAVE_STATES[state.waveState[wave] as number] !== 'open') return [];
    if (!members.every((target) => AT_REST.has(state.stage[target] as number))) return [];
    const needed = Math.min(gate.returnedMin, members.length - (state.waveSkipped[wave] as number));
    return [`gate of wave ${id}: ${state.waveSettled[wave]} back of ${needed} that others wait for (settle its stragglers)`];
  });
}

/** Whether any target is in a step or soaking: something will happen by itself, also for those that stand in line behind it. */
function anyMoves(chronicle: Chronicle): boolean {
  return chronicle.state.stage.some((stage) => stage === RUNNING || stage === RETURNED);
}

function shownOf(chronicle: Chronicle): { [state: string]: number } {
  const counts: { [state: string]: number } = {};
  for (const [target, code] of chronicle.state.shown.entries()) {
    const word = hasFlag(chronicle.state, target, FLAG.straggler) ? 'straggling' : (NODE_STATES[code] as string);
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

function foldStage(chronicle: Chronicle, code: number): string {
  return foldNames(chronicle.program.targets.filter((_, target) => chronicle.state.stage[target] === code));
}

function count(n: number, test: (index: number) => boolean): number {
  let total = 0;
  for (let i = 0; i < n; i++) if (test(i)) total++;
  return total;
}
