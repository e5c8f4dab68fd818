// Values that a JSON Schema allows, as fast-check makes them: as much of JSON Schema as our OpenAPI document uses.
import fc from 'fast-check';
import { must } from '../src/std/assert.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

type Schemas = { readonly [name: string]: Schema };

const LENGTH_MAX = 12;

export function valuesOf(schema: Schema, named: Schemas): fc.Arbitrary<unknown> {
  const again = (inner: Schema): fc.Arbitrary<unknown> => valuesOf(inner, named);
  if (schema.$ref !== undefined) return again(must(named[schema.$ref.split('/').at(-1) ?? ''], schema.$ref));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return fc.oneof(...either.map(again));
  switch (schema.type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer({ min: low(schema), max: high(schema) });
    case 'number':
      return fc.double({ min: low(schema), max: high(schema), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(again(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case 'object':
      return objects(schema, again);
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function texts({ pattern, minLength = 0, maxLength = LENGTH_MAX }: Schema): fc.Arbitrary<string> {
  return pattern === undefined
    ? fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, LENGTH_MAX)) })
    : fc.stringMatching(new RegExp(pattern)).filter((text) => text.length >= minLength && text.length <= Math.max(maxLength, 64));
}

function objects(
  { properties = {}, required = [], additionalProperties }: Schema,
  of: (schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)])), {
    requiredKeys: [...required],
  });
  if (typeof additionalProperties !== 'object' || Object.keys(properties).length > 0) return known;
  return fc.dictionary(fc.string({ maxLength: 8 }), of(additionalProperties), { maxKeys: 3 });
}

function low({ minimum, exclusiveMinimum }: Schema): number {
  return Math.ceil(Math.max(minimum ?? -1_000, (exclusiveMinimum ?? -1_001) + 1));
}

function high({ maximum }: Schema): number {
  return Math.min(maximum ?? 1_000, 100_000);
}
