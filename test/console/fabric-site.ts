// A small site with switches, cables and a second customer behind its spines, as plans for the console to show.
import type { Plan } from '../../src/core/plan/plan.ts';
import { planFrom } from '../../src/study/make-plan.ts';

const DRIVERS = '{scheduler: twin, shell: twin, bmc: twin, fabric: twin, allocator: twin, alerts: twin}';

/** `node`, `spine` and `unit` are what its names begin with: the server lets no two runs hold the same things. */
function siteOf(fleet: string, node: string, spine: string, unit: string): string {
  const leaves = [1, 2].flatMap((of) => [1, 2].map((rail) => `${unit}${of}r${rail}`));
  return `fleet: ${fleet}
timezone: UTC
customers: [{name: borealis, priority: 2, notice: 0h}]
clusters:
  - name: ${fleet}
    mode: act
    nodes: "${node}[1-16]"
    gpusPerNode: 8
    racks: {of: 4, name: "${fleet}-r[1-4]"}
    units: {of: 8, rails: 2, name: "${unit}[1-2]", leaf: "{unit}r{rail}"}
    switches: [{name: "${spine}[1-2]", role: spine}]
    links: [${leaves.flatMap((leaf) => [1, 2].map((of) => `"${leaf}/*--${spine}${of}/*"`)).join(', ')}]
    subnetManagers: ["${spine}[1-2]"]
    drivers: ${DRIVERS}
`;
}

const BOREALIS = `  - name: b
    customer: borealis
    mode: act
    nodes: "m[01-24]"
    gpusPerNode: 8
    switches: [{name: "bl1", role: leaf}]
    links: ["m[01-24]/*--bl1/*", "bl1/*--t1/*"]
    drivers: ${DRIVERS}
`;

const WANT = 'want: {host-os: "2025.07", switch-firmware: "31.2"}\n';
const POLICY = 'overlap: [[switch-firmware, host-os]]\nnorthStar: 2h\ngates: {returned: 60%, soak: 2m}\natOnce: {nodes: 100%}\n';

/** Hosts and switches of the site in one visit. */
export const sitePlan = (): Plan => planOf(siteOf('site', 'n', 's', 'u'), `change: site\n${WANT}`);

/** The same with a spine that the customer borealis hangs on: nothing begins before they consent. */
export const sharedPlan = (): Plan =>
  planOf(siteOf('shared', 'k', 't', 'v') + BOREALIS, `change: shared\ntargets: "k[1-16],t[1-2],v[1-2]r[1-2]"\n${WANT}`);

/** Options of the twin: one cable whose errors grow; nothing else goes wrong in the fabric. */
export const BAD_CABLES = {
  fabric: { disturbs: 0, linkFaults: { errors: { links: ['n3/h1--u1r1/3'] } } },
} as const;

function planOf(fleet: string, change: string): Plan {
  const plan = planFrom({
    fleet: { file: 'fleet.yaml', text: fleet },
    change: { file: 'change.yaml', text: change },
    policy: { file: 'policy.yaml', text: POLICY },
    catalogue: null,
    inventory: null,
    nowMs: 0,
  });
  const errors = plan.findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(`no plan: ${JSON.stringify(errors)}`);
  return plan;
}
