// Drain and undrain: State and Reason are read first, one folded command writes, and what stands afterwards is the answer, because
// scontrol drains the good names of a list and exits 1 for the bad one without saying which.
import type { Result } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { downedByOthers, drainClaim, runOfReason } from './claim.ts';
import { commands, type CommandLine } from './commands.ts';
import { inService, reservationClaim } from './facts.ts';
import { maintenanceByNode, readNodes, readReservations } from './look.ts';
import { foldForSlurm } from './node-set.ts';
import type { NodeRow } from './node-rows.ts';
import type { ReservationRow } from './reservation-rows.ts';
import { rebootPending, showNodeState } from './state.ts';
import { inHalves, isDenied, result, write, type WriteContext, type Written } from './write.ts';

type Judge = (target: string, row: NodeRow | null | undefined) => Result | 'write';
type ReadBack = (target: string, row: NodeRow, words: JsonObject) => Result | null;

/** done: our drain of this run stands. accepted: it stands, but a pending reboot will clear it. refused: it is somebody else's. */
export async function drain(to: WriteContext, run: string, why: string, targets: readonly string[]): Promise<Result[]> {
  const nodes = await readNodes(to.client, to.signal);
  const judge: Judge = (target, row) => {
    if (!row) return unknownNode(target, row);
    const { state, reason } = row;
    const claim = drainClaim(state, reason);
    if (claim?.run === run) return drained(target, row, {});
    if (claim || downedByOthers(state, reason)) return foreign(target, row);
    return 'write';
  };
  const readBack: ReadBack = (target, row, words) => {
    const claim = drainClaim(row.state, row.reason);
    if (claim?.run === run) return drained(target, row, words);
    return claim ? foreign(target, row) : null;
  };
  return apply(to, targets, nodes, judge, (list) => commands.drain(list, run, why), readBack);
}

/** done: in service, no drain of ours. accepted: our drain is lifted, it is not in service yet. refused: not ours to lift, or not now. */
export async function undrain(to: WriteContext, run: string, targets: readonly string[]): Promise<Result[]> {
  const { client, signal } = to;
  const [nodes, reservations] = await Promise.all([readNodes(client, signal), readReservations(client, signal)]);
  const maintenance = maintenanceByNode(reservations);
  const judge: Judge = (target, row) => judgeUndrain(target, row, run, maintenance, client.resPrefix);
  const readBack: ReadBack = (target, row, words) => {
    if (row.state.flags.has('drain') || row.state.base === 'down') return null;
    return returned(target, row, maintenance, client.resPrefix, words);
  };
  return apply(to, targets, nodes, judge, commands.resume, readBack);
}

function judgeUndrain(
  target: string,
  row: NodeRow | null | undefined,
  run: string,
  maintenance: ReadonlyMap<string, readonly ReservationRow[]>,
  resPrefix: string,
): Result | 'write' {
  if (!row) return unknownNode(target, row);
  const { state, reason } = row;
  const evidence = { state: showNodeState(state), reason };
  if (state.base === 'unknown') return result(target, 'unknown', { ...evidence, why: 'slurmctld has just started' });
  const claim = drainClaim(state, reason);
  if (claim && claim.run !== run) return foreign(target, row);
  // `state=resume` would put the node into service at once and let the reboot come afterwards.
  if (rebootPending(state)) return result(target, 'refused', { ...evidence, why: 'a reboot by scontrol is pending' });
  if (claim) return 'write';
  if (state.base !== 'down') return returned(target, row, maintenance, resPrefix, {});
  // Slurm takes our drain away when it sets a rebooted node down: our reservation still says whose the node is.
  const ours = runOfReason(reason) === run || reservationClaim(row, maintenance.get(target) ?? [], resPrefix)?.run === run;
  return ours && !downedByOthers(state, reason) ? 'write' : foreign(target, row);
}

async function apply(
  to: WriteContext,
  targets: readonly string[],
  nodes: ReadonlyMap<string, NodeRow | null>,
  judge: Judge,
  change: (list: string) => CommandLine,
  readBack: ReadBack,
): Promise<Result[]> {
  const results = new Map<string, Result>();
  const todo: string[] = [];
  for (const target of new Set(targets)) {
    const verdict = judge(target, nodes.get(target));
    if (verdict === 'write') todo.push(target);
    else results.set(target, verdict);
  }
  await inHalves(todo, async (part) => {
    const written = await writeFolded(to, part, change);
    const after = await readNodes(to.client, to.signal);
    const left: string[] = [];
    for (const target of part) {
      const row = after.get(target);
      const seen = row ? readBack(target, row, written.evidence) : unknownNode(target, row);
      results.set(target, seen ?? result(target, written.answered && !written.ok ? 'refused' : 'unknown', failure(written, row)));
      if (!seen) left.push(target);
    }
    return written.answered && !isDenied(written) ? left : [];
  });
  return [...results.values()];
}

/** One `scontrol update` for all; more only where the list is longer than an argument may be. The first complaint is the evidence. */
async function writeFolded(to: WriteContext, nodes: readonly string[], change: (list: string) => CommandLine): Promise<Written> {
  let worst: Written | null = null;
  for (const list of foldForSlurm(nodes)) {
    const written = await write(to, change(list.text));
    if (!worst || (worst.ok && !written.ok)) worst = written;
    if (!written.answered) break;
  }
  return worst ?? { ok: true, answered: true, evidence: { command: '', words: '' } };
}

function drained(target: string, row: NodeRow, words: JsonObject): Result {
  const evidence = { ...words, state: showNodeState(row.state), reason: row.reason };
  if (!rebootPending(row.state)) return result(target, 'done', evidence);
  return result(target, 'accepted', {
    ...evidence,
    why: 'a reboot is pending, and Slurm clears a drain when it comes: look, and drain again',
  });
}

function returned(
  target: string,
  row: NodeRow,
  maintenance: ReadonlyMap<string, readonly ReservationRow[]>,
  resPrefix: string,
  words: JsonObject,
): Result {
  const reservation = reservationClaim(row, maintenance.get(target) ?? [], resPrefix);
  const evidence = { ...words, state: showNodeState(row.state) };
  if (inService(row, reservation)) return result(target, 'done', evidence);
  return result(target, 'accepted', { ...evidence, why: `no drain of ours, but not in service yet: ${showNodeState(row.state)}` });
}

function foreign(target: string, row: NodeRow): Result {
  const why = `somebody else's: ${row.reason || 'no reason given'}`;
  return result(target, 'refused', { reason: row.reason, state: showNodeState(row.state), why });
}

function unknownNode(target: string, row: null | undefined): Result {
  if (row === null) return result(target, 'unknown', { why: 'slurmctld says two different things about this node' });
  return result(target, 'refused', { why: 'slurmctld does not know this node' });
}

function failure(written: Written, row: NodeRow | null | undefined): JsonObject {
  const state = row ? { state: showNodeState(row.state), reason: row.reason } : {};
  return { ...written.evidence, ...state, why: written.evidence.words || 'slurmctld took it, but it does not show' };
}
