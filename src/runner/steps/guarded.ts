// The guarded wait before an act: looks until the guard says go. Of what is no node everybody who would feel it is looked at, and a master
// subnet manager is moved away first.
import { guardDestructive, type GuardVerdict, type Seen } from '../../core/run/guard.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { judgeBehind } from '../behind.ts';
import type { RunHost } from '../host.ts';
import { goesOn, inTheWay, missingLeaf } from '../in-the-way.ts';
import { end, timeIsUp } from './common.ts';
import { managerAway } from './managers.ts';

/**
 * Looks until the guard says go, and gives what was seen then; null when the attempt ended or was interrupted meanwhile.
 * Every round is a fresh look of this epoch.
 */
export async function guarded(
  host: RunHost,
  target: number,
  step: ProgramStep,
  turn: number,
  guard: (seen: Seen) => GuardVerdict = guardDestructive,
): Promise<Seen | null> {
  while (host.alive(target, turn)) {
    if (step.destructive && !(await managerAway(host, target, step, turn))) return null;
    const { seen, verdict } = await lookAndJudge(host, target, step, guard);
    if (!host.alive(target, turn)) return null;
    const way = verdict.say === 'go' ? inTheWay(host, target, step) : null;
    if (verdict.say === 'go' && way === null) {
      goesOn(host, target, turn);
      return seen;
    }
    if (verdict.say === 'foreign') {
      end(host, target, turn, 'foreign', { why: verdict.why });
      return null;
    }
    const why = verdict.say === 'go' ? (way ?? '') : verdict.why;
    host.waitingFor[target] = why;
    if (timeIsUp(host, target, step, turn, why)) return null;
    await host.tick(host.parts.pace.pollMs);
  }
  return null;
}

/** A node is looked at itself; of a switch, domain or feed everybody who would feel it. */
async function lookAndJudge(
  host: RunHost,
  target: number,
  step: ProgramStep,
  guard: (seen: Seen) => GuardVerdict,
): Promise<{ readonly seen: Seen; readonly verdict: GuardVerdict }> {
  if (host.kind(target) !== 'node') return { seen: unseen(host), verdict: await judgeBehind(host, target) };
  const seen = await host.see(target);
  const verdict = guard(seen);
  if (verdict.say !== 'go') return { seen, verdict };
  const missing = await missingLeaf(host, target, step);
  return { seen, verdict: missing === null ? verdict : { say: 'wait', why: missing } };
}

/** What can be seen of a target that is no node: nothing of its own. */
function unseen(host: RunHost): Seen {
  return { run: host.run, scheduler: null, shell: null, knownBootId: null, rebootAskedFrom: null };
}
