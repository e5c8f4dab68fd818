// The colours and glyphs of the map in both themes. A canvas cannot read CSS variables, so they stand here.
import { CELLS } from '../../../src/api/contract/cells.ts';
import type { Cell } from '../../../src/api/contract/cells.ts';

export type Theme = 'dark' | 'light';

export type Glyph = 'none' | 'question' | 'arrow' | 'half' | 'ring' | 'dots' | 'tick' | 'cross' | 'wrench' | 'bar';

interface Look {
  readonly dark: string;
  readonly light: string;
  readonly glyph: Glyph;
  /** The state in words. */
  readonly words: string;
}

/** The eight colours from in-service to in-repair were searched for: least CIE76 distance under any colour vision 31 dark, 28 light. */
export const LOOKS: { readonly [cell in Cell]: Look } = {
  unknown: { dark: '#14171c', light: '#ffffff', glyph: 'question', words: 'not looked at' },
  'in-service': { dark: '#343462', light: '#bce8f2', glyph: 'none', words: 'in service' },
  draining: { dark: '#f49e0e', light: '#eb6707', glyph: 'arrow', words: 'draining' },
  updating: { dark: '#6accff', light: '#2797f5', glyph: 'half', words: 'updating' },
  rebooting: { dark: '#8b28ed', light: '#461295', glyph: 'ring', words: 'rebooting' },
  validating: { dark: '#ecd38c', light: '#e8ee7c', glyph: 'dots', words: 'validating' },
  returned: { dark: '#298771', light: '#006958', glyph: 'tick', words: 'returned' },
  failed: { dark: '#c11500', light: '#a60000', glyph: 'cross', words: 'failed' },
  'in-repair': { dark: '#dcffef', light: '#230020', glyph: 'wrench', words: 'in repair' },
  down: { dark: '#b0b0bc', light: '#9c9c9c', glyph: 'bar', words: 'down before' },
};

export interface Ground {
  readonly ground: string;
  readonly block: string;
  /** Behind the nodes of a rack, seen in the gaps. */
  readonly rack: string;
  readonly rule: string;
  readonly text: string;
  readonly muted: string;
  readonly selected: string;
  /** Nodes that the page points at, such as an affected set. */
  readonly highlighted: string;
  /** Held by a person, or touched by somebody else. */
  readonly held: string;
  /** Border of cells whose fill is close to the ground. */
  readonly edge: string;
}

export const GROUNDS: { readonly [theme in Theme]: Ground } = {
  dark: {
    ground: '#0f1217',
    block: '#12161c',
    rack: '#1b212a',
    rule: '#2c333d',
    text: '#e6eaf0',
    muted: '#9aa6b4',
    selected: '#ffffff',
    highlighted: '#ff5fd2',
    held: '#f5b04a',
    edge: '#5a5f9a',
  },
  light: {
    ground: '#ffffff',
    block: '#fafbfc',
    rack: '#e9edf1',
    rule: '#d3d9e0',
    text: '#15191e',
    muted: '#5a6572',
    selected: '#000000',
    highlighted: '#c2008f',
    held: '#9a4300',
    edge: '#7fa9b5',
  },
};

export const stateColours = (theme: Theme): readonly string[] => CELLS.map((cell) => LOOKS[cell][theme]);

/** Searched for like the states: least distance 34 under any colour vision, also from the ground. */
const CATEGORIES: { readonly [theme in Theme]: readonly string[] } = {
  dark: ['#27878b', '#b9f845', '#3e02ff', '#ffc4ff', '#76472d', '#37f69c', '#d951f1', '#869213'],
  light: ['#357d6f', '#ecc12e', '#3c1690', '#2dcfff', '#7c1c11', '#95a75d', '#c010ff', '#4c0246'],
};
const OTHER: { readonly [theme in Theme]: string } = { dark: '#5b636e', light: '#b4bcc5' };

/** Fill by category: as many as can be told apart, then one for all others. */
export const CATEGORY_OTHER = 8;
export const categoryColours = (theme: Theme): readonly string[] => [...CATEGORIES[theme], OTHER[theme]];

/** Fill by number: RAMP_STEPS from little to much, then one for no number. */
export const RAMP_STEPS = 16;
const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

export function rampColours(theme: Theme): readonly string[] {
  const stops = theme === 'dark' ? CIVIDIS : [...CIVIDIS].reverse();
  const steps = Array.from({ length: RAMP_STEPS }, (_, step) => {
    const at = (step / (RAMP_STEPS - 1)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    return mix(stops[from]!, stops[from + 1]!, at - from);
  });
  return [...steps, LOOKS.unknown[theme]];
}

/** Part `share` of b mixed into a; both as #rrggbb. */
export function mix(a: string, b: string, share: number): string {
  const [ra, rb] = [channels(a), channels(b)];
  return `#${ra
    .map((from, i) =>
      Math.round(from + (rb[i]! - from) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Black or white, whichever reads better on the colour (WCAG contrast). */
export function inkOn(colour: string): string {
  const [r, g, b] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

/** As a pixel of ImageData read as little-endian words. */
export function pixelOf(colour: string): number {
  const [r, g, b] = channels(colour);
  return ((255 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((from) => Number(`0x${colour.slice(from, from + 2)}`));
}
