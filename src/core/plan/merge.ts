// Merges what several components want of one target into one chain of steps: early steps, one drain, every burn, one activation, one look
// at what RUNS, each check once, the return.
import { ACTIVATIONS } from '../change/procedure.ts';
import type { Check, Procedure, Reading, ShareOf, Step, StepAction, WayBack } from '../change/procedure.ts';
import type { Policy } from '../change/policy.ts';
import { PLACEHOLDER_VALUE, usesPlaceholder } from '../change/placeholders.ts';
import type { Finding } from '../finding.ts';
import type { TargetKind } from '../fleet/model.ts';
import { checksBefore, mergeActivation, mergeDrains, mergeReads, RETURN } from './merge-steps.ts';
import { inOrder, showCycle } from './order.ts';
import type { MergedProcedure } from './plan.ts';

export interface Wanted {
  readonly procedure: Procedure;
  readonly version: string;
  /** The version that runs on every target before, where that is known. */
  readonly previous?: string | undefined;
}

export interface Merged {
  readonly procedure: MergedProcedure;
  /** What was merged and saved, for the plan report. */
  readonly why: readonly string[];
  readonly findings: readonly Finding[];
}

/** `components` are all of this kind. In case of doubt a step is kept: burning twice is slow, not burning is wrong. */
/** `links`: looks at them where no component lists such a step; null: nobody can. */
export function mergeProcedures(
  kind: TargetKind,
  components: readonly Wanted[],
  validation: Policy['validation'],
  links: Step | null = null,
): Merged {
  const notes: Notes = { why: [], findings: [] };
  const ordered = orderComponents(components, notes);
  const carriedBy = carriers(ordered);
  const parts = ordered.map((wanted) => partsOf(wanted, carriedBy.get(wanted.procedure.component) ?? null, notes));
  const activation = activationOf(parts, notes);
  const conform = conformOf(ordered, parts, notes);
  const checks = validation === 'none' ? dropChecks(ordered, parts, notes) : checksOf(parts, notes);
  const drains = parts.flatMap((part) => part.drains);
  // A switch is quiet when its nodes are drained; a domain lists its drain; a node is always drained.
  const drained = kind === 'node' || drains.length > 0;
  const steps = [
    ...parts.flatMap((part) => part.early),
    ...(drained ? [{ component: null, step: mergeDrains(drains.map(({ step }) => step)) }] : []),
    ...builtIn(checksBefore(checks.map(({ step }) => step))),
    ...parts.flatMap((part) => part.before),
    ...activation,
    ...parts.flatMap((part) => part.after),
    ...conform,
    ...(parts.some((part) => part.links.length > 0) ? linksOf(parts) : builtIn(links)),
    ...checks,
    ...(drained ? [{ component: null, step: RETURN }] : []),
  ];
  const procedure: MergedProcedure = {
    kind,
    components: Object.fromEntries(ordered.map(({ procedure, version }) => [procedure.component, version])),
    needs: needsOf(ordered, notes),
    steps: renamed(steps),
    back: backOf(ordered, carriedBy, notes),
    mopUp: leading(ordered.filter(({ procedure }) => procedure.mopUp.length > 0))?.procedure.mopUp ?? [],
    ...worst('defects', ordered),
    ...worst('disturbs', ordered),
  };
  return { procedure, ...notes };
}

/** A merged procedure as `policy.validation: none` would have merged it. */
export function withoutChecks(procedure: MergedProcedure): { readonly procedure: MergedProcedure; readonly findings: readonly Finding[] } {
  const isCheck = ({ action }: Step): boolean => action.kind === 'check';
  const dropped = procedure.steps.filter(isCheck).map(({ name }) => name);
  const steps = procedure.steps.filter((step) => !isCheck(step));
  return { procedure: { ...procedure, steps }, findings: unvalidated(Object.keys(procedure.components), dropped) };
}

function builtIn(step: Step | null): Owned[] {
  return step ? [{ component: null, step }] : [];
}

interface Notes {
  readonly why: string[];
  readonly findings: Finding[];
}

/** null: built in. */
interface Owned {
  readonly component: string | null;
  readonly step: Step;
}

interface Parts {
  readonly wanted: Wanted;
  readonly early: readonly Owned[];
  readonly drains: readonly Owned[];
  readonly before: readonly Owned[];
  readonly shared: readonly Owned[];
  readonly after: readonly Owned[];
  readonly links: readonly Owned[];
  readonly reads: readonly Owned[];
  readonly checks: readonly Owned[];
}

function orderComponents(components: readonly Wanted[], notes: Notes): readonly Wanted[] {
  const byName = new Map(components.map((wanted) => [wanted.procedure.component, wanted]));
  const { order, cycle } = inOrder([...byName.keys()].sort(), (name) => byName.get(name)?.procedure.after ?? []);
  if (cycle) {
    notes.findings.push({
      severity: 'error',
      target: cycle[0] ?? '',
      rule: 'after-cycle',
      message: `${showCycle(cycle)}: none of them can be first; take one "after" out of the catalogue`,
    });
  }
  return order.flatMap((name) => byName.get(name) ?? []);
}

/** Component -> the one that carries its burn. What is itself carried burns nothing and so carries nothing. */
function carriers(ordered: readonly Wanted[]): ReadonlyMap<string, string> {
  const wanted = new Set(ordered.map(({ procedure }) => procedure.component));
  const carriedBy = new Map<string, string>();
  const carrying = new Set<string>();
  for (const { procedure } of ordered) {
    if (carriedBy.has(procedure.component)) continue;
    for (const component of procedure.carries) {
      if (!wanted.has(component) || component === procedure.component || carrying.has(component) || carriedBy.has(component)) continue;
      carriedBy.set(component, procedure.component);
      carrying.add(procedure.component);
    }
  }
  return carriedBy;
}

function partsOf(wanted: Wanted, carrier: string | null, notes: Notes): Parts {
  const { procedure } = wanted;
  const all = procedure.steps.map((step): Owned => ({ component: procedure.component, step: filled(step, wanted) }));
  const kept = carrier === null ? all : all.filter(({ step }) => !burns(step));
  if (carrier !== null) {
    const saved = all.filter(({ step }) => burns(step)).map(({ step }) => step.name);
    notes.why.push(
      `${carrier} carries ${procedure.component}: its burn is saved (${saved.join(', ') || 'it has none'}), its activation is not, and conform looks whether it RUNS`,
    );
  }
  const activation = kept.findLastIndex(({ step }) => step.shared && !step.early);
  const late = kept.filter(({ step }) => !step.early);
  const changing = (from: number, to: number): Owned[] =>
    kept.filter(({ step }, i) => i >= from && i < to && !step.early && !step.shared && !isDrain(step) && !looks(step));
  return {
    wanted,
    early: kept.filter(({ step }) => step.early),
    drains: late.filter(({ step }) => isDrain(step)),
    before: changing(0, activation < 0 ? kept.length : activation),
    shared: late.filter(({ step }) => step.shared && !isDrain(step) && !looks(step)),
    after: activation < 0 ? [] : changing(activation, kept.length),
    links: late.filter(({ step }) => waitsForLinks(step)),
    reads: late.filter(({ step }) => step.action.kind === 'read'),
    checks: late.filter(({ step }) => step.action.kind === 'check'),
  };
}

const isDrain = (step: Step): boolean => step.action.kind === 'do' && step.action.act === 'drain';
const waitsForLinks = (step: Step): boolean => step.action.kind === 'do' && step.action.act === 'links';
const looks = (step: Step): boolean => step.action.kind === 'read' || step.action.kind === 'check' || waitsForLinks(step);

const BURNS: readonly StepAction['kind'][] = ['run', 'push', 'update'];

/** Brings the new version onto the target (or near it), as against making it run. */
function burns(step: Step): boolean {
  return BURNS.includes(step.action.kind) && !step.shared && (step.to === null || step.to === 'updating');
}

/** One activation serves all that share it: the highest, with everything that the others asked of theirs. */
function activationOf(parts: readonly Parts[], notes: Notes): Owned[] {
  const sharing = parts.filter((part) => part.shared.length > 0);
  const winner = sharing.find((part) => part.wanted === leading(sharing.map(({ wanted }) => wanted)));
  const level = winner ? levelOf(winner.wanted) : 0;
  for (const part of parts) {
    const own = [...part.before, ...part.after, ...part.shared].some(({ step }) => step.to === 'rebooting' || step.shared);
    if (own || levelOf(part.wanted) <= level) continue;
    const { component, activates } = part.wanted.procedure;
    notes.findings.push({
      severity: 'warning',
      target: component,
      rule: 'activation-missing',
      message: `${component} says that it needs "${activates}" to become active, but no step of the plan does that: conform will find the old version`,
    });
  }
  if (!winner) return [];
  if (sharing.length > 1) {
    const saved = sharing.reduce((sum, part) => sum + part.shared.length, 0) - winner.shared.length;
    const served = sharing.map((part) => part.wanted.procedure.component).join(', ');
    notes.why.push(
      `one activation (${winner.wanted.procedure.activates}, ${winner.shared.map(({ step }) => step.name).join(', ')} of ${winner.wanted.procedure.component}) serves ${served}: ${saved} saved on each target`,
    );
  }
  if (winner.shared.length > 1) return [...winner.shared];
  const all = sharing.flatMap((part) => part.shared.map(({ step }) => step));
  return winner.shared.map(({ component, step }) => ({ component, step: mergeActivation(step, all) }));
}

const levelOf = ({ procedure }: Wanted): number => ACTIVATIONS.indexOf(procedure.activates);

/** The one with the highest activation; the last of equals. */
function leading(wanted: readonly Wanted[]): Wanted | null {
  return wanted.reduce<Wanted | null>((best, next) => (best && levelOf(best) > levelOf(next) ? best : next), null);
}

/** One read step over all components (one a role, where several roles read): a component's own way to look wins. */
function conformOf(ordered: readonly Wanted[], parts: readonly Parts[], notes: Notes): Owned[] {
  const groups = new Map<string, { readonly sources: Owned[]; readonly read: Record<string, Reading> }>();
  const all = parts.flatMap((part) => part.reads);
  for (const { procedure } of ordered) {
    const component = procedure.component;
    const readers = all.filter(({ step }) => step.action.kind === 'read' && Object.hasOwn(step.action.read, component));
    const reader = readers.find((owned) => owned.component === component) ?? readers[0];
    if (reader?.step.action.kind !== 'read') {
      notes.findings.push({
        severity: 'error',
        target: component,
        rule: 'conform-missing',
        message: `no step reads which version of ${component} RUNS, so nothing could say that the change has happened; give its procedure a "read"`,
      });
      continue;
    }
    const group = groups.get(reader.step.by) ?? { sources: [], read: {} };
    groups.set(reader.step.by, group);
    if (!group.sources.includes(reader)) group.sources.push(reader);
    group.read[component] = reader.step.action.read[component] ?? [];
  }
  const merged = [...groups.values()].flatMap(({ sources, read }) => together(sources, { kind: 'read', read }));
  const reads = all.length - merged.length;
  if (reads > 0 && ordered.length > 1)
    notes.why.push(`one look at what RUNS covers ${ordered.length} components: ${reads} ${reads === 1 ? 'step' : 'steps'} saved`);
  return merged;
}

/** All links of the target are looked at, whoever disturbed them, so once is enough. */
function linksOf(parts: readonly Parts[]): Owned[] {
  const [first, ...rest] = parts.flatMap((part) => part.links);
  return first ? [{ ...first, step: mergeActivation(first.step, [first.step, ...rest.map(({ step }) => step)]) }] : [];
}

function checksOf(parts: readonly Parts[], notes: Notes): Owned[] {
  const seen = new Map<string, string>();
  const groups = new Map<string, { readonly sources: Owned[]; readonly checks: Check[] }>();
  const all = parts.flatMap((part) => part.checks);
  for (const owned of all) {
    if (owned.step.action.kind !== 'check') continue;
    for (const check of owned.step.action.checks) {
      const before = seen.get(check.name);
      if (before !== undefined) {
        noteTwice(check, before, owned.component ?? '', notes);
        continue;
      }
      seen.set(check.name, JSON.stringify(check.run));
      const group = groups.get(owned.step.by) ?? { sources: [], checks: [] };
      groups.set(owned.step.by, group);
      if (!group.sources.includes(owned)) group.sources.push(owned);
      group.checks.push(check);
    }
  }
  return [...groups.values()].flatMap(({ sources, checks }) => together(sources, { kind: 'check', checks }));
}

function noteTwice(check: Check, before: string, component: string, notes: Notes): void {
  if (before === JSON.stringify(check.run)) notes.why.push(`check ${check.name} is asked for by ${component} too and runs once`);
  else {
    notes.findings.push({
      severity: 'warning',
      target: component,
      rule: 'check-name-twice',
      message: `check ${check.name} of ${component} is another command than the check of this name before it, and is left out; rename one of them`,
    });
  }
}

function dropChecks(ordered: readonly Wanted[], parts: readonly Parts[], notes: Notes): Owned[] {
  const components = ordered.map(({ procedure }) => procedure.component);
  const dropped = parts.flatMap((part) => part.checks.map(({ step }) => step.name));
  notes.findings.push(...unvalidated(components, dropped));
  return [];
}

function unvalidated(components: readonly string[], dropped: readonly string[]): Finding[] {
  if (dropped.length === 0) return [];
  const left = `${dropped.join(', ')} ${dropped.length === 1 ? 'is' : 'are'} left out`;
  const message = `policy.validation is none: ${left}, and targets return on their version alone`;
  return [{ severity: 'warning', target: components.join(', '), rule: 'unvalidated', message }];
}

function together(sources: readonly Owned[], action: Step['action']): Owned[] {
  const [first, ...rest] = sources;
  if (!first) return [];
  return [{ component: first.component, step: mergeReads([first.step, ...rest.map(({ step }) => step)], action) }];
}

/** What must be seen before a destructive step: the strictest that a component asks for. */
function needsOf(ordered: readonly Wanted[], notes: Notes): MergedProcedure['needs'] {
  const needs = new Set(ordered.map(({ procedure }) => procedure.needs));
  if (needs.has('off') && needs.size > 1) {
    const list = ordered.map(({ procedure }) => `${procedure.component} ${procedure.needs}`).join(', ');
    notes.findings.push({
      severity: 'error',
      target: ordered.map(({ procedure }) => procedure.component).join(', '),
      rule: 'needs-conflict',
      message: `these need a target in different states before they act (${list}); make two changes of them`,
    });
  }
  return needs.has('off') ? 'off' : needs.has('cleared') ? 'cleared' : 'live';
}

/** Shares are not added up: who measured one component's has mostly measured it with the others on the same target. */
function worst(share: 'defects' | 'disturbs', ordered: readonly Wanted[]): { readonly [name: string]: ShareOf } {
  const known = ordered.flatMap(({ procedure }) => procedure[share] ?? []);
  const [first, ...rest] = known;
  return first ? { [share]: rest.reduce((most, next) => (next.share > most.share ? next : most), first) } : {};
}

/** A carried component goes back with its carrier. Two different ways back are not merged: half of a way back is none. */
function backOf(ordered: readonly Wanted[], carriedBy: ReadonlyMap<string, string>, notes: Notes): WayBack | null {
  const own = ordered.filter(({ procedure }) => !carriedBy.has(procedure.component));
  const ways = own.flatMap((wanted) => {
    const { back } = wanted.procedure;
    return back ? [{ ...back, run: filledArgv(back.run, wanted) }] : [];
  });
  const [way] = ways;
  if (!way || ways.length < own.length) return null;
  if (ordered.length > 1 && ways.some(({ run }) => usesPlaceholder(run, 'previous'))) {
    // The runner knows a previous version for each component, and a merged chain cannot say whose is meant.
    notes.why.push(
      'no way back: {previous} could be that of any component; plan with an inventory of all nodes in which each component runs one version',
    );
    return null;
  }
  if (ways.every((other) => JSON.stringify(other.run) === JSON.stringify(way.run))) return way;
  notes.why.push(
    `no way back: ${own.map(({ procedure }) => procedure.component).join(', ')} have one each, and going back half way would leave a mix that nobody tested`,
  );
  return null;
}

/** Step names are keys of the journal: where two components use the same one, it is said whose it is (`host-os.apply`). */
function renamed(steps: readonly Owned[]): Step[] {
  const count = new Map<string, number>();
  for (const { step } of steps) count.set(step.name, (count.get(step.name) ?? 0) + 1);
  return steps.map(({ component, step }) =>
    component !== null && (count.get(step.name) ?? 0) > 1 ? { ...step, name: `${component}.${step.name}` } : step,
  );
}

/** In a merged chain `{version}` could be anybody's, so it is filled in here; `{previous}` only where it is one for all targets. */
function filled(step: Step, wanted: Wanted): Step {
  const { action } = step;
  if (action.kind === 'run') return { ...step, action: { kind: 'run', argv: filledArgv(action.argv, wanted) } };
  if (action.kind === 'read') {
    const read = Object.entries(action.read).map(([component, reading]) => [component, filledReading(reading, wanted)] as const);
    return { ...step, action: { kind: 'read', read: Object.fromEntries(read) } };
  }
  if (action.kind === 'push') {
    const [from = action.from, to = action.to] = filledArgv([action.from, action.to], wanted);
    return { ...step, action: { ...action, from, to } };
  }
  if (action.kind === 'update') {
    const [image = action.image] = filledArgv([action.image], wanted);
    return { ...step, action: { ...action, image } };
  }
  if (action.kind === 'do') return step;
  return { ...step, action: { kind: 'check', checks: action.checks.map((check) => ({ ...check, run: filledArgv(check.run, wanted) })) } };
}

function filledReading(reading: Reading, wanted: Wanted): Reading {
  return 'run' in reading ? { ...reading, run: filledArgv(reading.run, wanted) } : filledArgv(reading, wanted);
}

function filledArgv(argv: readonly string[], { version, previous }: Wanted): readonly string[] {
  const values: readonly (readonly [string, string | undefined])[] = [
    ['version', version],
    ['previous', previous],
  ];
  return values.reduce<readonly string[]>((words, [name, value]) => {
    // An unsafe value stays a placeholder, which the driver refuses to fill in too.
    if (value === undefined || !PLACEHOLDER_VALUE.test(value) || !usesPlaceholder(words, name)) return words;
    return words.map((word) => word.replaceAll(`{${name}}`, value));
  }, argv);
}
