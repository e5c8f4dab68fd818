// A cluster as a file, which a REST server and commands of Slurm's names show and change: the same state, told in both ways.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const cluster = z.strictObject({
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      state: z.array(z.string()),
      reason: z.string(),
      gres: z.string(),
      gresUsed: z.string(),
      cpus: z.int(),
      cpusAllocated: z.int(),
      memoryMb: z.int(),
    }),
  ),
  jobs: z.array(
    z.strictObject({
      id: z.int(),
      name: z.string(),
      user: z.string(),
      state: z.array(z.string()),
      nodes: z.string(),
      nodeCount: z.int(),
      batchHost: z.string(),
      /** Unix seconds. */
      start: z.int(),
      end: z.int(),
      restarts: z.int(),
      tres: z.string(),
      comment: z.string(),
    }),
  ),
  reservations: z.array(
    z.strictObject({ name: z.string(), nodes: z.array(z.string()), flags: z.array(z.string()), from: z.int(), to: z.int() }),
  ),
});
export type FakeCluster = z.infer<typeof cluster>;

export function loadCluster(file: string): FakeCluster {
  return cluster.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function saveCluster(file: string, state: FakeCluster): void {
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}

/** As slurmctld does; an error text of Slurm's, or null. */
export function updateNodes(state: FakeCluster, names: readonly string[], word: string, reason: string | null): string | null {
  const nodes = names.map((name) => state.nodes.find((node) => node.name === name));
  for (const node of nodes) {
    if (!node) continue;
    node.state = node.state.filter((flag) => flag !== 'DRAIN');
    if (word === 'DRAIN') node.state.push('DRAIN');
    node.reason = word === 'DRAIN' ? (reason ?? node.reason) : '';
  }
  return nodes.includes(undefined) ? 'Invalid node name specified' : null;
}

export function writeReservation(state: FakeCluster, name: string, nodes: readonly string[], flags: readonly string[], now: number): void {
  const known = state.reservations.find((one) => one.name === name);
  if (known) known.nodes = [...nodes];
  else state.reservations.push({ name, nodes: [...nodes], flags: [...flags, 'SPEC_NODES'], from: now, to: now + 365 * 86_400 });
}

export function deleteReservation(state: FakeCluster, name: string): string | null {
  const before = state.reservations.length;
  state.reservations = state.reservations.filter((one) => one.name !== name);
  return state.reservations.length === before ? 'Requested reservation is invalid' : null;
}
