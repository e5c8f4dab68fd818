// The fleet, change and policy of the demo: a training cluster as users write one, of any number of nodes, and what goes wrong on its twin.
import { twinConfig, type Fault, type FaultSpec, type TwinConfig } from '../sim/twin/config.ts';
import type { Source } from './make-plan.ts';

export interface DemoDocuments {
  readonly fleet: Source;
  readonly change: Source;
  readonly policy: Source;
}

const NODES_A_RACK = 4;
const NODES_A_UNIT = 32;

export function demoDocuments(nodes: number): DemoDocuments {
  const racks = Math.ceil(nodes / NODES_A_RACK);
  const units = Math.ceil(nodes / NODES_A_UNIT);
  const fleet = `fleet: demo
timezone: UTC
clusters:
  - name: demo
    mode: act
    nodes: "${numbered('n', nodes)}"
    gpusPerNode: 8
    racks: {of: ${NODES_A_RACK}, name: "${numbered('r', racks)}"}
    units: {of: ${NODES_A_UNIT}, rails: 8, name: "${numbered('u', units)}", leaf: "{unit}r{rail}"}
    drivers: {scheduler: twin, shell: twin, bmc: twin}
`;
  const change = `change: image
want: {host-os: "2025.07"}
`;
  const policy = `northStar: 2h
canary: "@rack:${first('r', racks)}"
gates: {failureRate: 10%, returned: 95%, soak: 5m}
limits: {image-server: {count: 400, owner: imaging}}
jobs: {then: wait}
crew: {hardware: {count: 6}}
`;
  return {
    fleet: { file: 'demo/fleet.yaml', text: fleet },
    change: { file: 'demo/change.yaml', text: change },
    policy: { file: 'demo/policy.yaml', text: policy },
  };
}

/** What goes wrong, as shares of the nodes; a busy half of the fleet ends its jobs first. */
export function demoFaults(): Pick<TwinConfig, 'faults' | 'jobs'> {
  const faults: { [fault in Fault]?: FaultSpec } = {
    lateBack: { share: 0.02, times: 1 },
    rebootFails: { share: 0.01, times: 1 },
    oldVersion: { share: 0.004, times: 1 },
    neverBack: { share: 0.006, times: 1 },
    applyFails: { share: 0.006, times: 1 },
    checkFails: { share: 0.002 },
  };
  return { faults, jobs: { ...twinConfig([]).jobs, busy: 0.5 } };
}

/** `n[0001-1024]`; one alone is `n1`. */
function numbered(stem: string, count: number): string {
  return count === 1 ? `${stem}1` : `${stem}[${first('', count)}-${count}]`;
}

function first(stem: string, count: number): string {
  return `${stem}${'1'.padStart(String(count).length, '0')}`;
}
