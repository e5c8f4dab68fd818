// Opens waves whose turn has come, and does what an event has set free once its handler is through.
import { judge, setWave, WAVE } from './gates.ts';
import type { Freed, Move } from './move.ts';
import { proceed, proceedParked } from './proceed.ts';
import type { ProgramHold, ProgramWave } from './program.ts';
import { stageCode } from './states.ts';

const WAITING = stageCode('waiting');
const PARKED = stageCode('parked');

/** Opens the wave when it waits for nothing any more; in mode confirm it asks first. */
export function openWave(m: Move, wave: number): void {
  const { state, program } = m;
  const { asks, members } = program.waves[wave] as ProgramWave;
  const now = state.waveState[wave] as number;
  if (!state.run.begun || state.waveWaits[wave] !== 0 || (now !== WAVE.closed && now !== WAVE.asking)) return;
  if (asks && state.waveApproved[wave] === 0) {
    if (now === WAVE.closed) setWave(m, wave, WAVE.asking);
    return;
  }
  state.waveApproved[wave] = 0;
  setWave(m, wave, WAVE.open);
  for (const target of members) if (state.stage[target] === WAITING) proceed(m, target);
  judge(m, wave);
}

/** The list grows while it is worked off: what is freed may free more. */
export function workOff(m: Move, freed: readonly Freed[]): void {
  for (const each of freed) {
    if (each.what === 'wave') openWave(m, each.wave);
    else if (each.what === 'hold') wake(m, m.program.holds[each.hold] as ProgramHold);
    else proceedParked(m);
  }
}

function wake(m: Move, { wave, step }: ProgramHold): void {
  const { state, program } = m;
  for (const target of (program.waves[wave] as ProgramWave).members) {
    if (state.stage[target] === PARKED && (state.step[target] as number) >= step) proceed(m, target);
  }
}
