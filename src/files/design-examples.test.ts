// The examples of docs/reference/files.md, exactly as printed there.
import { expect, test } from 'vitest';
import { catalogueFolders, loadCatalogue, parseCatalogue } from './catalogue.ts';
import { parseChange } from './change-file.ts';
import { parseFleet, parseFleetInForce } from './fleet-file.ts';
import { parsePolicy } from './policy-file.ts';

const LEAST_FLEET = `# fleet.yaml
fleet: lab
clusters:
  - name: lab
    nodes: "n[1-16]"
    drivers: {scheduler: slurm, shell: ssh}
`;
const LEAST_CHANGE = `# change.yaml
change: image
want:
  host-os: {version: "2025.07", apply: [/opt/site/apply, "{version}"], read: [/opt/site/version]}   # short procedure: built-in drain, apply, reboot, conform, return; priors n = 0
`;
const LEAST_POLICY = `# policy.yaml (may be absent)
canary: "n1"
gates: {returned: 95%}
jobs: {then: wait}
`;

const LONG_FLEET = `# fleet.yaml (or imported)
fleet: phoenix
timezone: America/Phoenix
customers: [{name: aurora, timezone: America/New_York, priority: 1, notice: 72h}]
clusters:
  - name: phx62
    customer: aurora
    mode: act                       # observe | confirm (one question a wave) | drain-only | act
    workload: training              # training | inference: sets the policy's defaults
    nodes: "phx62-[0001-1024]"
    gpusPerNode: 8
    racks: {of: 4, name: "r[001-256]"}                     # or a list [{name, nodes: "..."}]; the last may be short
    units: {of: 32, rails: 8, name: "u[01-32]", leaf: "{unit}r{rail}"}   # 32 nodes share 8 leaves, one per rail, rails from 1
    power: {of: 128, name: "feed[1-8]"}
    image: custom-vhd-7
    drivers:
      scheduler: slurm
      shell: {use: ssh, user: pit, address: "{node}.mgmt", port: 22, knownHosts: hosts.keys, key: {file: id_pit}, connections: 256, reboot: [systemctl, reboot], bootId: [cat, /proc/sys/kernel/random/boot_id]}
      bmc: {use: redfish, url: "https://{node}-bmc", user: {env: BMC_USER}, password: {env: BMC_PASSWORD}}
      fabric: infiniband
`;
const LONG_CHANGE = `# change.yaml
change: july-image
targets: "phx62-[0001-1024],@switches-of(phx62-[0001-1024])"   # a component applies to the targets of its kind; none of them = bad input
want: {host-os: "2025.07", hca-firmware: "28.43.2026", switch-firmware: "31.2012.1024"}
replace: {gpu-tray: "phx62-0007"}
`;
const LONG_HOST_OS = `# catalogue/host-os.yaml
component: host-os
kind: node                          # node | switch | link | domain | feed
carries: [hca-firmware]             # saves the burn of it, never its activation
activates: warm                     # none | driver | fw-reset | warm | dc | ac | unplug; merged changes take the highest
needs: cleared                      # cleared | off | live: what the target must be SEEN in before a destructive step
after: [switch-firmware]            # per node: waits for the switches it links to, if they are in the plan
steps:                              # in order; to = draining | updating | rebooting | conforming | validating; exactly one of do, run, read, check
  - {step: drain,    to: draining,   by: scheduler, do: drain}                       # its time is forecast from the jobs
  - {step: stage,                    by: shell, run: [/opt/site/stage, "{version}"], early: true, uses: [image-server], takes: 12m~0.3, timeout: 45m, attempts: 2}   # early: before the window, leaves the state alone
  - {step: apply,    to: updating,   by: shell, run: [/opt/site/apply, "{version}"], uses: [image-server], destructive: true, takes: 8m~0.3, timeout: 30m, attempts: 1, fails: 1.5%}
  - {step: activate, to: rebooting,  by: shell, do: reboot, shared: true, destructive: true, takes: 11m~0.25, timeout: 30m, attempts: 2, fails: 2.2%}
  - {step: conform,  to: conforming, by: shell, read: {host-os: [/opt/site/version, os], hca-firmware: [/opt/site/version, hca]}, timeout: 2m}   # what RUNS, not what is burnt
  - {step: validate, to: validating, by: shell, check: [{name: quick, run: [/opt/site/health], nodes: 1, takes: 3m~0.2, catches: 60%}]}
back: {run: [/opt/site/rollback, "{previous}"], takes: 25m~0.4, version: previous}        # absent = no way back, and plan and run page say so
mopUp:
  - {way: remote, share: 60%, takes: 35m~0.8, tries: [{by: shell, do: reboot}, {by: bmc, do: power-cycle}]}
  - {way: hands,  share: 25%, takes: 5h~0.7, crew: hardware}
  - {way: gone,   share: 15%, takes: 4d~0.9, part: gpu-tray}                          # beyond the window: RMA, a spare stands in
`;
const LONG_POLICY = `# policy.yaml
windows: [{cluster: phx62, start: "2031-07-08T09:00 America/Phoenix", for: 8h}]      # none = whenever run is called
atWindowEnd: finish-started         # | stop-and-return | ask
northStar: 2h
atOnce: {clusters: 2, nodes: 100%, perRack: 100%, perUnit: 100%}      # acting targets
unavailableAtMost: 100%             # counts stragglers too, not those that were down before
limits: {image-server: {count: 200, owner: imaging, why: tested 2031-05, until: 2031-09-01}, power-on: {count: 64, per: feed}}   # per: fleet | cluster | rack | unit | feed | customer; a bare number will do; steps name it in uses
overlap: [[switch-firmware, host-os]]   # lifts after between their starts; activate and conform still wait
redundant: false                    # true: one of several parallel spines may be taken while others carry work
leases: [autoscaler, auto-repair, config-management]
canary: {targets: "@rack:r001", gate: {failed: 1}}                    # at most 1 may fail
gates: {failureRate: 5%, returned: 95%, per: [cluster, customer], countIn: node, soak: 15m, timeout: 30m}   # countIn: node | domain | unit; timeout -> hold
jobs: {ask: none, then: wait}       # ask: {signal: USR1, to: batch} | {touch: F} | {run: [...]}
crew: {hardware: {count: 6, shifts: "06:00-22:00", timezone: America/Phoenix}}
parts: {gpu-tray: {onSite: 12, arriving: [{count: 20, at: "2031-07-10T12:00 America/Phoenix"}]}}
validation: {mode: all}             # all | sample | none; adaptive is refused until it is built
blackouts: [{from: 2031-07-04, to: 2031-07-05, why: customer evaluation run}]
`;
const HCA_FIRMWARE = `component: hca-firmware
kind: node
steps: [{step: conform, to: conforming, by: shell, read: {hca-firmware: [/opt/site/version, hca]}}]
`;
const SWITCH_FIRMWARE = `component: switch-firmware
kind: switch
needs: live
steps: [{step: apply, to: updating, by: fabric, run: [/opt/site/switch, "{node}", "{version}"], destructive: true},
  {step: conform, to: conforming, by: fabric, read: {switch-firmware: [/opt/site/switch-version, "{node}"]}}]
`;

const JAN_2031_MS = Date.UTC(2031, 0, 1);

test('least example: fleet (defaults filled in and said)', () => {
  const { fleet, defaults } = parseFleetInForce(LEAST_FLEET, 'fleet.yaml');
  expect(fleet.clusters).toHaveLength(1);
  expect(fleet.clusters[0]).toMatchObject({
    name: 'lab',
    customer: null,
    mode: 'confirm',
    nodes: 'n[1-16]',
    gpusPerNode: null,
    racks: [],
    drivers: { scheduler: { use: 'slurm', options: {} }, shell: { use: 'ssh', options: {} } },
  });
  expect(defaults).toContain('fleet.lab.mode = confirm');
});

test('least example: change (short procedure becomes drain, apply, reboot, conform)', () => {
  const fleet = parseFleet(LEAST_FLEET, 'fleet.yaml');
  const { change, procedures, catalogue } = parseChange(LEAST_CHANGE, 'change.yaml', fleet, loadCatalogue(catalogueFolders(null, null)));
  expect(change).toEqual({ name: 'image', targets: null, want: { 'host-os': '2025.07' }, replace: {} });
  const steps = procedures.get('host-os')?.steps ?? [];
  expect(steps.map(({ name, to, by, destructive }) => [name, to, by, destructive])).toEqual([
    ['drain', 'draining', 'scheduler', false],
    ['apply', 'updating', 'shell', true],
    ['activate', 'rebooting', 'shell', true],
    ['conform', 'conforming', 'shell', false],
  ]);
  expect(steps[2]).toMatchObject({ action: { kind: 'do', act: 'reboot' }, shared: true, takes: { n: 0 } });
  expect(steps[3]?.action).toEqual({ kind: 'read', read: { 'host-os': ['/opt/site/version'] } });
  expect(procedures.get('host-os')).toMatchObject({ kind: 'node', activates: 'warm', needs: 'cleared', back: null });
  expect(catalogue).toEqual([{ component: 'host-os', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown }]);
});

test('least example: policy (every default said)', () => {
  const fleet = parseFleet(LEAST_FLEET, 'fleet.yaml');
  const { policy, defaults } = parsePolicy(LEAST_POLICY, 'policy.yaml', fleet);
  expect(policy.canary).toEqual({ targets: 'n1', failed: 0 });
  expect(policy.gates.returned).toEqual({ kind: 'share', share: 0.95 });
  expect(policy.jobs).toEqual(JSON.parse('{"ask": {"kind": "none"}, "proof": {"kind": "none"}, "then": "wait", "proofTimeoutMs": 600000}'));
  expect(defaults).toContain('policy.gates.failureRate = 5%');
  expect(defaults.some((line) => line.startsWith('policy.gates.returned'))).toBe(false);
});

test('long example: fleet (patterns become racks, units, feeds and leaves)', () => {
  const cluster = parseFleet(LONG_FLEET, 'fleet.yaml').clusters[0];
  expect(cluster?.racks).toHaveLength(256);
  expect(cluster?.racks[2]).toEqual({ name: 'r003', nodes: 'phx62-[0009-0012]' });
  expect(cluster?.units[6]).toEqual({ name: 'u07', nodes: 'phx62-[0193-0224]' });
  expect(cluster?.switches).toHaveLength(256);
  expect(cluster?.switches.find(({ name }) => name === 'u07r3')).toEqual({ name: 'u07r3', role: 'leaf' });
  expect(cluster?.feeds.map(({ name }) => name)).toEqual(['feed1', 'feed2', 'feed3', 'feed4', 'feed5', 'feed6', 'feed7', 'feed8']);
  expect(cluster?.drivers['bmc']).toEqual({
    use: 'redfish',
    options: { url: 'https://{node}-bmc', user: { env: 'BMC_USER' }, password: { env: 'BMC_PASSWORD' } },
  });
});

test('long example: change, catalogue and policy', () => {
  const fleet = parseFleet(LONG_FLEET, 'fleet.yaml');
  const layer = [
    { file: 'catalogue/host-os.yaml', text: LONG_HOST_OS },
    { file: 'catalogue/hca-firmware.yaml', text: HCA_FIRMWARE },
    { file: 'catalogue/switch-firmware.yaml', text: SWITCH_FIRMWARE },
  ];
  const catalogue = parseCatalogue([layer]);
  const { change, procedures } = parseChange(LONG_CHANGE, 'change.yaml', fleet, catalogue);
  expect(change.targets).toBe('phx62-[0001-1024],u[01-32]r[1-8]');
  expect(change.replace).toEqual({ 'gpu-tray': 'phx62-0007' });
  expect([...procedures.keys()]).toEqual(['host-os', 'hca-firmware', 'switch-firmware']);
  const { policy, calendars } = parsePolicy(LONG_POLICY, 'policy.yaml', fleet, JAN_2031_MS);
  expect(policy.canary).toEqual({ targets: 'phx62-[0001-0004]', failed: 1 });
  const start = Date.UTC(2031, 6, 8, 16) / 60_000;
  expect(calendars['windows:phx62']).toEqual([[start, start + 480]]);
  expect(policy.blackouts).toEqual([
    { fromMin: Date.UTC(2031, 6, 4, 7) / 60_000, toMin: Date.UTC(2031, 6, 6, 7) / 60_000, why: 'customer evaluation run' },
  ]);
  expect(calendars['crew:hardware']?.[0]).toEqual([start, start + 13 * 60]);
});

test('package catalogue: host-os is the documented one, but for the image server (a limit of the site) and what the example leaves unsaid', () => {
  const builtin = loadCatalogue(catalogueFolders(null, null)).get('host-os')?.procedure;
  const documented = parseCatalogue([[{ file: 'host-os.yaml', text: LONG_HOST_OS }]]).get('host-os')?.procedure;
  expect(withoutSources({ ...builtin, defects: undefined })).toEqual(
    withoutSources({ ...documented, steps: documented?.steps.map((step) => ({ ...step, uses: [] })) }),
  );
});

/** As it would read if nobody had said where its figures come from. */
function withoutSources(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, part: unknown) => (key === 'source' ? undefined : part)));
}
