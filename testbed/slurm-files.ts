// The texts of slurm.conf, gres.conf and topology.conf for a testbed of N nodes on one machine.
import { join } from 'node:path';

export interface SlurmSettings {
  readonly folder: string;
  readonly nodes: number;
  /** Nodes m1, m2, ... of a partition of their own, after the others. */
  readonly guests: number;
  readonly user: string;
  /** As `hostname -s` prints it. */
  readonly host: string;
  readonly slurmctldPort: number;
  readonly firstSlurmdPort: number;
  readonly returnToService: 0 | 1 | 2;
  readonly resumeTimeoutSeconds: number;
  readonly slurmdTimeoutSeconds: number;
}

const nodesPerLeaf = 8;
export const gpusPerNode = 8;

/** The folded name of all nodes: `n1` or `n[1-16]`. */
export function allNodes(nodes: number): string {
  return range('n', 1, nodes);
}

export function slurmConf(settings: SlurmSettings): string {
  const { folder, nodes, user, firstSlurmdPort } = settings;
  const all = allNodes(nodes);
  return lines({
    ClusterName: 'testbed',
    SlurmctldHost: `${settings.host}(127.0.0.1)`,
    SlurmUser: user,
    SlurmdUser: user,
    AuthType: 'auth/munge',
    AuthInfo: `socket=${folder}/munge/sock`,
    CredType: 'cred/munge',
    SlurmctldPort: settings.slurmctldPort,
    SlurmctldPidFile: `${folder}/pid/slurmctld.pid`,
    SlurmdPidFile: `${folder}/pid/slurmd-%n.pid`,
    SlurmdSpoolDir: `${folder}/spool/%n`,
    StateSaveLocation: `${folder}/state`,
    SlurmctldLogFile: `${folder}/log/slurmctld.log`,
    SlurmdLogFile: `${folder}/log/slurmd-%n.log`,
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/none',
    SwitchType: 'switch/none',
    MpiDefault: 'none',
    MailProg: '/bin/true',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core',
    TopologyPlugin: 'topology/tree',
    SchedulerParameters: 'bf_interval=5,sched_interval=5,batch_sched_delay=1',
    GresTypes: 'gpu',
    ReturnToService: settings.returnToService,
    SlurmdParameters: 'config_overrides', // lets a node claim more than the machine has
    RebootProgram: `${folder}/bin/slurm-reboot`,
    ResumeTimeout: settings.resumeTimeoutSeconds,
    SlurmdTimeout: settings.slurmdTimeoutSeconds,
    KillWait: 2,
    BatchStartTimeout: 1,
    TreeWidth: 65_533, // no forwarding between slurmds
    NodeName: nodeLine(all, portRange(firstSlurmdPort, nodes)),
    PartitionName: `batch Nodes=${all} Default=YES MaxTime=INFINITE State=UP`,
  }).concat(`PartitionName=debug Nodes=${range('n', 1, Math.min(nodes, 2))} MaxTime=INFINITE State=UP\n`, guestLines(settings));
}

function guestLines({ guests, nodes, firstSlurmdPort }: SlurmSettings): string {
  if (guests === 0) return '';
  const names = range('m', 1, guests);
  const node = `NodeName=${nodeLine(names, portRange(firstSlurmdPort + nodes, guests))}\n`;
  return `${node}PartitionName=guests Nodes=${names} MaxTime=INFINITE State=UP\n`;
}

function nodeLine(names: string, ports: string): string {
  return `${names} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports} CPUs=16 RealMemory=64000 Gres=gpu:h100:${gpusPerNode} State=UNKNOWN`;
}

export function gresConf(settings: SlurmSettings): string {
  const all = settings.guests === 0 ? allNodes(settings.nodes) : `${allNodes(settings.nodes)},${range('m', 1, settings.guests)}`;
  return `NodeName=${all} Name=gpu Type=h100 File=${join(settings.folder, 'dev')}/gpu[0-${gpusPerNode - 1}]\n`;
}

/** Leaf switches of eight nodes under one spine. */
export function topologyConf({ nodes, guests }: Pick<SlurmSettings, 'nodes' | 'guests'>): string {
  const leaves = Math.ceil(nodes / nodesPerLeaf);
  const text = Array.from({ length: leaves }, (_, leaf) => {
    const first = leaf * nodesPerLeaf + 1;
    return `SwitchName=leaf${leaf + 1} Nodes=${range('n', first, Math.min(first + nodesPerLeaf - 1, nodes))}\n`;
  });
  if (guests > 0) text.push(`SwitchName=leaf${leaves + 1} Nodes=${range('m', 1, guests)}\n`);
  return `${text.join('')}SwitchName=spine1 Switches=${range('leaf', 1, text.length)}\n`;
}

function portRange(first: number, count: number): string {
  return count === 1 ? String(first) : `[${first}-${first + count - 1}]`;
}

function range(prefix: string, first: number, last: number): string {
  return first === last ? `${prefix}${first}` : `${prefix}[${first}-${last}]`;
}

function lines(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
