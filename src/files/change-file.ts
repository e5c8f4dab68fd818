// From change.yaml to the change and its procedures: those of the catalogue, and those written out in the change itself.
import type { Change, Prior, Procedure, Step } from '../core/change/procedure.ts';
import type { Fleet, TargetKind } from '../core/fleet/model.ts';
import { fold } from '../core/fleet/nodeset.ts';
import { topologyOf } from '../core/fleet/topology.ts';
import type { Topology } from '../core/fleet/topology.ts';
import { notInCatalogue, sha256Of } from './catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { changeSchema } from './change-schema.ts';
import type { WrittenChange, WrittenShort } from './change-schema.ts';
import { parseDocument } from './document.ts';
import { kindsIn, readTargets } from './node-set-text.ts';
import { DRAIN_STEP, toStep, toWayBack } from './procedure-file.ts';
import type { WrittenStep } from './procedure-schema.ts';
import { Problems, readWith, Refusal } from './schema.ts';

export interface ChangeInForce {
  readonly change: Change;
  /** One for each component that is wanted, and for each part replaced that the catalogue has one for. */
  readonly procedures: ReadonlyMap<string, Procedure>;
  /** For the plan: what each procedure was when it was read. */
  readonly catalogue: readonly { readonly component: string; readonly sha256: string }[];
  /** One for each default in force, such as `change.targets = every node of the fleet`. */
  readonly defaults: readonly string[];
}

/** The change of the text of `file`. Throws BadInputError. */
export function parseChange(text: string, file: string, fleet: Fleet, catalogue: Catalogue): ChangeInForce {
  const document = parseDocument(text, file);
  const written = readWith(changeSchema, document);
  const problems = new Problems(document);
  const topology = topologyOf(fleet);
  const defaults: string[] = [];
  const procedures = proceduresOf(written, catalogue, problems, defaults);
  const targets = written.targets === undefined ? null : readTargets(written.targets, ['targets'], problems, topology);
  const replace: Record<string, string> = {};
  for (const [part, nodes] of Object.entries(written.replace ?? {})) {
    const set = readTargets(nodes, ['replace', part], problems, topology);
    if (set) replace[part] = fold(set);
  }
  const want = Object.fromEntries(Object.entries(written.want ?? {}).map(([name, wanted]) => [name, versionOf(wanted)]));
  if (Object.keys(want).length + Object.keys(written.replace ?? {}).length === 0) {
    problems.add(
      ['want'],
      new Refusal('the change wants nothing', 'write want: {COMPONENT: "VERSION"} or replace: {PART: "NODES"}', { value: written.change }),
    );
  }
  problems.done();
  const kinds = targets === null ? kindsOf(topology) : new Set(kindsIn(targets, topology).keys());
  for (const component of Object.keys(want)) {
    const kind = procedures.get(component)?.kind;
    if (kind !== undefined && !kinds.has(kind)) problems.add(['want', component], noTarget(component, kind, targets === null));
  }
  problems.done();
  if (targets === null)
    defaults.push(`change.targets = every ${[...new Set([...procedures.values()].map(({ kind }) => kind))].join(' and ')} of the fleet`);
  const shas = [...procedures].map(([component, procedure]) => ({ component, sha256: sha256Of(procedure) }));
  return { change: { name: written.change, targets: targets && fold(targets), want, replace }, procedures, catalogue: shas, defaults };
}

function proceduresOf(written: WrittenChange, catalogue: Catalogue, problems: Problems, defaults: string[]): Map<string, Procedure> {
  const procedures = new Map<string, Procedure>();
  for (const [component, wanted] of Object.entries(written.want ?? {})) {
    if (typeof wanted !== 'string' && isWrittenOut(wanted)) {
      procedures.set(component, inline(component, wanted, problems, defaults));
      continue;
    }
    const entry = catalogue.get(component);
    if (!entry) problems.add(['want', component], notInCatalogue(component, catalogue));
    else {
      procedures.set(component, entry.procedure);
      defaults.push(...entry.defaults);
    }
  }
  for (const part of Object.keys(written.replace ?? {})) {
    const entry = catalogue.get(part);
    if (entry) procedures.set(part, entry.procedure);
  }
  return procedures;
}

function versionOf(wanted: string | WrittenShort): string {
  return typeof wanted === 'string' ? wanted : wanted.version;
}

function isWrittenOut(wanted: WrittenShort): boolean {
  return Object.keys(wanted).some((key) => key !== 'version');
}

/** The catalogue's own guesses for a host image; nobody has seen this site's yet. */
const GUESSES: Readonly<Record<'stage' | 'apply' | 'activate', Prior>> = {
  stage: { medianMs: 12 * 60_000, logSd: 0.3, n: 0, source: 'unstated' },
  apply: { medianMs: 8 * 60_000, logSd: 0.3, n: 0, source: 'unstated' },
  activate: { medianMs: 11 * 60_000, logSd: 0.25, n: 0, source: 'unstated' },
};

/** The procedure of the short form: drain, stage early, apply, reboot, conform, validate. */
function inline(component: string, wanted: WrittenShort, problems: Problems, defaults: string[]): Procedure {
  const path = ['want', component];
  const { stage, apply, read, check, back, reboot } = wanted;
  for (const [key, value] of [
    ['apply', apply],
    ['read', read],
  ] as const) {
    if (value !== undefined) continue;
    const mend = `add ${key}: [...], or leave only the version to take the procedure from the catalogue`;
    problems.add(path, new Refusal('is missing', mend, { value: key }));
  }
  const prefix = `change.want.${component}`;
  const make = (step: WrittenStep, key: string): Step => toStep(step, `${prefix}.${step.step}`, problems, () => [...path, key], defaults);
  const steps: Step[] = [DRAIN_STEP];
  if (stage) steps.push(make({ step: 'stage', run: stage, early: true, takes: GUESSES.stage }, 'stage'));
  steps.push(make({ step: 'apply', to: 'updating', run: apply ?? [], destructive: true, takes: GUESSES.apply }, 'apply'));
  const reboots = reboot ?? true;
  if (reboot === undefined) defaults.push(`${prefix}.reboot = true`);
  if (reboots)
    steps.push(
      make({ step: 'activate', to: 'rebooting', do: 'reboot', shared: true, destructive: true, takes: GUESSES.activate }, 'reboot'),
    );
  steps.push(make({ step: 'conform', to: 'conforming', read: { [component]: read ?? [] } }, 'read'));
  if (check) steps.push(make({ step: 'validate', to: 'validating', check: [{ name: 'check', run: check }] }, 'check'));
  for (const { name, takes } of steps) if (takes) defaults.push(`${prefix}.${name}.takes = ${showGuess(takes)}, never seen here`);
  return {
    component,
    kind: 'node',
    carries: [],
    activates: reboots ? 'warm' : 'none',
    needs: 'cleared',
    after: [],
    steps,
    back: back ? toWayBack({ run: back }, `${prefix}.back`, defaults) : null,
    mopUp: [],
  };
}

function showGuess({ medianMs, logSd }: Prior): string {
  return `${medianMs / 60_000}m~${logSd}`;
}

function kindsOf({ fleet }: Topology): Set<TargetKind> {
  const kinds = new Set<TargetKind>(['node']);
  for (const { switches, links, domains, feeds } of fleet.clusters) {
    if (switches.length > 0) kinds.add('switch');
    if (links.length > 0) kinds.add('link');
    if (domains.length > 0) kinds.add('domain');
    if (feeds.length > 0) kinds.add('feed');
  }
  return kinds;
}

function noTarget(component: string, kind: TargetKind, wholeFleet: boolean): Refusal {
  const why = `goes onto a ${kind}, and ${wholeFleet ? 'the fleet has none' : 'there is none among the targets'}`;
  const mend = wholeFleet ? 'tell the fleet file about them' : `name at least one ${kind} in targets, or do not want it`;
  return new Refusal(why, mend, { value: component });
}
