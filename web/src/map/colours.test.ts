import { describe, expect, it } from 'vitest';
import { CELLS } from '../../../src/api/contract/cells.ts';
import { LOOKS, RAMP_STEPS, categoryColours, inkOn, mix, pixelOf, rampColours } from './colours.ts';

/** Machado's matrices at full severity, on linear light. */
const VISIONS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function lab(colour: string, vision: readonly number[]): number[] {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number(`0x${colour.slice(at, at + 2)}`) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const seen = [0, 3, 6].map((row) => Math.min(1, Math.max(0, vision[row]! * r! + vision[row + 1]! * g! + vision[row + 2]! * b!)));
  const xyz = [
    (0.4124564 * seen[0]! + 0.3575761 * seen[1]! + 0.1804375 * seen[2]!) / 0.95047,
    0.2126729 * seen[0]! + 0.7151522 * seen[1]! + 0.072175 * seen[2]!,
    (0.0193339 * seen[0]! + 0.119192 * seen[1]! + 0.9503041 * seen[2]!) / 1.08883,
  ].map((value) => (value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116));
  return [116 * xyz[1]! - 16, 500 * (xyz[0]! - xyz[1]!), 200 * (xyz[1]! - xyz[2]!)];
}

function leastDistance(colours: readonly string[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const vision of Object.values(VISIONS)) {
    const labs = colours.map((colour) => lab(colour, vision));
    labs.forEach((a, i) => {
      for (const b of labs.slice(i + 1)) least = Math.min(least, Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!));
    });
  }
  return least;
}

describe('colours', () => {
  for (const theme of ['dark', 'light'] as const) {
    it(`${theme}: states are told apart by any eye, by colour in the eight of a run and somewhat in all`, () => {
      const ofRun = CELLS.filter((cell) => cell !== 'unknown' && cell !== 'down').map((cell) => LOOKS[cell][theme]);
      expect(leastDistance(ofRun)).toBeGreaterThan(27);
      expect(leastDistance(CELLS.map((cell) => LOOKS[cell][theme]))).toBeGreaterThan(11);
    });

    it(`${theme}: categories are told apart by any eye`, () => {
      expect(leastDistance(categoryColours(theme).slice(0, -1))).toBeGreaterThan(33);
    });

    it(`${theme}: the ramp goes one way in lightness`, () => {
      const lightness = rampColours(theme)
        .slice(0, RAMP_STEPS)
        .map((colour) => lab(colour, VISIONS.normal)[0]!);
      const steps = lightness.slice(1).map((value, i) => Math.sign(value - lightness[i]!));
      expect(new Set(steps)).toEqual(new Set([theme === 'dark' ? 1 : -1]));
    });
  }

  it('every state but in service has a glyph of its own', () => {
    const glyphs = CELLS.map((cell) => LOOKS[cell].glyph);
    expect(new Set(glyphs).size).toBe(CELLS.length);
    expect(LOOKS['in-service'].glyph).toBe('none');
  });

  it('reads on failed in white', () => {
    expect([inkOn(LOOKS.failed.dark), inkOn(LOOKS.failed.light), inkOn('#ffffff')]).toEqual(['#ffffff', '#ffffff', '#000000']);
  });

  it('mixes, and packs pixels as the canvas wants them', () => {
    expect(mix('#000000', '#ff8000', 0.5)).toBe('#804000');
    expect(pixelOf('#010203')).toBe(0xff030201);
  });
});
