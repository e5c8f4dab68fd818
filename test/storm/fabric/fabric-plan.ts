// A small site by seed: units with rails, spines, perhaps a second customer on them, and a change of switches, with nodes or alone.
import { hasErrors } from '../../../src/core/finding.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { planFrom } from '../../../src/study/make-plan.ts';
import { between, pick, type Chance } from '../chances.ts';

/** Every component of the change gets this version. */
export const WANTED = '31.2';
export const CUSTOMER = 'borealis';

interface Shape {
  readonly units: number;
  readonly nodesEach: number;
  readonly rails: number;
  readonly spines: number;
  /** Whether another customer's cluster hangs on the first spine, and whether it is in the change. */
  readonly guest: 'none' | 'beside' | 'within';
}

/** Throws for a plan with errors: a generator that makes such tests nothing. */
export function fabricPlan(chance: Chance): Plan {
  const shape: Shape = {
    units: between(chance, 1, 3),
    nodesEach: between(chance, 1, 4),
    rails: between(chance, 1, 4),
    spines: between(chance, 1, 2),
    guest: pick(chance, ['none', 'none', 'beside', 'within']),
  };
  const components = pick(chance, [
    ['switch-firmware'],
    ['switch-firmware', 'host-os'],
    ['switch-firmware', 'hca-firmware'],
    ['switch-firmware', 'host-os', 'hca-firmware'],
  ]);
  const [fleet, policy] = [fleetText(shape, chance), policyText(shape, components, chance)];
  const made = (text: string): Plan =>
    planFrom({
      fleet: { file: 'fleet.yaml', text: fleet },
      change: { file: 'change.yaml', text: changeText(shape, components) },
      policy: { file: 'policy.yaml', text },
      catalogue: null,
      inventory: null,
      nowMs: 0,
    });
  const limited = made(`${policy}unavailableAtMost: ${pick(chance, ['100%', '75%', '50%'])}\n`);
  // A switch may need more nodes quiet at once than the limit allows.
  const plan = hasErrors(limited.findings) ? made(policy) : limited;
  if (hasErrors(plan.findings)) throw new Error(`a storm's plan has errors: ${JSON.stringify(plan.findings)}`);
  return plan;
}

const DRIVERS = '{scheduler: twin, shell: twin, bmc: twin, fabric: twin, allocator: twin, alerts: twin}';

function fleetText({ units, nodesEach, rails, spines, guest }: Shape, chance: Chance): string {
  const leaves = range(units).flatMap((unit) => range(rails).map((rail) => `u${unit}r${rail}`));
  const links = leaves.flatMap((leaf) => range(spines).map((spine) => `"${leaf}/*--s${spine}/*"`));
  const onLeaves = rails > 1 || units > 1 ? [leaves[0], leaves[1]] : ['u1r1', 's1'];
  const managers = pick(chance, [null, spines > 1 ? ['s1', 's2'] : ['s1', 'u1r1'], onLeaves]);
  const cluster = `  - name: a
    mode: act
    nodes: "n[1-${units * nodesEach}]"
    gpusPerNode: 8
    units: {of: ${nodesEach}, rails: ${rails}, name: "u[1-${units}]", leaf: "{unit}r{rail}"}
    switches: [{name: "${spines > 1 ? 's[1-2]' : 's1'}", role: spine}]
    links: [${links.join(', ')}]
${managers ? `    subnetManagers: [${managers.map((name) => `"${name}"`).join(', ')}]\n` : ''}    drivers: ${DRIVERS}
`;
  const other = `  - name: b
    customer: ${CUSTOMER}
    mode: act
    nodes: "m[1-2]"
    gpusPerNode: 8
    switches: [{name: bl1, role: leaf}]
    links: ["m1/*--bl1/*", "m2/*--bl1/*", "bl1/*--s1/*"]
    drivers: ${DRIVERS}
`;
  const customers = `customers: [{name: ${CUSTOMER}, priority: 2, notice: 0h}]\n`;
  return `fleet: storm\n${guest === 'none' ? '' : customers}clusters:\n${cluster}${guest === 'none' ? '' : other}`;
}

function changeText({ units, nodesEach, rails, spines, guest }: Shape, components: readonly string[]): string {
  const leaves = range(units).flatMap((unit) => range(rails).map((rail) => `u${unit}r${rail}`));
  const nodes = components.length > 1 ? [`n[1-${units * nodesEach}]`] : [];
  const own = [...nodes, ...range(spines).map((spine) => `s${spine}`), ...leaves];
  const targets = guest === 'beside' ? `targets: "${own.join(',')}"\n` : '';
  return `change: storm\n${targets}want: {${components.map((component) => `${component}: "${WANTED}"`).join(', ')}}\n`;
}

function policyText({ units, nodesEach }: Shape, components: readonly string[], chance: Chance): string {
  const [, ...ofNodes] = components;
  const overlap = chance() < 0.6 ? `overlap: [${ofNodes.map((one) => `[switch-firmware, ${one}]`).join(', ')}]\n` : '';
  const nodes = units * nodesEach;
  const canary = ofNodes.length > 0 && nodes > 1 && chance() < 0.4 ? `canary: "n${between(chance, 1, nodes)}"\n` : '';
  const atOnce = pick(chance, ['', '', 'atOnce: {nodes: 50%}\n', 'atOnce: {perUnit: 1}\n']);
  const jobs = pick(chance, ['', 'jobs: {then: requeue}\n']);
  const returned = pick(chance, ['100%', '80%', '50%']);
  return `${overlap}redundant: ${chance() < 0.5}\n${canary}${atOnce}${jobs}gates: {returned: ${returned}, soak: 2m, linkSoak: ${pick(chance, ['30s', '1m', '2m'])}}\n`;
}

function range(to: number): number[] {
  return Array.from({ length: to }, (_, i) => i + 1);
}
