// What a look says about one node, in the words of the core.
import type { Claim, Observation, SchedulerFacts } from '../../core/ports.ts';
import { drainClaim, downedByOthers } from './claim.ts';
import { workUnexplained, type Look } from './look.ts';
import type { NodeRow } from './node-rows.ts';
import type { ReservationRow } from './reservation-rows.ts';
import { reservationName } from './reservation-name.ts';
import { acceptsWork, responds, showNodeState } from './state.ts';

/** The rule of docs/concepts.md; facts null wherever Slurm itself does not know, which is never "drained". */
export function observationOf(target: string, look: Look, resPrefix: string): Observation {
  const nothing = (why: string): Observation => ({ target, at: look.at, facts: null, why });
  const row = look.nodes.get(target);
  if (row === undefined) return nothing('slurmctld does not know this node');
  if (row === null) return nothing('slurmctld says two different things about this node');
  if (row.state.base === 'unknown') return nothing(`slurmctld has not heard of it since its own start (${showNodeState(row.state)})`);
  if (workUnexplained(row, look)) {
    return nothing(`it shows work (${showNodeState(row.state)}) but squeue lists no job on it: ended just now, or hidden from us`);
  }
  return { target, at: look.at, facts: factsOf(row, look, resPrefix), why: remarkOn(row) };
}

/** Whose maintenance reservation lies over the node: a foreign one counts before ours; of ours, the one of the run that drains it. */
export function reservationClaim(row: NodeRow, over: readonly ReservationRow[], resPrefix: string): Claim | null {
  const drain = drainClaim(row.state, row.reason);
  const claims = over.map((reservation): Claim => {
    const run = reservationName.runOf(reservation.name, resPrefix);
    return { by: run === null ? 'foreign' : 'pitstop', run, reason: reservation.name };
  });
  return (
    claims.find((claim) => claim.by === 'foreign') ?? claims.find((claim) => drain !== null && claim.run === drain.run) ?? claims[0] ?? null
  );
}

/** Accepts work, as docs/concepts.md counts it: maintenance by others takes a node out of service, our own reservation does not. */
export function inService(row: NodeRow, reservation: Claim | null): boolean {
  const flagAlone = reservation === null && row.state.flags.has('maintenance');
  return acceptsWork(row.state) && reservation?.by !== 'foreign' && !flagAlone;
}

function factsOf(row: NodeRow, look: Look, resPrefix: string): SchedulerFacts {
  const reservation = reservationClaim(row, look.reservationsByNode.get(row.name) ?? [], resPrefix);
  return {
    role: 'scheduler',
    inService: inService(row, reservation),
    responding: responds(row.state),
    state: showNodeState(row.state),
    drain: drainClaim(row.state, row.reason),
    reservation,
    jobs: look.jobsByNode.get(row.name) ?? [],
    gpus: row.gpus,
  };
}

function remarkOn(row: NodeRow): string {
  if (downedByOthers(row.state, row.reason)) return `set down by somebody: ${row.reason}`;
  return row.state.base === 'down' && row.reason !== '' ? row.reason : '';
}
