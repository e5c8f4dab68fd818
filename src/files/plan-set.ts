// `plan --set KEY=VALUE` on a parent plan: policy and procedures are written out in the users' words, changed there, and read again, so that
// every check of the files holds for a set too.
import type { Policy } from '../core/change/policy.ts';
import type { Prior } from '../core/change/procedure.ts';
import type { MergedProcedure, Plan } from '../core/plan/plan.ts';
import type { Json, JsonObject } from '../std/json.ts';
import { parseDocument } from './document.ts';
import type { SourceDocument } from './document.ts';
import { policyOf } from './policy-file.ts';
import type { Calendars } from './policy-file.ts';
import { BadInputError, shorten, suggest } from './problem.ts';
import { sharesOff, toMopUpWay, toStep, toWayBack } from './procedure-file.ts';
import { backSchema, mopUpSchema, stepSchema } from './procedure-schema.ts';
import { keys, Problems, readWith } from './schema.ts';
import { observedShare } from './values.ts';
import { writeMopUpWay, writePolicy, writeStep, writeWayBack } from './written-plan.ts';
import { writePrior, writeShareOf } from './written.ts';

/** What the child plan is to be made of. */
export interface PlanParts {
  readonly policy: Policy;
  readonly calendars: Calendars;
  /** As in the plan: by procedure id. */
  readonly procedures: { readonly [id: string]: MergedProcedure };
  /** Those of the parent that still hold, for the report. */
  readonly defaults: readonly string[];
}

/**
 * The parent's policy and procedures with each `policy.gates.returned=90%` or `catalogue.host-os.steps.apply.takes=20m~0.3` applied, in
 * order. A bare duration as `takes` keeps the spread. Throws BadInputError with place `--set KEY=VALUE:1:COL`; the plan is left alone.
 */
export function applySets(plan: Plan, sets: readonly string[], nowMs = Date.now()): PlanParts {
  const { policy, calendars, procedures, report } = plan;
  let parts: PlanParts = { policy, calendars, procedures, defaults: report.defaults };
  const bad: BadInputError[] = [];
  for (const set of sets) {
    try {
      parts = applyOne(plan, parts, readSet(set), nowMs);
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      bad.push(error);
    }
  }
  if (bad.length > 0) throw new BadInputError(bad.flatMap((error) => error.problems));
  requireWholeMopUps(parts.procedures, sets);
  return parts;
}

/** Only once all sets are in: the share of one way is changed by one set, that of another by the next. */
function requireWholeMopUps(procedures: PlanParts['procedures'], sets: readonly string[]): void {
  const last = sets.findLast((set) => /^catalogue\.[^=]*\.mopUp\.[^=]*\.share=/.test(set));
  if (last === undefined) return;
  const component = readSet(last).path[1] ?? '';
  const changed = Object.values(procedures).filter(({ components }) => Object.hasOwn(components, component));
  const off = changed.map(({ mopUp }) => sharesOff(mopUp)).find((refusal) => refusal !== null);
  if (!off) return;
  const { file, col, source } = readSet(last);
  const mend = 'set the share of another way too, so that they add up to 100%';
  throw new BadInputError([{ file, line: 1, col, value: source, why: off.why, mend }]);
}

interface Setting {
  readonly file: string;
  readonly key: string;
  readonly path: readonly string[];
  readonly value: Json;
  readonly source: string;
  readonly col: number;
}

function readSet(set: string): Setting {
  const file = `--set ${shorten(set)}`;
  const at = set.indexOf('=');
  const key = set.slice(0, Math.max(0, at));
  if (at < 0 || !/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(key) || key.includes('__proto__')) {
    throw unusable(file, 'is no setting', 'write policy.KEY=VALUE or catalogue.COMPONENT.steps.STEP.KEY=VALUE');
  }
  const source = set.slice(at + 1);
  const value = parseDocument(source, file).value;
  if (value === null) throw unusable(file, 'has no value', 'write one after the =, in quotes if it is a node set');
  return { file, key, path: key.split('.'), value, source: shorten(source), col: at + 2 };
}

function unusable(file: string, why: string, mend: string): BadInputError {
  return new BadInputError([{ file, line: 1, col: 1, value: '', why, mend }]);
}

function applyOne(plan: Plan, parts: PlanParts, setting: Setting, nowMs: number): PlanParts {
  const { path, key } = setting;
  const defaults = parts.defaults.filter((line) => !line.startsWith(`${key} =`) && !line.startsWith(`${key}.`));
  if (path[0] === 'policy') {
    const document = documentOf(setting, changed(writePolicy(parts.policy), path.slice(1), setting));
    // A window that was agreed long ago is no fault of another setting.
    const { policy, calendars } = policyOf(document, plan.fleet.document, path[1] === 'windows' ? nowMs : 0);
    return { ...parts, policy, calendars, defaults };
  }
  if (path[0] === 'catalogue') return { ...parts, procedures: proceduresWith(parts.procedures, setting), defaults };
  throw unusable(setting.file, `nothing is called "${path[0]}"`, `begin with policy or catalogue`);
}

function proceduresWith(procedures: PlanParts['procedures'], setting: Setting): PlanParts['procedures'] {
  const component = setting.path[1] ?? '';
  const components = [...new Set(Object.values(procedures).flatMap((procedure) => Object.keys(procedure.components)))];
  if (!components.includes(component)) {
    throw unusable(setting.file, `the plan has no component "${component}"`, suggest(component, components));
  }
  const entries = Object.entries(procedures).map(([id, procedure]): [string, MergedProcedure] => {
    return [id, Object.hasOwn(procedure.components, component) ? procedureWith(procedure, component, setting) : procedure];
  });
  return Object.fromEntries(entries);
}

function procedureWith(procedure: MergedProcedure, component: string, setting: Setting): MergedProcedure {
  const [, , part = '', name = '', ...rest] = setting.path;
  if (part === 'steps' && rest.length > 0) {
    const known = procedure.steps.filter(({ action }) => action.kind !== 'do' || action.act !== 'return').map((step) => step.name);
    // Where two components have a step of one name, the plan says whose it is.
    const wanted = [`${component}.${name}`, name];
    const step = wanted.find((candidate) => known.includes(candidate));
    if (step === undefined) throw unusable(setting.file, `the procedure has no step "${name}"`, suggest(name, known));
    return { ...procedure, steps: procedure.steps.map((each) => (each.name === step ? stepWith(each, rest, setting) : each)) };
  }
  if (part === 'back' && name !== '') {
    if (!procedure.back) throw unusable(setting.file, 'the procedure has no way back', 'write one in the catalogue');
    const written = keepSpread(procedure.back.takes, changed(writeWayBack(procedure.back), [name, ...rest], setting), [name, ...rest]);
    return { ...procedure, back: toWayBack(readWith(backSchema, documentOf(setting, written)), '', []) };
  }
  if (part === 'mopUp' && rest.length > 0) {
    const known = procedure.mopUp.map(({ way }) => way);
    if (!known.includes(name)) throw unusable(setting.file, `the procedure has no mop-up "${name}"`, suggest(name, known));
    const mopUp = procedure.mopUp.map((way) => {
      if (way.way !== name) return way;
      const written = keepSpread(way.takes, changed(writeMopUpWay(way), rest, setting), rest);
      return toMopUpWay(readWith(mopUpSchema, documentOf(setting, written)));
    });
    return { ...procedure, mopUp };
  }
  if (part === 'defects' || (part === 'disturbs' && procedure.kind === 'switch')) {
    const before = procedure[part];
    const written = changed(before ? { [part]: writeShareOf(before) } : {}, [part, ...setting.path.slice(3)], setting);
    return { ...procedure, ...readWith(keys({ [part]: observedShare }), documentOf(setting, written)) };
  }
  const mend = 'write catalogue.COMPONENT.steps.STEP.KEY, .back.KEY, .mopUp.WAY.KEY, .defects or, of a switch, .disturbs';
  throw unusable(setting.file, 'this cannot be set on a plan', mend);
}

function stepWith(step: MergedProcedure['steps'][number], rest: readonly string[], setting: Setting): MergedProcedure['steps'][number] {
  const written = keepSpread(step.takes, changed(writeStep(step), rest, setting), rest);
  const document = documentOf(setting, written);
  const problems = new Problems(document);
  const changedStep = toStep(readWith(stepSchema, document), '', problems, (key) => (key === undefined ? [] : [key]), []);
  problems.done();
  const { action } = changedStep;
  if (action.kind !== 'check' || step.action.kind !== 'check' || !step.action.before) return changedStep;
  // Such a step comes from the merge alone, so the files have no word for it.
  return { ...changedStep, action: { ...action, before: true } };
}

/** `takes=20m` says nothing about the spread, so the old one stays; without one it is 0.3, as in the catalogue. */
function keepSpread(before: Prior | null, written: JsonObject, rest: readonly string[]): JsonObject {
  const takes = written['takes'];
  if (rest.join('.') !== 'takes' || typeof takes !== 'string' || takes.includes('~')) return written;
  if (before?.between === undefined && before?.df === undefined) return { ...written, takes: `${takes}~${before?.logSd ?? 0.3}` };
  const { median: _, ...spread } = writePrior(before);
  return { ...written, takes: { ...spread, median: takes, n: 0, source: 'unstated' } };
}

/** The value with what stands at the path replaced. */
function changed(value: JsonObject, path: readonly string[], setting: Setting): JsonObject {
  const [key = '', ...rest] = path;
  const before = Object.hasOwn(value, key) ? value[key] : undefined;
  return { ...value, [key]: rest.length === 0 ? setting.value : inside(before, rest, setting) };
}

function inside(before: Json | undefined, rest: readonly string[], setting: Setting): Json {
  if (Array.isArray(before)) {
    const list: readonly Json[] = before;
    const index = Number(rest[0]);
    if (!/^\d{1,6}$/.test(rest[0] ?? '') || index >= list.length) {
      throw unusable(setting.file, `the list has no place "${rest[0]}"`, `count from 0 to ${list.length - 1}`);
    }
    return list.map((item, i) => (i === index ? (rest.length === 1 ? setting.value : inside(item, rest.slice(1), setting)) : item));
  }
  return changed(isObject(before) ? before : {}, rest, setting);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whatever is wrong now was brought in by the setting, so every place is the setting's. */
function documentOf({ file, source, col }: Setting, value: JsonObject): SourceDocument {
  const place = (): { line: number; col: number; source: string } => ({ line: 1, col, source });
  return { file, value, place, keyPlace: place, inside: (_, at) => ({ ...place(), col: col + at }) };
}
