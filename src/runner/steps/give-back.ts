// Return: lift our drain, leave our reservation, and see the target in service. Whatever is not ours stays as it is.
import type { Act, SchedulerFacts } from '../../core/ports.ts';
import { guardReturn } from '../../core/run/guard.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { Caller } from '../gather.ts';
import type { RunHost } from '../host.ts';
import { wordsOf } from '../words.ts';
import { end, intend, keyOf, seenData } from './common.ts';
import { guarded } from './guarded.ts';
import { linksAway } from './links.ts';

/** So many link soaks a node waits at its return for a link that went again. */
const SOAKS_MAX = 2;

export async function giveBackBody(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<void> {
  const scheduler = host.caller(target, 'scheduler');
  if (!scheduler) {
    end(host, target, turn, 'failed', { why: 'this cluster has no scheduler driver' });
    return;
  }
  const key = keyOf(host, target, step);
  while (host.alive(target, turn)) {
    if (!(await itsLinksAreThere(host, target, turn))) return;
    const seen = await guarded(host, target, step, turn, guardReturn);
    if (!seen) return;
    // The guard may have waited long.
    if ((await linksAway(host, target)).length > 0) continue;
    if (!(await intend(host, target, step, turn, { act: 'return', key, seen: seenData(seen) }))) return;
    const deadline = host.now() + host.parts.pace.callTimeoutMs;
    // Out of the drain first: the reservation still keeps jobs away until the scheduler shows the node healthy.
    const allocator = host.caller(target, 'allocator');
    for (const [caller, act] of [
      [scheduler, { role: 'scheduler', do: 'undrain', run: host.run }],
      [scheduler, { role: 'scheduler', do: 'unreserve', run: host.run }],
      ...(allocator ? [[allocator, { role: 'allocator', do: 'release', run: host.run, why: '' }] as const] : []),
    ] satisfies (readonly [Caller, Act])[]) {
      const result = await caller.act(act, host.name(target), key, deadline);
      if (!host.alive(target, turn)) return;
      if (result.outcome === 'refused' || result.outcome === 'unknown') {
        host.waitingFor[target] = `the ${act.role} to ${act.do}: ${wordsOf(result)}`;
        break;
      }
    }
    const after = (await host.look(target, 'scheduler')).facts as SchedulerFacts | null;
    const held = allocator ? await heldBy(host, target) : null;
    if (after?.inService && after.reservation === null && held === null) {
      end(host, target, turn, 'done', { data: { state: after.state } });
      return;
    }
    if (held !== null) host.waitingFor[target] ??= held;
    host.waitingFor[target] ??=
      `the scheduler to show it in service (now ${after?.state ?? 'unknown'}${after?.reservation ? ', still in our reservation' : ''})`;
    await host.tick(host.parts.pace.pollMs);
  }
}

/** A link may have gone again while the node was validated. What stays away is for people, under the link's own name; false: the attempt is over. */
async function itsLinksAreThere(host: RunHost, target: number, turn: number): Promise<boolean> {
  const until = host.now() + SOAKS_MAX * host.parts.program.linkSoakMs;
  while (host.alive(target, turn)) {
    const [first, ...more] = await linksAway(host, target);
    if (first === undefined) return host.alive(target, turn);
    const why = `${first}${more.length > 0 ? ` and ${more.length} more` : ''}`;
    if (host.now() >= until) end(host, target, turn, 'failed', { why });
    else host.waitingFor[target] = why;
    await host.tick(host.parts.pace.nodePollMs);
  }
  return false;
}

/** Why the allocator would not place work on it; null: it would, or the hold is somebody else's to lift. */
async function heldBy(host: RunHost, target: number): Promise<string | null> {
  const { facts, why } = await host.look(target, 'allocator');
  if (facts?.role !== 'allocator') return `the allocator to answer: ${why}`;
  return facts.hold?.run === host.run ? 'the allocator to lift our hold' : null;
}
