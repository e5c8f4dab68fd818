// What an editor offers at a place of change.yaml or policy.yaml, and what it says of a key: the path meets the schema.
import { keysAt, valuesAt, wordsAt, type Schema } from './schema-words.ts';
import { yamlPlaceAt } from './yaml-path.ts';

interface Offer {
  readonly label: string;
  /** What is written in its place. */
  readonly text: string;
  readonly detail: string;
}

export interface Offers {
  readonly from: number;
  readonly offers: readonly Offer[];
}

/** null: nothing to offer there. */
export function offersAt(text: string, offset: number, schema: Schema): Offers | null {
  const place = yamlPlaceAt(text, offset);
  if (place === null) return null;
  if (place.writing === 'value') {
    const offers = valuesAt(schema, place.path).map((value) => ({ label: value, text: value, detail: '' }));
    return offers.length === 0 ? null : { from: place.from, offers };
  }
  const offers = keysAt(schema, place.path)
    .filter(({ key }) => !place.siblings.includes(key) || key === place.word)
    .map(({ key, takes, required, nested }) => ({
      label: key,
      text: nested ? `${key}:` : `${key}: `,
      detail: `${required ? 'must stand; ' : ''}${takes}`,
    }));
  return offers.length === 0 ? null : { from: place.from, offers };
}

/** The key under the pointer, from where to where, and what may stand there; null: no key, or nothing to say. */
export function helpAt(text: string, offset: number, schema: Schema): { from: number; to: number; key: string; words: string } | null {
  const isKeyChar = (at: number): boolean => /[A-Za-z0-9_.-]/.test(text.charAt(at));
  let [from, to] = [offset, offset];
  while (from > 0 && isKeyChar(from - 1)) from--;
  while (to < text.length && isKeyChar(to)) to++;
  if (from === to || !/^ *:(\s|$)/.test(text.slice(to, to + 3))) return null;
  const place = yamlPlaceAt(text, to);
  if (place === null || place.writing !== 'key') return null;
  const key = text.slice(from, to);
  const words = wordsAt(schema, [...place.path, key]);
  return words === '' ? null : { from, to, key: [...place.path.map((each) => each ?? '[]'), key].join('.').replaceAll('.[]', '[]'), words };
}
