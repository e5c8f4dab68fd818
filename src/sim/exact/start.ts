// The run's beginning, the same in every scenario: confirmed, handed over and in the baseline. Fed once and copied back from then on.
import { advance, eventCode } from '../../core/run/advance.ts';
import { createState, type MachineState } from '../../core/run/state.ts';
import { isObserved, type SimModel } from '../model.ts';

/** (target, event): in the order in which they are fed. */
export type Feed = readonly (readonly [number, number])[];

/** What precedes `begin`: as src/runner/conduct.ts has it, with every customer's release given. */
export function openingFeed({ program }: SimModel): Feed {
  const each = (kind: 'skip' | 'release' | 'baseline', wanted: (target: number) => boolean): [number, number][] =>
    Array.from(program.targets.keys())
      .filter(wanted)
      .map((target) => [target, eventCode(kind)]);
  const taken = (target: number): boolean => !isObserved(program, target);
  return [[-1, eventCode('confirm')], ...each('skip', (target) => !taken(target)), ...each('release', taken), ...each('baseline', taken)];
}

export function openedState(model: SimModel, feed: Feed): MachineState {
  const state = createState(model.program);
  const ignored: number[] = [];
  for (const [target, event] of feed) advance(model.program, state, target, event, -1, ignored);
  return state;
}

/** Makes `to` equal to `from`, whatever tables the machine has, without a new array. */
export function copyState(from: MachineState, to: MachineState): void {
  for (const [key, table] of Object.entries(from)) {
    const own: unknown = to[key as keyof MachineState];
    if (ArrayBuffer.isView(table) && ArrayBuffer.isView(own)) bytesOf(own).set(bytesOf(table));
    else Object.assign(own as object, table);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
