// Reads what the site's list command printed. Nothing is believed that does not stand there whole: a missing key is not "nobody",
// an output that breaks off says nothing at all, and a node that is listed twice with different facts is unknown.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { AllocatorFacts } from '../../core/ports.ts';
import { holdClaim } from './claim.ts';

/** What one node's entries say; facts null: they cannot be believed, and `why` says what is wrong with them. */
export interface Listed {
  readonly facts: AllocatorFacts | null;
  readonly why: string;
}

/** The whole output cannot be believed. */
export class ListingError extends Error {
  override name = 'ListingError';
}

/** Unix seconds would be a day in January 1970: read as milliseconds they would lie by a factor of 1,000. */
const TIME_MS_MIN = 100_000_000_000;
const SHOWN_CHARACTERS_MAX = 80;
const PROBLEMS_SHOWN_MAX = 3;

const TIME_SHAPE = 'Unix milliseconds, or a time like "2031-07-08T09:00:00Z"';
const time = z.union(
  [z.int().min(TIME_MS_MIN, TIME_SHAPE), z.iso.datetime({ offset: true }).transform((text) => new Date(text).getTime())],
  TIME_SHAPE,
);
const words = z.string().nullish();

const entry = z.looseObject({
  node: z.string().min(1),
  open: z.boolean(),
  hold: z.looseObject({ by: words, reason: words }).nullable(),
  placements: z.array(z.looseObject({ id: z.union([z.string().min(1), z.int().transform(String)]), owner: z.string() })),
  session: z.looseObject({ whose: z.string().min(1), since: time.nullable() }).nullable(),
  released: z.looseObject({ by: z.string().min(1), at: time }).nullable(),
});
const named = z.looseObject({ node: z.string().min(1) });

/** The nodes that the output tells of. Throws ListingError when it breaks off, is no JSON, or is empty. */
export function readListing(output: string): ReadonlyMap<string, Listed> {
  const nodes = new Map<string, Listed>();
  for (const item of itemsOf(output)) {
    const name = named.safeParse(item);
    if (!name.success) throw new ListingError(`list printed an entry without the name of a node: ${show(JSON.stringify(item))}`);
    const { node } = name.data;
    const listed = listedAs(item);
    const before = nodes.get(node);
    if (!before) nodes.set(node, listed);
    else if (!isDeepStrictEqual(before, listed)) nodes.set(node, { facts: null, why: `list tells of ${node} twice, and differently` });
  }
  return nodes;
}

function listedAs(item: unknown): Listed {
  const parsed = entry.safeParse(item);
  if (!parsed.success) return { facts: null, why: `list printed what is no entry: ${problems(parsed.error)}` };
  const { open, hold, placements, session, released } = parsed.data;
  return {
    facts: {
      role: 'allocator',
      open,
      hold: hold && holdClaim({ by: hold.by ?? '', reason: hold.reason ?? '' }),
      placements: placements.map(({ id, owner }) => ({ id, owner })),
      session: session && { whose: session.whose, since: session.since },
      released: released && { by: released.by, at: released.at },
    },
    why: '',
  };
}

/** A list of JSON, or one JSON value a line. */
function itemsOf(output: string): readonly unknown[] {
  const text = output.trim();
  if (text === '') throw new ListingError('list printed nothing');
  if (text.startsWith('[')) {
    const list = z.array(z.unknown()).safeParse(parse(text, 'list printed a JSON list that breaks off or is none'));
    if (!list.success) throw new ListingError('list printed JSON that is no list');
    return list.data;
  }
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parse(line, `line ${index + 1} of what list printed is no JSON`)]));
}

function parse(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ListingError(`${otherwise}: ${show(text)}`);
  }
}

/** The end, where it is long: what breaks off does so there. */
function show(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ');
  return line.length > SHOWN_CHARACTERS_MAX ? `... ${line.slice(-SHOWN_CHARACTERS_MAX)}` : line;
}

function problems(error: z.ZodError): string {
  const all = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const more = all.length - PROBLEMS_SHOWN_MAX;
  return `${all.slice(0, PROBLEMS_SHOWN_MAX).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
