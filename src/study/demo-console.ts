// The demo that `npm start` opens in a browser: a site of three clusters with two customers, as users write it.
import type { Source } from './make-plan.ts';

export interface ConsoleDemo {
  readonly fleet: Source;
  /** By what each is for. */
  readonly changes: { readonly past: Source; readonly now: Source; readonly next: Source };
  readonly policy: Source;
  /** Of the one in the past, which nobody watches: its canary never holds it. */
  readonly pastPolicy: Source;
}

export const CONSOLE_DEMO_CUSTOMER = 'aurora';

export function consoleDemo(): ConsoleDemo {
  const fleet = `fleet: harbor
timezone: UTC
customers:
  - {name: aurora, timezone: America/New_York, priority: 1, notice: 72h}
  - {name: borealis, timezone: Europe/Berlin, priority: 2, notice: 48h}
clusters:
  - name: hb1
    customer: aurora
    mode: act
    nodes: "hb1-[0001-0512]"
    gpusPerNode: 8
    racks: {of: 4, name: "a[001-128]"}
    units: {of: 32, rails: 8, name: "u[01-16]", leaf: "{unit}r{rail}"}
    power: {of: 128, name: "fa[1-4]"}
    drivers: {scheduler: twin, shell: twin, bmc: twin}
  - name: hb2
    customer: borealis
    mode: act
    nodes: "hb2-[0001-0256]"
    gpusPerNode: 8
    racks: {of: 4, name: "b[01-64]"}
    units: {of: 32, rails: 8, name: "v[1-8]", leaf: "{unit}r{rail}"}
    power: {of: 128, name: "fb[1-2]"}
    drivers: {scheduler: twin, shell: twin, bmc: twin}
  - name: hb3
    mode: act
    nodes: "hb3-[001-128]"
    gpusPerNode: 8
    racks: {of: 4, name: "c[01-32]"}
    units: {of: 32, rails: 8, name: "w[1-4]", leaf: "{unit}r{rail}"}
    drivers: {scheduler: twin, shell: twin, bmc: twin}
`;
  const change = (name: string, nodes: string, version: string): Source => ({
    file: `demo/${name}.yaml`,
    text: `change: ${name}\ntargets: "${nodes}"\nwant: {host-os: "${version}"}\n`,
  });
  const policy = `northStar: 2h
gates: {failureRate: 10%, returned: 95%, per: [cluster], soak: 5m}
limits: {image-server: {count: 200, owner: imaging, why: tested 2031-05}}
jobs: {then: wait}
crew: {hardware: {count: 4}}
`;
  return {
    fleet: { file: 'demo/fleet.yaml', text: fleet },
    changes: {
      past: change('june-image', 'hb3-[001-128]', '2025.06'),
      now: change('july-image', 'hb1-[0001-0512]', '2025.07'),
      next: change('july-image-hb2', 'hb2-[0001-0256]', '2025.07'),
    },
    policy: { file: 'demo/policy.yaml', text: policy },
    pastPolicy: { file: 'demo/past-policy.yaml', text: `${policy}canary: {targets: "hb3-001", gate: {failed: 1}}\n` },
  };
}
