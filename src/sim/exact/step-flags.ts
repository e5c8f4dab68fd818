// Yes or no by step of a program, as a table for loops that ask millions of times.
import type { Chain, Program, ProgramStep } from '../../core/run/program.ts';

export function stepFlags({ steps, chains }: Program, test: (step: ProgramStep, chain: Chain) => boolean): Uint8Array {
  return Uint8Array.from(steps, (step) => Number(test(step, chains[step.chain] as Chain)));
}
