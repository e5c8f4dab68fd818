// What a storm draws: one stream of uniform numbers a seed, so that a seed is a whole storm.
import { draw } from '../../src/std/draw.ts';

export type Chance = () => number;

/** Uniform numbers (0..1); another `kind` of storm draws others. */
export function chances(seed: number, kind = 77): Chance {
  let n = 0;
  return () => draw(seed, 0, n++, kind, 0);
}

export function pick<T>(chance: Chance, list: readonly T[]): T {
  return list[Math.floor(chance() * list.length)] as T;
}

/** A whole number from least to most. */
export function between(chance: Chance, least: number, most: number): number {
  return least + Math.floor(chance() * (most - least + 1));
}
