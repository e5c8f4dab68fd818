// Rules about procedures: nothing destructive before a target is cleared, a look at what RUNS, drivers and limits that exist, a way back.
import { usesPlaceholder } from '../change/placeholders.ts';
import { argvOf, type Step } from '../change/procedure.ts';
import type { Finding } from '../finding.ts';
import type { Cluster } from '../fleet/model.ts';
import type { Role } from '../ports.ts';
import { finding } from './check-context.ts';
import type { Checked, Rule } from './check-context.ts';
import type { MergedProcedure } from './plan.ts';

export const PROCEDURE_RULES: readonly Rule[] = [
  each(conform),
  each(cleared),
  each(returns),
  each(names),
  each(limits),
  each(wayBack),
  each(previous),
  each(priors),
  drivers,
];

type ProcedureRule = (procedure: MergedProcedure, id: string, checked: Checked) => readonly Finding[];

function each(rule: ProcedureRule): Rule {
  return (checked) => Object.entries(checked.plan.procedures).flatMap(([id, procedure]) => rule(procedure, id, checked));
}

/** Every component is read once nothing changes any more. */
function conform({ steps, components }: MergedProcedure): Finding[] {
  const last = steps.findLastIndex((step) => step.destructive);
  const read = new Set(steps.slice(last + 1).flatMap(({ action }) => (action.kind === 'read' ? Object.keys(action.read) : [])));
  return Object.keys(components).flatMap((component) => {
    if (read.has(component)) return [];
    return [
      finding('error', 'conform-missing', component, `no step after the last destructive one reads which version of ${component} RUNS`),
    ];
  });
}

function cleared({ kind, steps }: MergedProcedure, id: string): Finding[] {
  const destructive = steps.findIndex((step) => step.destructive);
  const first = steps[destructive];
  if (!first) return [];
  if (first.early)
    return [finding('error', 'destructive-early', id, `${first.name} is destructive and early: it would run on targets that carry work`)];
  const drain = steps.findIndex(isDrain);
  // What has no drain of its own waits until the nodes behind it are quiet: a rule about waves.
  if ((kind !== 'node' && drain < 0) || (drain >= 0 && drain < destructive)) return [];
  const why = drain < 0 ? 'there is no drain' : `the drain comes only after it`;
  return [finding('error', 'destructive-before-cleared', id, `${first.name} is destructive, and ${why}`)];
}

/** What is drained once is returned once, at the very end. */
function returns({ steps }: MergedProcedure, id: string): Finding[] {
  const drains = steps.filter(isDrain).length;
  const returned = steps.flatMap(({ action }, i) => (action.kind === 'do' && action.act === 'return' ? [i] : []));
  const found: Finding[] = [];
  if (drains > 1) found.push(finding('error', 'drain-twice', id, `${drains} drains in one chain`));
  if (drains > 0 && (returned.length !== 1 || returned[0] !== steps.length - 1)) {
    found.push(finding('error', 'return-missing', id, 'a chain that drains must end with one return, and have no other'));
  }
  return found;
}

function names({ steps }: MergedProcedure, id: string): Finding[] {
  const twice = new Set(steps.map((step) => step.name).filter((name, i, all) => all.indexOf(name) !== i));
  return [...twice].map((name) =>
    finding('error', 'step-name-twice', id, `two steps are called ${name}; the journal could not tell them apart`),
  );
}

function limits({ steps }: MergedProcedure, id: string, { plan }: Checked): Finding[] {
  const used = new Set(steps.flatMap((step) => step.uses));
  return [...used].flatMap((name) => {
    if (Object.hasOwn(plan.policy.limits, name)) return [];
    const users = steps.filter((step) => step.uses.includes(name)).map((step) => step.name);
    return [
      finding(
        'error',
        'limit-unknown',
        name,
        `${users.join(', ')} of ${id} must hold it; define it in policy.limits, such as ${name}: 200`,
      ),
    ];
  });
}

function wayBack({ back, steps }: MergedProcedure, id: string): Finding[] {
  if (back || !steps.some((step) => step.destructive)) return [];
  return [finding('warning', 'no-way-back', id, 'there is no way back to the previous version: who starts must finish')];
}

/** A target's previous version is known for each component; a merged chain does not say whose is meant. */
function previous({ components, steps, back }: MergedProcedure, id: string): Finding[] {
  if (Object.keys(components).length < 2) return [];
  const lists = [...steps.flatMap(argvListsOf), ...(back ? [back.run] : [])];
  if (!lists.some((argv) => usesPlaceholder(argv, 'previous'))) return [];
  const message = `{previous} could be that of ${Object.keys(components).join(' or ')}; plan with an inventory in which all nodes run one version, or make two changes`;
  return [finding('error', 'previous-ambiguous', id, message)];
}

function argvListsOf({ action }: Step): readonly (readonly string[])[] {
  if (action.kind === 'run') return [action.argv];
  if (action.kind === 'read') return Object.values(action.read).map(argvOf);
  return action.kind === 'check' ? action.checks.map((check) => check.run) : [];
}

function priors({ steps }: MergedProcedure, id: string): Finding[] {
  // A drain is forecast from the jobs; a return is one call; links take their soak.
  const timed = steps.filter(({ action }) => !(action.kind === 'do' && ['drain', 'return', 'links'].includes(action.act)));
  const unseen = timed.filter(({ takes, action }) => {
    const known = action.kind === 'check' && takes === null ? action.checks.map((check) => check.takes) : [takes];
    return known.some((prior) => (prior?.n ?? 0) === 0);
  });
  if (unseen.length === 0) return [];
  return [finding('info', 'never-seen-here', id, `no observation stands behind the time of ${unseen.map((step) => step.name).join(', ')}`)];
}

function drivers(checked: Checked): Finding[] {
  return checked.busy.flatMap((cluster) => {
    const ids = new Set(checked.plan.waves.filter((wave) => wave.cluster === cluster.name).map((wave) => wave.procedure));
    const procedures = [...ids].flatMap((id) => (Object.hasOwn(checked.plan.procedures, id) ? (checked.plan.procedures[id] ?? []) : []));
    return [...missingDrivers(cluster, procedures), ...missingMopUp(cluster, procedures)];
  });
}

function missingDrivers(cluster: Cluster, procedures: readonly MergedProcedure[]): Finding[] {
  const users = new Map<Role, string[]>();
  for (const { steps, back } of procedures) {
    // Where nobody can look at links, the run says so and goes on.
    const asked = steps.filter(({ action }) => !(action.kind === 'do' && action.act === 'links'));
    for (const step of asked) users.set(step.by, [...(users.get(step.by) ?? []), step.name]);
    if (back) users.set('shell', [...(users.get('shell') ?? []), 'the way back']);
  }
  return [...users].flatMap(([role, steps]) => {
    if (speaks(cluster, role)) return [];
    const message = `no driver for ${role}, which ${[...new Set(steps)].join(', ')} must go through; add it to the drivers of the cluster`;
    return [finding('error', 'driver-missing', cluster.name, message)];
  });
}

function missingMopUp(cluster: Cluster, procedures: readonly MergedProcedure[]): Finding[] {
  const tries = procedures.flatMap(({ mopUp }) => mopUp.flatMap((way) => way.tries));
  const silent = new Set(tries.filter(({ by }) => !speaks(cluster, by)).map(({ by, act }) => `${act} by ${by}`));
  if (silent.size === 0) return [];
  const message = `mop-up would try ${[...silent].join(', ')}, but the cluster has no such driver: it is left out, and people are called sooner`;
  return [finding('warning', 'mop-up-without-driver', cluster.name, message)];
}

/** `local` is the machine of serve itself. */
function speaks(cluster: Cluster, role: Role): boolean {
  return role === 'local' || Object.hasOwn(cluster.drivers, role);
}

function isDrain({ action }: Step): boolean {
  return action.kind === 'do' && action.act === 'drain';
}
