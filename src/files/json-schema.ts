// JSON Schemas of the YAML documents, for editors: what may be written, as completions and squiggles.
import { z } from 'zod';
import { changeSchema } from './change-schema.ts';
import { fleetSchema } from './fleet-schema.ts';
import { policySchema } from './policy-schema.ts';
import { extensionSchema, procedureSchema } from './procedure-schema.ts';

export const DOCUMENTS = ['fleet', 'change', 'policy', 'catalogue'] as const;

/** By document: `fleet`, `change`, `policy`, `catalogue`; draft 2020-12. */
export function jsonSchemas(): { readonly [document in (typeof DOCUMENTS)[number]]: object } {
  const catalogueSchema = z.union([procedureSchema, extensionSchema]);
  return {
    fleet: published(fleetSchema, 'fleet.yaml'),
    change: published(changeSchema, 'change.yaml'),
    policy: published(policySchema, 'policy.yaml'),
    catalogue: published(catalogueSchema, 'a file of the catalogue'),
  };
}

function published(schema: z.ZodType, title: string): object {
  return { title: `Pitstop: ${title}`, ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
}
