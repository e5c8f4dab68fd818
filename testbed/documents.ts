// The fleet, change and policy that a maintenance lead would write for a testbed, written into its folder.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allNodes, gpusPerNode } from './slurm-files.ts';

export interface DocumentSettings {
  readonly folder: string;
  readonly nodes: number;
  readonly user: string;
  readonly sshPort: number;
}

/** The version that runs when a testbed starts. */
export const oldVersion = '2025.06';
/** And the one that change.yaml wants. */
export const newVersion = '2025.07';

/** Writes fleet.yaml, change.yaml and policy.yaml; returns the text of each by file name. */
export function writeDocuments(settings: DocumentSettings): Record<'fleet.yaml' | 'change.yaml' | 'policy.yaml', string> {
  const documents = { 'fleet.yaml': fleet(settings), 'change.yaml': change(settings.folder), 'policy.yaml': policy };
  for (const [name, text] of Object.entries(documents)) writeFileSync(join(settings.folder, name), text);
  return documents;
}

function fleet({ folder, nodes, user, sshPort }: DocumentSettings): string {
  const command = (name: string): string => flow([join(folder, 'bin', name)]);
  return `fleet: testbed
timezone: UTC
clusters:
  - name: testbed
    mode: act
    nodes: ${JSON.stringify(allNodes(nodes))}
    gpusPerNode: ${gpusPerNode}
    drivers:
      scheduler: {use: slurm, conf: slurm.conf}
      shell:
        use: ssh
        user: ${user}
        addresses: hosts
        port: ${sshPort}
        knownHosts: hosts.keys
        key: {file: id_pit}
        connections: 64
        reboot: ${command('reboot')}
        bootId: ${command('bootid')}
        work: ${command('work')}
`;
}

function change(folder: string): string {
  const command = (name: string, ...rest: string[]): string => flow([join(folder, 'bin', name), ...rest]);
  return `change: image
want:
  host-os:
    version: ${JSON.stringify(newVersion)}
    stage: ${command('stage', '{version}')}
    apply: ${command('apply', '{version}')}
    read: ${command('version')}
    check: ${command('health')}
    back: ${command('rollback', '{previous}')}
`;
}

const policy = `canary: "n1"
gates: {returned: 90%}
jobs: {then: wait}
`;

function flow(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}
