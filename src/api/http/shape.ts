// A JSON Schema as readers want it: what a value is in a few words, and the fields of an object as a list.
import { escapeHtml } from './plain-page.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

/** HTML: the words, and below them the fields where there are any. Takes whatever stands in an OpenAPI document. */
export function showShape(given: unknown): string {
  const schema = schemaOf(given);
  const inner = fieldsIn(schema);
  return `${words(schema)}${inner === null ? '' : fields(inner)}`;
}

/** One line of HTML, without fields. */
export function words(given: unknown): string {
  const schema = schemaOf(given);
  if (schema.$ref !== undefined) {
    const name = escapeHtml(schema.$ref.split('/').at(-1) ?? '');
    return `<a href="#shape-${name}">${name}</a>`;
  }
  const said = [kind(schema), ...bounds(schema)].join(', ');
  return schema.default === undefined ? said : `${said}; left out: <code>${escapeHtml(JSON.stringify(schema.default))}</code>`;
}

function schemaOf(given: unknown): Schema {
  return typeof given === 'object' && given !== null ? given : {};
}

function kind(schema: Schema): string {
  if (schema.const !== undefined) return `<code>${escapeHtml(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return schema.enum.map((one) => `<code>${escapeHtml(String(one))}</code>`).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return [...new Set(either.map(words))].join(' or ');
  if (schema.type === 'array')
    return schema.prefixItems ? `[${schema.prefixItems.map(words).join('; ')}]` : `list of ${words(schema.items)}`;
  if (schema.type === 'object') {
    const values = schema.additionalProperties;
    return schema.properties === undefined && typeof values === 'object' ? `map of names to ${words(values)}` : 'object';
  }
  return NAMES[schema.format ?? ''] ?? NAMES[schema.type ?? ''] ?? 'anything';
}

const NAMES: { readonly [type: string]: string } = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  null: 'null',
  'date-time': 'time as 2031-07-08T09:00:00Z',
};

/** Bounds that only say what fits into a number at all are left out. */
function bounds({ minLength, maxLength, minimum, maximum, pattern, format }: Schema): string[] {
  const isBound = (one: number | undefined): one is number => one !== undefined && Math.abs(one) < Number.MAX_SAFE_INTEGER;
  return [
    ...(isBound(minLength) && minLength > 0 ? [`at least ${minLength} characters`] : []),
    ...(isBound(maxLength) ? [`at most ${maxLength} characters`] : []),
    ...(isBound(minimum) ? [`at least ${minimum}`] : []),
    ...(isBound(maximum) ? [`at most ${maximum}`] : []),
    ...(pattern === undefined || format !== undefined ? [] : [`as <code>${escapeHtml(pattern)}</code>`]),
  ];
}

/** The object whose fields are worth showing: this one, or what a list, a map or a choice holds. null: none. */
function fieldsIn(schema: Schema): Schema | null {
  if (schema.properties) return schema;
  const values = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
  const inside = [...(schema.items ? [schema.items] : []), ...values, ...(schema.anyOf ?? schema.oneOf ?? [])];
  return inside.map(fieldsIn).find((found) => found !== null) ?? null;
}

function fields({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : ' (may be left out)';
    const description = schema.description === undefined ? '' : `. ${escapeHtml(schema.description)}`;
    return `<li><code>${escapeHtml(name)}</code>${optional}: ${showShape(schema)}${description}</li>`;
  });
  return `<ul>${rows.join('')}</ul>`;
}
