// What a JSON Schema allows at a path of the document: keys and values to offer, and words that explain them. As far as ours go.

export type Schema = { readonly [key: string]: unknown };

export interface KeyOffer {
  readonly key: string;
  /** What kind of value it takes, in a few words. */
  readonly takes: string;
  readonly required: boolean;
  /** Its value is an object or a list. */
  readonly nested: boolean;
}

/** The schemas that hold at a path; several where one of some shapes is meant, none where nothing may stand. */
function schemasAt(schema: Schema, path: readonly (string | null)[]): Schema[] {
  return path.reduce<Schema[]>((here, key) => here.flatMap((each) => inside(each, key)), branches(schema));
}

/** Keys that may be written there, those first that must be. */
export function keysAt(schema: Schema, path: readonly (string | null)[]): KeyOffer[] {
  const offers = new Map<string, KeyOffer>();
  for (const each of schemasAt(schema, path)) {
    const required = Array.isArray(each['required']) ? each['required'] : [];
    for (const [key, value] of Object.entries(isSchema(each['properties']) ? each['properties'] : {})) {
      if (!isSchema(value)) continue;
      const all = branches(value);
      const nested = all.every(({ type }) => type === 'object' || type === 'array');
      offers.set(key, { key, takes: wordsOf(value), required: required.includes(key), nested });
    }
  }
  return [...offers.values()].toSorted((a, b) => Number(b.required) - Number(a.required));
}

/** Values that can be told beforehand. */
export function valuesAt(schema: Schema, path: readonly (string | null)[]): string[] {
  const values = schemasAt(schema, path).flatMap((each) =>
    Array.isArray(each['enum']) ? each['enum'].map(String) : each['type'] === 'boolean' ? ['true', 'false'] : [],
  );
  return [...new Set(values)];
}

/** "a duration such as 90s, 12m", "one of all, sample, none": what may stand there; '' where the schema does not say. */
export function wordsAt(schema: Schema, path: readonly (string | null)[]): string {
  return alternatives(schemasAt(schema, path).map(shapeWords));
}

function wordsOf(schema: Schema): string {
  return alternatives(branches(schema).map(shapeWords));
}

function alternatives(words: readonly string[]): string {
  return [...new Set(words.filter((each) => each !== ''))].join(', or ');
}

function branches(schema: Schema): Schema[] {
  const any = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(any) ? any.filter(isSchema).flatMap(branches) : [schema];
}

function inside(schema: Schema, key: string | null): Schema[] {
  if (key === null) {
    const items = schema['items'];
    const first = Array.isArray(schema['prefixItems']) ? schema['prefixItems'].filter(isSchema) : [];
    return isSchema(items) ? branches(items) : first.slice(0, 1).flatMap(branches);
  }
  const properties = schema['properties'];
  const known = isSchema(properties) && Object.hasOwn(properties, key) ? properties[key] : schema['additionalProperties'];
  return isSchema(known) ? branches(known) : [];
}

function shapeWords(schema: Schema): string {
  const { description, type } = schema;
  if (typeof description === 'string') return description;
  if (Array.isArray(schema['enum'])) return `one of ${schema['enum'].map(String).join(', ')}`;
  const kinds: unknown[] = Array.isArray(type) ? type : [type];
  return alternatives(kinds.map((kind) => kindWords(kind, schema)));
}

function kindWords(kind: unknown, schema: Schema): string {
  if (kind === 'boolean') return 'true or false';
  if (kind === 'integer')
    return typeof schema['minimum'] === 'number' ? `a whole number of at least ${schema['minimum']}` : 'a whole number';
  if (kind === 'number') return 'a number';
  if (kind === 'string') return 'text';
  if (kind === 'array') {
    const words = isSchema(schema['items']) ? wordsOf(schema['items']) : '';
    return words === '' ? 'a list' : `a list: ${words}`;
  }
  if (kind !== 'object') return '';
  const keys = isSchema(schema['properties']) ? Object.keys(schema['properties']) : [];
  if (keys.length > 0) return `{${keys.join(', ')}}`;
  return isSchema(schema['additionalProperties']) ? `by name: ${wordsOf(schema['additionalProperties'])}` : 'an object';
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
