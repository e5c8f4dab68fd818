// Which silence is about which node: how ours are written and read back, and what others' matchers mean for a node.
import type { Matcher, Silence } from './client.ts';
import { MATCHER, type AlertmanagerSettings } from './options.ts';

/** Of the names in one silence, with the bars between them: longer ones are split, for the sake of servers that bound a silence. */
const CHARACTERS_MAX = 4_000;
const PATTERN_CACHE_MAX = 10_000;

/** Runs that may stand in a silence of ours. */
const OURS = /^pitstop:([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

export class Coverage {
  readonly #label: string;
  /** Of the label's pattern, around {node}. */
  readonly #before: string;
  readonly #after: string;
  readonly #more: readonly Matcher[];
  readonly #patterns = new Map<string, RegExp | null>();

  constructor({ label, value, matchers }: AlertmanagerSettings) {
    this.#label = label;
    [this.#before = '', this.#after = ''] = value.split('{node}');
    this.#more = matchers.map(matcherOf);
  }

  /** The matchers of a silence of these nodes and no others. */
  matchersOf(targets: readonly string[]): Matcher[] {
    const value = `${this.#before}(?:${targets.map(escaped).join('|')})${this.#after}`;
    return [{ name: this.#label, value, isRegex: true, isEqual: true }, ...this.#more];
  }

  /** The nodes of a silence that `matchersOf` made; null: it was made otherwise, or with other options. */
  targetsOf({ matchers }: Silence): string[] | null {
    // Alertmanager sorts them.
    const own = matchers.find((matcher) => matcher.name === this.#label && matcher.value.startsWith(`${this.#before}(?:`));
    if (!own || !own.value.endsWith(`)${this.#after}`)) return null;
    const names = own.value
      .slice(this.#before.length + 3, own.value.length - this.#after.length - 1)
      .split('|')
      .map(unescaped);
    return same(this.matchersOf(names), matchers) ? names : null;
  }

  /** Splits nodes so that each part fits into one silence beside what is there already. */
  fits(there: readonly string[], more: string): boolean {
    return there.length === 0 || [...there, more].reduce((sum, name) => sum + escaped(name).length + 1, 0) <= CHARACTERS_MAX;
  }

  /** The node that a label's value is about; null: none of these. */
  finder(targets: readonly string[]): (value: string | undefined) => string | null {
    const found = new Map<string, string | null>();
    // The longest first, so that the most specific name has it.
    const names = targets.toSorted((a, b) => b.length - a.length).map(escaped);
    const pattern = new RegExp(`^${this.#before}(?<node>${names.join('|')})${this.#after}$`);
    return (value) => {
      if (value === undefined || targets.length === 0) return null;
      let target = found.get(value);
      if (target === undefined) {
        target = pattern.exec(value)?.groups?.['node'] ?? null;
        found.set(value, target);
      }
      return target;
    };
  }

  /**
   * Whether somebody's silence is about this node, as far as its matchers of our label tell; `values` are what its alerts hold there.
   * A pattern that we would rather not run counts as no.
   */
  isAbout({ matchers }: Silence, target: string, values: readonly string[], find: (value: string | undefined) => string | null): boolean {
    const about = matchers.filter((matcher) => matcher.name === this.#label);
    if (about.length === 0) return false;
    return about.every((matcher) => {
      if (!matcher.isRegex)
        return matcher.isEqual ? find(matcher.value) === target : [target, ...values].some((value) => value !== matcher.value);
      const pattern = this.#pattern(matcher.value);
      return pattern !== null && [target, ...values].some((value) => pattern.test(value) === matcher.isEqual);
    });
  }

  /** The label's value of an alert. */
  valueOf(labels: Readonly<Record<string, string>>): string | undefined {
    return Object.hasOwn(labels, this.#label) ? labels[this.#label] : undefined;
  }

  #pattern(source: string): RegExp | null {
    const known = this.#patterns.get(source);
    if (known !== undefined) return known;
    const pattern = safePattern(source);
    if (this.#patterns.size > PATTERN_CACHE_MAX) this.#patterns.clear();
    this.#patterns.set(source, pattern);
    return pattern;
  }
}

export function markOf(run: string): string {
  return `pitstop:${run}`;
}

/** The run that a silence belongs to; null: it is somebody else's. */
export function runOf({ createdBy, comment }: Silence): string | null {
  const run = OURS.exec(createdBy)?.[1] ?? null;
  return run !== null && (comment === createdBy || comment.startsWith(`${createdBy} `)) ? run : null;
}

export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  return `${name}${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}${JSON.stringify(value)}`;
}

function matcherOf(text: string): Matcher {
  const [, name = '', op = '=', quoted, bare] = MATCHER.exec(text) ?? [];
  return { name, value: quoted ?? bare ?? '', isRegex: op.endsWith('~'), isEqual: op.startsWith('=') };
}

function same(a: readonly Matcher[], b: readonly Matcher[]): boolean {
  const texts = (list: readonly Matcher[]): string => list.map(matcherText).toSorted().join('\n');
  return texts(a) === texts(b);
}

/** Go's and JavaScript's patterns agree on what people write here; a repeated group could take JavaScript for ever. */
function safePattern(source: string): RegExp | null {
  const [, flags = '', rest = ''] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(source) ?? [];
  if (/\)[*+{]/.test(rest) || rest.length > 100_000) return null;
  try {
    return new RegExp(`^(?:${rest})$`, flags);
  } catch {
    return null;
  }
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}
