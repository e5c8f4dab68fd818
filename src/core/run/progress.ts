// What has happened of each wave so far, phase by phase: the actual bars of planned against actual.
import { CELLS, cellByte, type Cell } from './cell.ts';
import type { Chronicle } from './chronicle.ts';
import type { Program } from './program.ts';
import { NODE_STATES, WAVE_STATES, type NodeState, type WaveState } from './states.ts';

export const PHASES = ['draining', 'updating', 'rebooting', 'validating', 'returned'] as const;
export type Phase = (typeof PHASES)[number];

/** Unix ms; null: nobody has come so far. */
interface PhaseProgress {
  readonly phase: Phase;
  /** The first target came to it; of `returned`: was back. */
  readonly firstStart: number | null;
  /** When half of those that are through were through. */
  readonly median: number | null;
  /** The last one so far was through. */
  readonly lastEnd: number | null;
  /** Targets that are through it, each once: with its last time, where it came to it again. */
  readonly done: number;
  /** Targets that are in it now. */
  readonly now: number;
}

export interface WaveProgress {
  readonly wave: string;
  readonly cluster: string;
  readonly state: WaveState;
  readonly targets: number;
  /** How many of its targets show what, outlined ones as the others; only what somebody shows. */
  readonly shown: { readonly [cell in Cell]?: number };
  readonly phases: readonly PhaseProgress[];
}

const PHASE_OF_STATE: Partial<Record<NodeState, Phase>> = {
  draining: 'draining',
  cleared: 'draining',
  updating: 'updating',
  rebooting: 'rebooting',
  conforming: 'validating',
  validating: 'validating',
};
const NONE = -1;
const RETURNED = PHASES.indexOf('returned');
const CODE = 63;

/** By the program's waves. */
export function progressOf(chronicle: Chronicle): WaveProgress[] {
  const { program, state } = chronicle;
  const { firstStart, ends, now } = timesOf(chronicle);
  return program.waves.map(({ id, cluster, members }, wave) => ({
    wave: id,
    cluster: program.clusters[cluster]?.name ?? '',
    state: WAVE_STATES[state.waveState[wave] as number] as WaveState,
    targets: members.length,
    shown: shownOf(chronicle, members),
    phases: PHASES.map((phase, at) => {
      const slot = wave * PHASES.length + at;
      const through = throughOf(ends[at] as Float64Array, members);
      const first = firstStart[slot] as number;
      return {
        phase,
        firstStart: first === Infinity ? null : first,
        median: through[Math.ceil(through.length / 2) - 1] ?? null,
        lastEnd: through.at(-1) ?? null,
        done: through.length,
        now: now[slot] as number,
      };
    }),
  }));
}

/** Rising. */
function throughOf(ends: Float64Array, members: Int32Array): number[] {
  const times: number[] = [];
  for (const target of members) if (!Number.isNaN(ends[target])) times.push(ends[target] as number);
  return times.sort((a, b) => a - b);
}

interface Times {
  /** By wave and phase. */
  readonly firstStart: Float64Array;
  readonly now: Int32Array;
  /** By phase, then target; NaN: not through. */
  readonly ends: readonly Float64Array[];
}

/** A phase of a target is as long as its steps; it is through when the last one ended well. */
function timesOf({ program, ended, returnedAt, stepSince, state }: Chronicle): Times {
  const phases = phaseOfSteps(program);
  const firstStart = new Float64Array(program.waves.length * PHASES.length).fill(Infinity);
  const now = new Int32Array(firstStart.length);
  const ends = PHASES.map(() => new Float64Array(program.targets.length).fill(Number.NaN));
  const began = (target: number, phase: number, at: number): number => {
    const slot = (program.waveOf[target] as number) * PHASES.length + phase;
    firstStart[slot] = Math.min(firstStart[slot] as number, at);
    return slot;
  };
  for (const { target, step, from, to, how } of ended) {
    const phase = phases[step] as number;
    if (phase === NONE) continue;
    began(target, phase, from);
    if (how === 'done') (ends[phase] as Float64Array)[target] = to;
  }
  for (const [target, since] of stepSince.entries()) {
    const phase = phases[state.step[target] as number] as number;
    if (Number.isNaN(since) || phase === NONE) continue;
    const slot = began(target, phase, since);
    now[slot] = (now[slot] as number) + 1;
    (ends[phase] as Float64Array)[target] = Number.NaN;
  }
  for (const [target, at] of returnedAt.entries()) {
    if (Number.isNaN(at)) continue;
    began(target, RETURNED, at);
    (ends[RETURNED] as Float64Array)[target] = at;
  }
  return { firstStart, now, ends };
}

/** A step without a state of its own belongs to the phase before it; early steps, the return and mop-up tries to none. */
function phaseOfSteps({ steps, chains }: Program): Int8Array {
  const phases = new Int8Array(steps.length).fill(NONE);
  for (const { first, end, back, backEnd } of chains) {
    for (const [from, to] of [
      [first, end],
      [back, backEnd],
    ] as const) {
      let phase: number = NONE;
      for (let step = from; step < to; step++) {
        const { to: state = NONE, action, early } = steps[step] ?? {};
        const word = state < 0 ? undefined : PHASE_OF_STATE[NODE_STATES[state] as NodeState];
        if (word) phase = PHASES.indexOf(word);
        const returns = action?.kind === 'do' && action.act === 'return';
        phases[step] = early || returns ? NONE : phase;
      }
    }
  }
  return phases;
}

function shownOf(chronicle: Chronicle, members: Int32Array): WaveProgress['shown'] {
  const shown: { [cell in Cell]?: number } = {};
  for (const target of members) {
    const cell = CELLS[cellByte(chronicle, target) & CODE] as Cell;
    shown[cell] = (shown[cell] ?? 0) + 1;
  }
  return shown;
}
