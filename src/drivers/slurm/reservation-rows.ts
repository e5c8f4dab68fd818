// Reads `scontrol show res -o`: one line a reservation.
import { namesFromSlurm } from './node-set.ts';

export interface ReservationRow {
  readonly name: string;
  readonly nodes: readonly string[];
  /** Upper case: MAINT, IGNORE_JOBS, SPEC_NODES, ... */
  readonly flags: readonly string[];
  readonly active: boolean;
}

/** null: the text is not what `scontrol show res -o` prints. Never throws. */
export function parseReservationRows(text: string): ReservationRow[] | null {
  const rows: ReservationRow[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trim() === 'No reservations in the system') continue;
    const match = /^ReservationName=(.+?) StartTime=\S+ .*? Nodes=(\S*) .*? Flags=(\S*) .*? State=(\S+)/.exec(line);
    const nodes = match ? namesFromSlurm(match[2] ?? '') : null;
    if (!match || !nodes) return null;
    rows.push({ name: match[1] ?? '', nodes, flags: (match[3] ?? '').toUpperCase().split(','), active: match[4] === 'ACTIVE' });
  }
  return rows;
}
