// Colours and signs of what a target shows or goes through, for SVG and CSS; light and dark in one value, told apart in any colour vision.
import { LOOKS, type Glyph } from '../map/colours.ts';

export interface Ink {
  /** A CSS colour for both themes. */
  readonly fill: string;
  readonly sign: string;
}

const SIGNS = {
  none: '·',
  question: '?',
  arrow: '↓',
  half: '◐',
  ring: '◯',
  dots: '⁝',
  tick: '✓',
  cross: '✕',
  wrench: '⚒',
  bar: '–',
} as const satisfies { readonly [glyph in Glyph]: string };

const isCell = (word: string): word is keyof typeof LOOKS => word in LOOKS;

/** Words that phases of plans are made of, in the order they are looked for. */
const BY_WORD: readonly (readonly [RegExp, keyof typeof LOOKS])[] = [
  [/straggl|fail|mop/i, 'failed'],
  [/repair|replace/i, 'in-repair'],
  [/drain|clear|quiet/i, 'draining'],
  [/reboot|activat|power|reset/i, 'rebooting'],
  [/conform|validat|check|soak|gate/i, 'validating'],
  [/return|undrain/i, 'returned'],
  [/updat|apply|stage|burn|flash|install/i, 'updating'],
];

export function inkOf(word: string): Ink {
  const known = isCell(word) ? word : (BY_WORD.find(([pattern]) => pattern.test(word))?.[1] ?? 'updating');
  const { light, dark, glyph } = LOOKS[known];
  return { fill: `light-dark(${light}, ${dark})`, sign: SIGNS[glyph] };
}
