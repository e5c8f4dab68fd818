// The twin that a plan needs: its nodes, and, where its clusters name such drivers, the fabric that its fleet describes and alerts.
import type { Prior, Step } from '../../core/change/procedure.ts';
import type { Cluster } from '../../core/fleet/model.ts';
import { parseLink, PORT_NOT_KNOWN } from '../../core/fleet/topology.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Role } from '../../core/ports.ts';
import type { Spread } from './commands.ts';
import { twinConfig, type TwinConfig } from './config.ts';
import { fabricConfig, type FabricConfig, type FabricSpec } from './fabric-config.ts';

/** Roles that a twin plays only for a cluster that names a driver for them. */
const NAMED_ONLY: ReadonlySet<Role> = new Set(['fabric', 'allocator', 'alerts']);

/** How long a node is out of service before somebody is told. */
const ALERT_AFTER_MS = 60_000;

/** Whether the twin answers for this role: always for scheduler, shell and BMC, else only where the cluster names a driver. */
export function playsRole(plan: Plan, cluster: string, role: Role): boolean {
  if (!NAMED_ONLY.has(role)) return true;
  return plan.fleet.document.clusters.some(({ name, drivers }) => name === cluster && role in drivers);
}

/** As `twinConfig` takes them; of a fabric any part. */
export type TwinOverrides = Partial<Omit<TwinConfig, 'nodes' | 'fabric'>> & { readonly fabric?: Partial<FabricConfig> | null };

/**
 * The nodes of the plan's waves come first; where it acts on something else and there is a fabric, all linked nodes follow.
 * `targets`: those of the run in their order, where the caller has them.
 */
export function planTwin(plan: Plan, { fabric: partly, ...overrides }: TwinOverrides, targets?: readonly string[]): TwinConfig {
  const { nodes, fabric, alerts } = partsOf(plan, targets);
  return twinConfig(nodes, { alerts, ...overrides, fabric: fabric && { ...fabric, ...partly } });
}

function partsOf(plan: Plan, targets?: readonly string[]): Pick<TwinConfig, 'fabric' | 'alerts'> & { readonly nodes: readonly string[] } {
  const { clusters } = plan.fleet.document;
  const isNode = new Set(plan.waves.flatMap(({ kind, targets: wave }) => (kind === 'node' ? [...expand(wave)] : [])));
  const nodes = targets?.filter((target) => isNode.has(target)) ?? [...isNode];
  const alerts = clusters.some(({ drivers }) => 'alerts' in drivers) ? { afterMs: ALERT_AFTER_MS } : null;
  if (!clusters.some(({ drivers }) => 'fabric' in drivers)) return { nodes, fabric: null, alerts };
  const switches = [...new Map(clusters.flatMap((cluster) => cluster.switches).map((one) => [one.name, one])).values()];
  const links = linksOf(clusters, new Set(switches.map(({ name }) => name)));
  if (plan.waves.some(({ kind }) => kind !== 'node')) {
    const known = new Set(clusters.flatMap((cluster) => [...expand(cluster.nodes)]));
    const linked = links.map(({ from }) => from).filter((name) => known.has(name) && !isNode.has(name));
    nodes.push(...new Set(linked));
  }
  const there = new Set([...nodes, ...switches.map(({ name }) => name)]);
  const shown = links.filter(({ from, to }) => there.has(from) && there.has(to)).map(({ name }) => name);
  return { nodes, fabric: { switches, links: shown, ...managersOf(clusters), ...habits(plan) }, alerts };
}

interface NamedLink {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** One name a cable. Adapters and ports that the fleet does not know are numbered: `n[1-2]/*--u1r1/*` is `n1/h1--u1r1/1`, `n2/h1--u1r1/2`. */
function linksOf(clusters: readonly Cluster[], switches: ReadonlySet<string>): NamedLink[] {
  const used = new Set<string>();
  const next = new Map<string, number>();
  const take = (name: string, port: string): string => {
    if (port !== PORT_NOT_KNOWN) return port;
    const letter = switches.has(name) ? '' : 'h';
    for (let number = (next.get(name) ?? 0) + 1; ; number++) {
      next.set(name, number);
      if (!used.has(`${name}/${letter}${number}`)) return `${letter}${number}`;
    }
  };
  const ends = clusters.flatMap(({ links }) => links).flatMap((link) => parseLink(link) ?? []);
  for (const { from, fromPort, to, toPort } of ends) {
    if (fromPort !== PORT_NOT_KNOWN) used.add(`${from}/${fromPort}`);
    if (toPort !== PORT_NOT_KNOWN) used.add(`${to}/${toPort}`);
  }
  return ends.flatMap(({ from, fromPort, to, toPort }) =>
    [...expand(from)].map((one): NamedLink => {
      const [a, b] = [`${one}/${take(one, fromPort)}`, `${to}/${take(to, toPort)}`];
      const swap = switches.has(one) && to < one;
      return { name: swap ? `${b}--${a}` : `${a}--${b}`, from: one, to };
    }),
  );
}

function managersOf(clusters: readonly Cluster[]): Pick<FabricSpec, 'managers'> {
  const hosts = [...new Set(clusters.flatMap(({ subnetManagers }) => [...expand(subnetManagers ?? '')]))];
  if (hosts.length === 0) return {};
  return { managers: hosts.map((name, index) => ({ name, on: name, priority: Math.max(0, 14 - index) })) };
}

/** Versions before the change, durations and disturbed links as the plan itself expects them of its switches. */
function habits(plan: Plan): Pick<FabricSpec, 'versions' | 'durations' | 'disturbs'> {
  const ofSwitches = new Set(plan.waves.flatMap(({ kind, procedure }) => (kind === 'switch' ? [procedure] : [])));
  const procedures = [...ofSwitches].flatMap((id) => plan.procedures[id] ?? []);
  const usual = fabricConfig({ switches: [], links: [] });
  const steps = procedures.flatMap((procedure) => procedure.steps);
  const takes = (other: Spread, test: (step: Step) => boolean): Spread =>
    spread(steps.find((step) => step.takes && test(step))?.takes, other);
  const check = steps.flatMap(({ action }) => (action.kind === 'check' ? action.checks : [])).find((one) => one.takes !== null);
  const components = procedures.flatMap((procedure) => Object.keys(procedure.components));
  return {
    versions: components.length === 0 ? usual.versions : Object.fromEntries(components.map((component) => [component, 'before'])),
    durations: {
      ...usual.durations,
      stage: takes(usual.durations.stage, ({ action, early }) => action.kind === 'run' && early),
      apply: takes(usual.durations.apply, ({ action, destructive, shared }) => action.kind === 'run' && destructive && !shared),
      reload: takes(usual.durations.reload, ({ action, destructive, shared }) => action.kind === 'run' && destructive && shared),
      check: spread(check?.takes, usual.durations.check),
    },
    disturbs: Math.max(0, ...procedures.map(({ disturbs }) => disturbs?.share ?? 0)),
  };
}

function spread(prior: Prior | null | undefined, other: Spread): Spread {
  return prior ? { medianMs: prior.medianMs, logSd: prior.logSd } : other;
}
