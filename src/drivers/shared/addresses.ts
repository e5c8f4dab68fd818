// Files beside the fleet that say where something is reached: lines of words, and # begins a comment.
import { OptionSourceError } from './secrets.ts';

export interface WordLine {
  /** From 1. */
  readonly number: number;
  /** At least one. */
  readonly words: readonly string[];
}

/** Lines without words are left out. */
export function wordLines(text: string): WordLine[] {
  return text.split('\n').flatMap((line, index) => {
    const bare = line.replace(/#.*/, '').trim();
    return bare === '' ? [] : [{ number: index + 1, words: bare.split(/\s+/) }];
  });
}

/**
 * What `read` makes of the address of each node, from lines "NODE ADDRESS". `form` says what is expected, such as "NODE HOST[:PORT]".
 * Throws OptionSourceError for a line that is none and for a node that is there twice: the wrong machine might be reached.
 */
export function nodeAddresses<T>(file: string, text: string, form: string, read: (address: string) => T | null): ReadonlyMap<string, T> {
  const places = new Map<string, T>();
  for (const { number, words } of wordLines(text)) {
    const [node = '', address, ...more] = words;
    const place = address === undefined || more.length > 0 ? null : read(address);
    if (place === null) throw new OptionSourceError(`${file}:${number}: not "${form}": ${JSON.stringify(words.join(' '))}`);
    if (places.has(node)) throw new OptionSourceError(`${file}:${number}: ${node} is there twice`);
    places.set(node, place);
  }
  return places;
}
