// The OpenAPI document of the REST side, made from the contract: what it offers, who may call it, and every answer.
import type { OpenAPI } from '@orpc/contract';
import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { contract } from '../contract/contract.ts';
import { actSchema, saidSchema, shareSchema, tokenSchema, whoSchema } from '../contract/people-schemas.ts';
import { planSummarySchema } from '../contract/plan-schemas.ts';
import { findingSchema, leavesSchema, runViewSchema } from '../contract/schemas.ts';
import { procedures, type Procedure } from '../contract/walk.ts';
import { nameOf } from './lookup.ts';

let made: { readonly version: string; readonly document: Promise<OpenAPI.Document> } | null = null;

/** Made once: the contract does not change while a server runs. */
export function openApi(version: string): Promise<OpenAPI.Document> {
  if (made?.version !== version) made = { version, document: generate(version) };
  return made.document;
}

async function generate(version: string): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: 'Pitstop',
      version,
      description:
        'The maintenance desk of an AI supercomputer. Every operation says the least role that may call it; what changes something ' +
        'is written into the book of acts. A browser session sends X-Pitstop-CSRF with every act.',
    },
    servers: [{ url: '/api' }],
    security: [{ bearer: [] }, { session: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'a token of `pitstop token mint`: pst_...' },
        session: { type: 'apiKey', in: 'cookie', name: 'pitstop_session', description: 'of a browser that signed in at /sign-in' },
      },
    },
    customErrorResponseBodySchema: ERROR_REF,
    commonSchemas: {
      Act: { schema: actSchema, strategy: 'output' },
      Finding: { schema: findingSchema, strategy: 'output' },
      Leaves: { schema: leavesSchema, strategy: 'output' },
      PlanSummary: { schema: planSummarySchema, strategy: 'output' },
      RunView: { schema: runViewSchema, strategy: 'output' },
      Said: { schema: saidSchema, strategy: 'output' },
      Share: { schema: shareSchema, strategy: 'output' },
      Token: { schema: tokenSchema, strategy: 'output' },
      Who: { schema: whoSchema, strategy: 'output' },
    },
  });
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Error: ERROR } };
  for (const procedure of procedures()) describe(document, procedure);
  return document;
}

function describe(document: OpenAPI.Document, procedure: Procedure): void {
  const operation = document.paths?.[procedure.route]?.[procedure.method === 'GET' ? 'get' : 'post'];
  if (!operation) throw new Error(`OpenAPI: ${nameOf(procedure)} is missing at ${procedure.method} ${procedure.route}`);
  const { least, acts } = procedure.access;
  Object.assign(operation, {
    description: `${least === 'public' ? 'Nobody needs to sign in.' : `Needs the role ${least}.`} ${acts ? 'Changes something.' : 'Only looks.'}`,
    'x-pitstop-least': least,
    'x-pitstop-acts': acts,
    ...(least === 'public' ? { security: [] } : {}),
    ...(acts ? { parameters: [...(operation.parameters ?? []), CSRF] } : {}),
    responses: {
      ...operation.responses,
      ...REFUSED,
      ...(procedure.method === 'POST' ? { 400: BAD_REQUEST, 413: TOO_LARGE } : { 400: BAD_REQUEST }),
      429: TOO_MANY,
    },
  });
}

const CSRF: OpenAPI.ParameterObject = {
  name: 'X-Pitstop-CSRF',
  in: 'header',
  required: false,
  description: 'only for a browser session, which GET /server/who tells it',
  schema: { type: 'string' },
};

const ERROR: OpenAPI.SchemaObject = {
  type: 'object',
  required: ['defined', 'code', 'status', 'message'],
  properties: {
    defined: { type: 'boolean' },
    code: { type: 'string' },
    status: { type: 'integer' },
    message: { type: 'string' },
    data: {},
  },
};

const ERROR_REF = { $ref: '#/components/schemas/Error' };

const BAD_REQUEST: OpenAPI.ResponseObject = {
  description: 'What was sent does not fit: `data.issues` says where',
  content: { 'application/json': { schema: ERROR_REF } },
};
const TOO_LARGE: OpenAPI.ResponseObject = {
  description: 'The request is too large',
  content: { 'application/json': { schema: ERROR_REF } },
};
/** The contract's own refusals, in words. */
const REFUSED: OpenAPI.ResponsesObject = Object.fromEntries(
  Object.entries({
    401: 'Nobody has said who they are, or the token does not hold',
    403: 'The role is not enough, or a session acts without X-Pitstop-CSRF',
    404: 'There is no such thing',
    409: 'Refused, with the reason: nothing was done',
    422: 'Bad input, with place, value, reason and mend',
    502: 'An outside system did not answer',
  }).map(([status, description]) => [status, { description, content: { 'application/json': { schema: ERROR_REF } } }]),
);

const TOO_MANY: OpenAPI.ResponseObject = {
  description: 'Too many requests: wait a little',
  headers: { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } },
  content: { 'application/json': { schema: ERROR_REF } },
};
