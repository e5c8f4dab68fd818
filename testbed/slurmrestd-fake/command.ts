// `command.ts FILE scontrol|squeue ARGUMENTS`: answers from the cluster in FILE in Slurm's text forms, and changes it.
import { argv, exit, stderr, stdout } from 'node:process';
import { namesFromSlurm } from '../../src/drivers/slurm/node-set.ts';
import { deleteReservation, loadCluster, saveCluster, updateNodes, writeReservation, type FakeCluster } from './cluster.ts';

const [file = '', program = '', ...args] = argv.slice(2);
const state = loadCluster(file);

if (program === 'squeue') stdout.write(jobs(args.at(-1) ?? ''));
else if (args.includes('ping')) stdout.write('Slurmctld(primary) at fake is UP\n');
else if (args.includes('node')) stdout.write(state.nodes.map(nodeLine).join('\n'));
else if (args.includes('res')) stdout.write(state.reservations.map(reservationLine).join('\n') || 'No reservations in the system\n');
else if (args.includes('config'))
  stdout.write('ClusterName             = fake\nSLURM_VERSION           = 25.05.0\nSlurmUser               = root(0)\n');
else change();

function change(): void {
  const said = new Map(args.map((word) => [word.split('=')[0] ?? '', word.slice(word.indexOf('=') + 1)]));
  const nodes = namesFromSlurm(said.get('nodename') ?? said.get('nodes') ?? '') ?? [];
  const name = said.get('reservationname');
  let wrong: string | null = null;
  if (name === undefined) wrong = updateNodes(state, nodes, (said.get('state') ?? '').toUpperCase(), said.get('reason') ?? null);
  else if (args[0] === 'delete') wrong = deleteReservation(state, name);
  else writeReservation(state, name, nodes, ['MAINT', 'IGNORE_JOBS'], Math.floor(Date.now() / 1000));
  saveCluster(file, state);
  if (wrong === null) return;
  stderr.write(`slurm_update error: ${wrong}\n`);
  exit(1);
}

function nodeLine(node: FakeCluster['nodes'][number]): string {
  const reason = node.reason === '' ? '' : ` Reason=${node.reason} [root@2031-07-08T09:00:00]`;
  const cpus = `CPUAlloc=${node.cpusAllocated} CPUEfctv=${node.cpus} CPUTot=${node.cpus} CPULoad=0.10`;
  const gres = `Gres=${node.gres} GresDrain=N/A GresUsed=${node.gresUsed}`;
  return `NodeName=${node.name} Arch=x86_64 ${cpus} ${gres} RealMemory=${node.memoryMb} State=${node.state.join('+')} Partitions=batch${reason}`;
}

function reservationLine({ name, nodes, flags, from, to }: FakeCluster['reservations'][number]): string {
  const now = Date.now() / 1000;
  const times = `StartTime=${from} EndTime=${to} Duration=365-00:00:00`;
  const shown = `Nodes=${nodes.join(',')} NodeCnt=${nodes.length} Features=(null) PartitionName=(null) Flags=${flags.join(',')} TRES=cpu=1`;
  return `ReservationName=${name} ${times} ${shown} Users=root State=${from <= now && now <= to ? 'ACTIVE' : 'INACTIVE'} BurstBuffer=(null)`;
}

/** By the format `JobID:MARK,State:MARK,...`: each value with its mark behind it. */
function jobs(format: string): string {
  const fields = format.split(',').map((field) => field.split(':'));
  const wanted = new Set((args[args.indexOf('-t') + 1] ?? '').split(','));
  const holding = state.jobs.filter((job) => job.state.some((word) => wanted.has(word)));
  return holding.map((job) => fields.map(([field = '', mark = '']) => `${valueOf(job, field)}${mark}`).join('')).join('');
}

function valueOf(job: FakeCluster['jobs'][number], field: string): string {
  const values: { readonly [field: string]: string } = {
    JobID: String(job.id),
    State: job.state.includes('COMPLETING') ? 'COMPLETING' : (job.state[0] ?? ''),
    UserName: job.user,
    NodeList: job.nodes,
    BatchHost: job.batchHost,
    StartTime: String(job.start),
    EndTime: String(job.end),
    RestartCnt: String(job.restarts),
    NumNodes: String(job.nodeCount),
    NumTasks: '1',
    'tres-alloc': job.tres,
    Reason: 'None',
    Name: job.name,
    Comment: job.comment === '' ? '(null)' : job.comment,
  };
  return values[field] ?? 'N/A';
}
