// The resources' units side by side in a few 32-bit words, so that one subtraction compares an activity's demands on several
// resources with what is free. Each resource has a field with a guard bit above it: where the free units (guard set) minus the
// demand leave all guards set, nothing was short. Idea: L. Lamport, Multiple byte processing with full-word instructions, CACM 18(8), 1975.

export interface Packing {
  readonly words: number;
  /** The guard bits of each word. */
  readonly guards: Int32Array;
  /** Of each resource: the most units its field holds, and where the field lies. */
  readonly most: Int32Array;
  readonly wordOf: Int32Array;
  readonly shiftOf: Int32Array;
}

/** Fields for the given most units of each resource (below 2^31), each in the first word that has room. */
export function packingFor(mostUnits: readonly number[]): Packing {
  const used: number[] = [];
  const guards: number[] = [];
  const wordOf = new Int32Array(mostUnits.length);
  const shiftOf = new Int32Array(mostUnits.length);
  for (const [resource, most] of mostUnits.entries()) {
    const bits = 32 - Math.clz32(most);
    const found = used.findIndex((taken) => taken + bits + 1 <= 32);
    const word = found < 0 ? used.length : found;
    const shift = used[word] ?? 0;
    used[word] = shift + bits + 1;
    guards[word] = (guards[word] ?? 0) | (1 << (shift + bits));
    wordOf[resource] = word;
    shiftOf[resource] = shift;
  }
  return { words: used.length, guards: Int32Array.from(guards), most: Int32Array.from(mostUnits), wordOf, shiftOf };
}

/** The words for so many units of each resource, without guards. */
export function pack(packing: Packing, units: readonly number[]): Int32Array {
  const packed = new Int32Array(packing.words);
  for (const [resource, count] of units.entries()) {
    const word = packing.wordOf[resource] as number;
    packed[word] = (packed[word] as number) | (count << (packing.shiftOf[resource] as number));
  }
  return packed;
}
