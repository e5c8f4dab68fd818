// The fleet, catalogue, change and policy that a maintenance lead would write for a bound testbed, written into its folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/std/json.ts';
import { newVersion } from '../documents.ts';
import type { FabricNet } from '../fabric/net-file.ts';
import type { IpmiBmcs } from '../ipmi/bmcs.ts';
import { gpusPerNode } from '../slurm-files.ts';

export interface SiteDocuments {
  readonly folder: string;
  readonly nodes: readonly string[];
  readonly guests: readonly string[];
  readonly user: string;
  readonly sshPort: number;
  readonly units: number;
  readonly rails: number;
  readonly net: FabricNet;
  /** Name of the switch, and the fabric's own name of the host there. */
  readonly managers: readonly { readonly at: string; readonly host: string; readonly guid: string }[];
  readonly bmcs: IpmiBmcs;
  readonly allocator: JsonObject;
  readonly leases: JsonObject;
  /** Address of Alertmanager. */
  readonly alerts: string;
}

const newSwitchVersion = '31.2014';
const newHcaVersion = '28.43';

/** fleet.yaml, change.yaml, policy.yaml and catalogue/; they are JSON by line, which is YAML. */
export function writeSiteDocuments(site: SiteDocuments): void {
  const write = (name: string, text: string): void => writeFileSync(join(site.folder, name), text);
  mkdirSync(join(site.folder, 'catalogue'));
  write('fleet.yaml', fleet(site));
  write('change.yaml', change(site));
  write('policy.yaml', sitePolicy);
  for (const [component, text] of Object.entries(catalogue(site.folder))) write(join('catalogue', `${component}.yaml`), text);
}

/** Every link is up, and clean for three seconds, before a node or a switch counts as returned. */
const sitePolicy = `canary: "n1"
atOnce: {nodes: 100%, perUnit: 100%}
unavailableAtMost: 100%
overlap:
  - [switch-firmware, host-os]
  - [switch-firmware, hca-firmware]
leases: [autoscaler, auto-repair]
gates: {returned: 90%, soak: 5s, linkSoak: 3s}
jobs: {then: wait}
`;

function fleet(site: SiteDocuments): string {
  const { net, nodes, guests, units } = site;
  const shared = guests.length > 0;
  const leafOf = (leaf: string): number => Number(/^u(\d+)r/.exec(leaf)?.[1] ?? 0);
  const isOwn = (leaf: string): boolean => leafOf(leaf) <= units;
  const trunks = (own: boolean): string[] => net.trunks.filter((link) => isOwn(link.replace(/^.*--/, '')) === own);
  const linksOf = (names: readonly string[]): string[] => names.flatMap((node) => net.linksOf.get(node) ?? []);
  const leaves = (own: boolean): object[] => net.leaves.filter((leaf) => isOwn(leaf) === own).map((name) => ({ name, role: 'leaf' }));
  const perUnit = nodes.length / units;
  const ours = cluster(site, {
    name: 'testbed',
    ...(shared ? { customer: 'aurora' } : {}),
    nodes: range('n', nodes.length),
    units: Array.from({ length: units }, (_, index) => ({
      name: `u${index + 1}`,
      nodes: range('n', (index + 1) * perUnit, index * perUnit + 1),
    })),
    switches: [...leaves(true), ...net.spines.map((name) => ({ name, role: 'spine' }))],
    links: [...linksOf(nodes), ...trunks(true)],
    subnetManagers: site.managers.map(({ at }) => at),
  });
  const theirs = cluster(site, {
    name: 'guests',
    customer: 'borealis',
    nodes: range('m', guests.length),
    units: [{ name: `u${units + 1}`, nodes: range('m', guests.length) }],
    switches: leaves(false),
    links: [...linksOf(guests), ...trunks(false)],
  });
  const customers = shared ? `customers:\n${['aurora', 'borealis'].map((name) => `  - {name: ${name}}\n`).join('')}` : '';
  return `fleet: testbed\ntimezone: UTC\n${customers}clusters:\n${ours}${shared ? theirs : ''}`;
}

function cluster(site: SiteDocuments, own: { readonly [key: string]: unknown }): string {
  const lines = Object.entries({ ...own, mode: 'act', gpusPerNode }).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
  const list = (key: string, entries: object): string =>
    `    ${key}:\n${Object.entries(entries)
      .map(([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`)
      .join('')}`;
  return `  -${lines.join('').slice(3)}${list('drivers', drivers(site))}${list('leases', site.leases)}`;
}

function drivers({ folder, user, sshPort, bmcs, allocator, alerts, managers }: SiteDocuments): JsonObject {
  const bin = (name: string): string => join(folder, 'bin', name);
  const ofFabric = (name: string): string => join(folder, 'fabric', 'bin', name);
  return {
    scheduler: { use: 'slurm', conf: 'slurm.conf' },
    shell: {
      use: 'ssh',
      user,
      addresses: 'hosts',
      port: sshPort,
      knownHosts: 'hosts.keys',
      key: { file: 'id_pit' },
      connections: 64,
      reboot: [bin('reboot')],
      bootId: [bin('bootid')],
      work: [bin('work')],
    },
    bmc: {
      use: 'ipmi',
      addresses: 'ipmi/addresses',
      user: bmcs.user,
      password: { file: 'ipmi/password' },
      cipher: 3,
      retries: 1,
      timeout: '5s',
    },
    fabric: {
      use: 'infiniband',
      commands: {
        ibnetdiscover: [bin('ibnetdiscover')],
        iblinkinfo: [bin('iblinkinfo')],
        ibqueryerrors: [bin('ibqueryerrors'), '--skip-sl'],
        saquery: [bin('saquery')],
        sminfo: [bin('sminfo')],
      },
      managers: managers.map(({ at, host, guid }) => ({
        name: at,
        guid,
        stop: [ofFabric('sm-stop'), host],
        start: [ofFabric('sm-start'), host],
        config: [ofFabric('sm-config'), host],
      })),
      claims: 'site',
    },
    allocator: { use: 'allocator', ...allocator },
    alerts: { use: 'alertmanager', url: alerts },
  };
}

function change({ guests, nodes, net, units }: SiteDocuments): string {
  const own = net.leaves.filter((leaf) => Number(/^u(\d+)r/.exec(leaf)?.[1] ?? 0) <= units);
  const targets = guests.length === 0 ? '' : `targets: ${JSON.stringify([range('n', nodes.length), ...own, ...net.spines].join(','))}\n`;
  return `change: summer
${targets}want:
  host-os: ${JSON.stringify(newVersion)}
  hca-firmware: ${JSON.stringify(newHcaVersion)}
  switch-firmware: ${JSON.stringify(newSwitchVersion)}
`;
}

/** The package's procedures with the site's commands, and times that fit boots of a second or two. */
function catalogue(folder: string): { readonly [component: string]: string } {
  const run = (name: string, ...args: string[]): string => JSON.stringify([join(folder, 'bin', name), ...args]);
  const takes = (time: string): string => `takes: {median: ${time}, logSd: 0.3, n: 0, source: testbed}`;
  const checks = [
    `{name: health, run: ${run('health')}, before: true}`,
    `{name: pair, run: ${run('pair', '{nodes}')}, nodes: 2, as: nccl, busbwMin: 300}`,
    `{name: rail, run: ${run('rail', '{rail}', '{nodes}')}, nodes: rail, as: nccl, busbwMin: 300}`,
    `{name: all, run: ${run('all', '{nodes}')}, nodes: all, as: nccl, busbwMin: 300}`,
  ];
  const validate = `  validate:\n    timeout: 60s\n    check:\n${checks.map((check) => `      - ${check}\n`).join('')}`;
  const mopUp =
    'mopUp:\n  - {way: remote, share: 90%, takes: {median: 10s, logSd: 0.5, n: 0, source: testbed}, tries: [{by: shell, do: reboot}, {by: bmc, do: power-cycle}]}\n  - {way: hands, share: 10%, takes: {median: 5m, logSd: 0.5, n: 0, source: testbed}, crew: hardware}\n';
  return {
    // This site's image brings no adapter firmware along: that is burnt by itself.
    'host-os': `component: host-os
extends: builtin
carries: []
steps:
  stage: {run: ${run('stage', '{version}')}, ${takes('1s')}, timeout: 30s}
  apply: {run: ${run('apply', '{version}')}, ${takes('1s')}, timeout: 30s}
  activate: {${takes('3s')}, timeout: 30s, attempts: 1}
  conform: {read: {host-os: ${run('version', 'os')}, hca-firmware: ${run('version', 'hca')}}, timeout: 30s}
${validate}back: {run: ${run('rollback', '{previous}')}, ${takes('5s')}, version: previous}
${mopUp}`,
    'hca-firmware': `component: hca-firmware
extends: builtin
steps:
  stage: {run: ${run('hca-stage', '{version}')}, ${takes('1s')}, timeout: 30s}
  apply: {run: ${run('hca-burn', '{version}')}, ${takes('1s')}, timeout: 30s}
  activate: {run: ${run('hca-reset')}, ${takes('1s')}, timeout: 30s}
  conform: {read: {hca-firmware: ${run('version', 'hca')}}, timeout: 30s}
${validate}back: {run: ${run('hca-rollback', '{previous}')}, ${takes('5s')}, version: previous}
${mopUp}`,
    'switch-firmware': `component: switch-firmware
kind: switch
activates: warm
needs: cleared
steps:
  - {step: stage, by: fabric, run: ${run('switch-stage', '{node}', '{version}')}, early: true, ${takes('1s')}, timeout: 30s, attempts: 2}
  - {step: apply, to: updating, by: fabric, run: ${run('switch-burn', '{node}', '{version}')}, destructive: true, ${takes('1s')}, timeout: 30s}
  - {step: activate, to: rebooting, by: fabric, run: ${run('switch-reload', '{node}')}, shared: true, destructive: true, ${takes('3s')}, timeout: 60s}
  - {step: conform, to: conforming, by: fabric, read: {switch-firmware: ${run('switch-version', '{node}')}}, timeout: 30s, attempts: 2}
mopUp:
  - {way: remote, share: 50%, takes: {median: 10s, logSd: 0.5, n: 0, source: testbed}}
  - {way: reseat, share: 50%, takes: {median: 5m, logSd: 0.5, n: 0, source: testbed}, crew: hardware}
`,
  };
}

function range(prefix: string, last: number, first = 1): string {
  return first === last ? `${prefix}${first}` : `${prefix}[${first}-${last}]`;
}
