// Who in a run waits for which word of people: asked when a word is offered, and again when it is said.
import { stageCode, WAVE_STATES } from '../core/run/states.ts';
import type { RunHost } from './host.ts';
import { LEAVES } from './leaves.ts';

const RUNNING = stageCode('running');
const STRAGGLING = stageCode('straggling');
const DROPPED = stageCode('dropped');
const ASKING = WAVE_STATES.indexOf('asking');
const HELD = WAVE_STATES.indexOf('held');

/** Waves that wait for an approval: to be begun, or to be let pass. */
export function askingWaves({ chronicle }: RunHost): number[] {
  return [...chronicle.program.waves.keys()].filter((wave) => isOneOf(chronicle.state.waveState[wave], ASKING, HELD));
}

/** What an approval of the wave leaves, as it stands now. */
export function leavesOfApproval({ chronicle }: RunHost, wave: number): string {
  return chronicle.state.waveState[wave] === HELD ? LEAVES.approveGate : LEAVES.approveWave;
}

export function waitsForHandOver({ chronicle }: RunHost, target: number): boolean {
  const { program, state } = chronicle;
  const action = program.steps[state.step[target] as number]?.action;
  return state.stage[target] === RUNNING && action?.kind === 'do' && action.act === 'hand-over';
}

/** It may be tried again, or be called fixed. */
export function mendsNow({ chronicle }: RunHost, target: number): boolean {
  return isOneOf(chronicle.state.stage[target], STRAGGLING, DROPPED);
}

/** It may be given up. */
export function dropsNow({ chronicle }: RunHost, target: number): boolean {
  return chronicle.state.stage[target] === STRAGGLING;
}

function isOneOf(code: number | undefined, one: number, other: number): boolean {
  return code === one || code === other;
}
