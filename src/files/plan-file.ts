// Plan files: self-contained JSON whose id is the hash of all the rest, so that a changed plan is no plan.
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Fleet } from '../core/fleet/model.ts';
import type { Plan } from '../core/plan/plan.ts';
import { PitstopBugError } from '../std/assert.ts';
import { parseDocument } from './document.ts';
import type { Path, SourceDocument } from './document.ts';
import { outOfBounds } from './plan-bounds.ts';
import { planSchema } from './plan-schema.ts';
import { BadInputError } from './problem.ts';
import { readText, writeWhole } from './read-text.ts';
import { problemsOf, Problems, Refusal } from './schema.ts';

/** JSON with sorted keys and no spaces: equal values give equal text. Keys without a value are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new PitstopBugError(`JSON cannot hold ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new PitstopBugError(`JSON cannot hold a ${typeof value}`);
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(',')}}`;
}

/** sha256, in hex, of the canonical JSON of a plan without its id. */
export function planId(plan: Omit<Plan, 'id'>): string {
  return sha256(canonicalJson({ ...plan, id: undefined }));
}

export function fleetId(fleet: Fleet): string {
  return sha256(canonicalJson(fleet));
}

/** A plan to do something with. Throws BadInputError when the file is no plan, is not the plan that its id names, or has no targets. */
export function readPlan(file: string): Plan {
  const text = readText(file);
  const plan = parsePlan(text, file);
  if (plan.waves.length === 0)
    refuse(text, file, ['waves'], new Refusal('no targets: a run of it would do nothing', 'plan again', { value: '' }));
  return plan;
}

/** As `readPlan`, of any plan that a run was made of; one that others carried out, on nodes that nobody named, has no targets. */
export function parsePlan(text: string, file: string): Plan {
  const plan = parseJson(planSchema, text, file);
  const wrong = (path: Path, why: string, mend: string): never => refuse(text, file, path, new Refusal(why, mend));
  if (planId(plan) !== plan.id)
    wrong(['id'], 'the plan was changed after it was made', 'make a child instead: pitstop plan --parent PLAN --set KEY=VALUE -o CHILD');
  if (fleetId(plan.fleet.document) !== plan.fleet.id)
    wrong(['fleet', 'id'], 'the fleet in the plan is not the one named here', 'plan again');
  const bound = outOfBounds(plan);
  if (bound) refuse(text, file, bound.path, bound.refusal);
  return plan;
}

function refuse(text: string, file: string, path: Path, refusal: Refusal): never {
  const problems = new Problems(placesOf(text, file));
  problems.add(path, refusal);
  problems.done();
  throw new PitstopBugError(`a wrong plan got through: ${refusal.why}`);
}

/** Throws BadInputError when the fleet is not the one that was planned for. */
export function requireSameFleet(plan: Plan, planFile: string, fleet: Fleet, fleetFile: string): void {
  if (fleetId(fleet) === plan.fleet.id) return;
  const why = `the fleet has changed since plan ${plan.id.slice(0, 12)} was made (${planFile})`;
  throw new BadInputError([{ file: fleetFile, line: 1, col: 1, value: fleet.name, why, mend: 'plan again with this fleet file' }]);
}

/** Replaces the file in one step. */
export function writePlan(file: string, plan: Plan): void {
  writeWhole(file, showPlan(plan));
}

/** The plan file's text; who it is stands at its head. */
export function showPlan(plan: Plan): string {
  const { schema, id, parent, ...rest } = plan;
  return `${JSON.stringify({ schema, id, parent, ...rest }, null, 2)}\n`;
}

/** A JSON text through a schema. Throws BadInputError with places. */
export function parseJson<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const result = checked(schema, jsonValue(text, file), file);
  if (result.success) return result.data;
  // Places cost a slow parse, so they are looked for only now.
  throw new BadInputError(problemsOf(result.error.issues, placesOf(text, file), []));
}

function checked<T>(schema: z.ZodType<T>, value: unknown, file: string): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw notOurs(file, { line: 1, col: 1 });
  }
}

function jsonValue(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notOurs(file, faultPlace(error, text, file));
  }
}

/** The engine names the position in long texts only; in short ones YAML stumbles over the same spot. */
function faultPlace(error: unknown, text: string, file: string): { line: number; col: number } {
  const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  if (position !== undefined) {
    const before = text.slice(0, Number(position)).split('\n');
    return { line: before.length, col: (before.at(-1)?.length ?? 0) + 1 };
  }
  try {
    parseDocument(text, file);
  } catch (found) {
    if (found instanceof BadInputError && found.problems[0]) return found.problems[0];
  }
  return { line: 1, col: 1 };
}

function notOurs(file: string, { line, col }: { line: number; col: number }): BadInputError {
  return new BadInputError([
    { file, line, col, value: '', why: 'this is not JSON as Pitstop writes it', mend: 'use the file as it was written' },
  ]);
}

/** JSON is YAML but for its oddest corners; where even the places cannot be found, the first line has to do. */
function placesOf(text: string, file: string): SourceDocument {
  try {
    return parseDocument(text, file);
  } catch {
    const place = (): { line: number; col: number; source: string } => ({ line: 1, col: 1, source: '' });
    return { file, value: null, place, keyPlace: place, inside: place };
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
