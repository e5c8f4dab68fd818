// What a wave's progress means to the others: its gate is judged, and those that waited for it, or until it is quiet, are set free.
import { judgeWave } from '../gate/wave-gate.ts';
import { COMMAND, emit } from './commands.ts';
import { free, type Move } from './move.ts';
import type { ProgramWave } from './program.ts';
import { FLAG, stageCode, WAVE_STATES, type WaveState } from './states.ts';
import { hasFlag, setFlag } from './state.ts';

export const WAVE = Object.fromEntries(WAVE_STATES.map((name, code) => [name, code])) as Record<WaveState, number>;

const THROUGH: ReadonlySet<number> = new Set((['settled', 'skipped', 'straggling', 'dropped'] as const).map(stageCode));

/** Re-judges the wave's gate. */
export function judge(m: Move, wave: number): void {
  const { state } = m;
  const now = state.waveState[wave] as number;
  if (now !== WAVE.open && now !== WAVE.held) return;
  const { gate, members } = waveOf(m, wave);
  const verdict = judgeWave(gate, {
    members: members.length - (state.waveSkipped[wave] as number),
    started: state.waveStarted[wave] as number,
    failedEver: state.waveFailedEver[wave] as number,
    settled: state.waveSettled[wave] as number,
  });
  if (verdict === 'pass' && !isAwaited(m, wave)) setWave(m, wave, WAVE.passed);
  else if (verdict === 'hold' && now === WAVE.open) setWave(m, wave, WAVE.held);
}

/**
 * Whom others stand still for is through only once nobody in it is at work any more: enough of a wave of switches may be back while its last
 * ones are being reloaded.
 */
function isAwaited({ program, state }: Move, wave: number): boolean {
  const { lifts, members } = program.waves[wave] as ProgramWave;
  return lifts.length > 0 && members.some((target) => !THROUGH.has(state.stage[target] as number));
}

export function setWave(m: Move, wave: number, waveState: number): void {
  const { state } = m;
  const before = state.waveState[wave];
  state.waveState[wave] = waveState;
  emit(m.out, COMMAND.wave, wave, waveState);
  if (waveState === WAVE.held) state.run.gatesHeld++;
  if (waveState === WAVE.passed) passed(m, wave);
  if (before === WAVE.held && --state.run.gatesHeld === 0) free(m, { what: 'gates' });
}

/** A passed wave never becomes anything else, so each of these is counted down once. */
function passed(m: Move, wave: number): void {
  const { followers, lifts } = waveOf(m, wave);
  for (const follower of followers) waitLess(m, follower);
  for (const hold of lifts) if (less(m.state.holdWaits, hold) === 0) free(m, { what: 'hold', hold });
}

/** The target carries no work any more: it was cleared, or is out of the run. */
export function markQuiet(m: Move, target: number): void {
  const wave = m.program.waveOf[target] as number;
  const { silences } = waveOf(m, wave);
  if (silences.length === 0 || hasFlag(m.state, target, FLAG.quiet)) return;
  setFlag(m.state, target, FLAG.quiet, true);
  if (less(m.state.waveBusy, wave) > 0) return;
  for (const waiting of silences) waitLess(m, waiting);
}

/** A target that was out of the run is at its drain again: nobody may count on its silence before it is cleared. */
export function markBusy(m: Move, target: number): void {
  if (!hasFlag(m.state, target, FLAG.quiet)) return;
  setFlag(m.state, target, FLAG.quiet, false);
  const wave = m.program.waveOf[target] as number;
  const busy = (m.state.waveBusy[wave] as number) + 1;
  m.state.waveBusy[wave] = busy;
  if (busy > 1) return;
  for (const waiting of waveOf(m, wave).silences) m.state.waveWaits[waiting] = (m.state.waveWaits[waiting] as number) + 1;
}

function waitLess(m: Move, wave: number): void {
  if (less(m.state.waveWaits, wave) === 0) free(m, { what: 'wave', wave });
}

function less(counts: Int32Array, at: number): number {
  const left = (counts[at] as number) - 1;
  counts[at] = left;
  return left;
}

function waveOf(m: Move, wave: number): ProgramWave {
  return m.program.waves[wave] as ProgramWave;
}
