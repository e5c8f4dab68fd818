// What `fleet import slurm` asks a live cluster for: nodes, partitions and, where Slurm knows it, the topology.
import type { DriverContext } from '../shared/context.ts';
import { SlurmClient } from './client.ts';
import { parseSettings } from './diagnose.ts';
import { readNodes } from './look.ts';
import { namesFromSlurm } from './node-set.ts';
import type { SlurmOptions } from './options.ts';
import { showNodeState } from './state.ts';

export interface SlurmSurvey {
  readonly clusterName: string;
  readonly nodes: readonly SurveyedNode[];
  readonly partitions: readonly SurveyedPartition[];
  /** Empty: Slurm has no topology. */
  readonly topology: readonly SurveyedSwitch[];
}

interface SurveyedNode {
  readonly name: string;
  /** null: it names none. */
  readonly gpus: number | null;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly partitions: readonly string[];
  /** As in SchedulerFacts: "idle", "mixed+drain". */
  readonly state: string;
}

export interface SurveyedPartition {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly isDefault: boolean;
}

export interface SurveyedSwitch {
  readonly switch: string;
  /** 0 = next to the nodes. */
  readonly level: number;
  /** All nodes below it. */
  readonly nodes: readonly string[];
  /** Switches one level below. */
  readonly switches: readonly string[];
}

/** Reads only. Rejects with SlurmCallError or SlurmOutputError when slurmctld does not answer, or in no form of Slurm's. */
export async function surveySlurm(options: SlurmOptions, context: DriverContext): Promise<SlurmSurvey> {
  const client = new SlurmClient(options, context);
  const { signal } = new AbortController();
  try {
    const [config, rows, partitions, topology] = await Promise.all([
      client.read('scontrol', ['show', 'config'], signal),
      readNodes(client, signal),
      client.read('scontrol', ['-a', '-o', 'show', 'partition'], signal),
      readTopology(client, signal),
    ]);
    const nodes = [...rows.values()].flatMap((row) =>
      row
        ? [
            {
              name: row.name,
              gpus: row.gpus,
              cpus: row.cpus,
              memoryMb: row.memoryMb,
              partitions: row.partitions,
              state: showNodeState(row.state),
            },
          ]
        : [],
    );
    const clusterName = parseSettings(config).get('ClusterName') ?? 'slurm';
    return { clusterName, nodes, partitions: parsePartitions(partitions), topology: parseTopology(topology) };
  } finally {
    client.close();
  }
}

/** Lines of `scontrol show partition -o`; what is no partition's is skipped. Never throws. */
export function parsePartitions(text: string): SurveyedPartition[] {
  return text.split('\n').flatMap((line) => {
    const name = /^PartitionName=(\S+) /.exec(line)?.[1];
    const nodes = namesFromSlurm(/ Nodes=(\S*)/.exec(line)?.[1] ?? '');
    return name === undefined || !nodes ? [] : [{ name, nodes, isDefault: / Default=YES /.test(line) }];
  });
}

/** Lines of `scontrol show topology`; what is no switch's is skipped. Never throws. */
export function parseTopology(text: string): SurveyedSwitch[] {
  return text.split('\n').flatMap((line) => {
    const match = /^SwitchName=(\S+) Level=(\d{1,3})\b/.exec(line);
    const nodes = namesFromSlurm(/ Nodes=(\S*)/.exec(line)?.[1] ?? '');
    const switches = namesFromSlurm(/ Switches=(\S*)/.exec(line)?.[1] ?? '');
    return match && nodes && switches ? [{ switch: match[1] ?? '', level: Number(match[2]), nodes, switches }] : [];
  });
}

/** "No topology information available" is said on stderr, with exit code 0. */
async function readTopology(client: SlurmClient, signal: AbortSignal): Promise<string> {
  const said = await client.say({ command: 'scontrol', args: ['show', 'topology'], signal, repeatable: true });
  return said.ok ? said.stdout : '';
}
