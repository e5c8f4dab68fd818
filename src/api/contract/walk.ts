// Every procedure of the contract as a list: for tests, documents and tools. The only place that looks inside oRPC's procedures.
import { type AnyContractProcedure, getEventIteratorSchemaDetails, isContractProcedure } from '@orpc/contract';
import { z } from 'zod';
import type { Access } from './base.ts';
import { contract } from './contract.ts';

export interface Procedure {
  /** ["runs", "pause"]. */
  readonly path: readonly [string, string];
  readonly summary: string;
  readonly method: string;
  /** Below /api, with {name} for fields of the input. */
  readonly route: string;
  readonly access: Access;
  /** An empty object where it takes none. */
  readonly input: z.ZodObject;
  /** Answers with a stream of events. */
  readonly isStream: boolean;
}

export function procedures(): Procedure[] {
  return Object.entries(contract).flatMap(([noun, group]) =>
    Object.entries(group as { readonly [name: string]: unknown }).flatMap(([name, procedure]) =>
      isContractProcedure(procedure) ? [told([noun, name], procedure)] : [],
    ),
  );
}

function told(path: readonly [string, string], procedure: AnyContractProcedure): Procedure {
  const { inputSchema, outputSchema, route, meta } = procedure['~orpc'];
  return {
    path,
    summary: route.summary ?? '',
    method: route.method ?? 'POST',
    route: route.path ?? '',
    access: meta as Access,
    input: inputSchema instanceof z.ZodObject ? inputSchema : z.object({}),
    isStream: getEventIteratorSchemaDetails(outputSchema) !== undefined,
  };
}
