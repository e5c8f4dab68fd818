// Whose drain is it: Pitstop's own begin with "pitstop:RUN", Slurm's own words stand on a node that it set down, all else is foreign.
import type { Claim } from '../../core/ports.ts';
import type { NodeState } from './state.ts';

const OURS = /^pitstop:([A-Za-z0-9][A-Za-z0-9._-]*)(?=\s|$)/;

/** What slurmctld 22.05 itself writes as a reason when a node goes down or reboots ("bad DIMM : reboot issued" is not its own). */
const SLURMS_OWN = /^(Not responding|Node unexpectedly rebooted|Reboot ASAP|reboot (requested|issued|complete|timed out))$/i;

const WHY_CHARACTERS_MAX = 200;

/** The reason we write. Quotes and control characters go: scontrol eats a leading quote, and a line break would split its output. */
export function drainReason(run: string, why: string): string {
  const words = why
    .replaceAll('"', "'")
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, WHY_CHARACTERS_MAX);
  return `pitstop:${run} ${words}`.trim();
}

/** The run named by a reason of ours; null = not ours. */
export function runOfReason(reason: string): string | null {
  return OURS.exec(reason)?.[1] ?? null;
}

/** null: neither drained nor failed. FAIL is always somebody else's. */
export function drainClaim(state: NodeState, reason: string): Claim | null {
  if (state.flags.has('fail')) return { by: 'foreign', run: null, reason };
  if (!state.flags.has('drain')) return null;
  const run = runOfReason(reason);
  return { by: run === null ? 'foreign' : 'pitstop', run, reason };
}

/** A node that is down without a drain, by somebody's own words: a person or a health check set it down, and it is theirs. */
export function downedByOthers(state: NodeState, reason: string): boolean {
  if (state.base !== 'down' || state.flags.has('drain') || runOfReason(reason) !== null) return false;
  return reason.split(' : ').some((part) => part !== '' && !SLURMS_OWN.test(part.trim()));
}
