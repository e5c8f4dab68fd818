// Links: everything that the target was joined to at hand-over is up again, as wide and as fast, without errors or flaps for the soak. A
// switch does not wait for its last cable: what does not come is a straggler of its own, and the node at its other end waits for it.
import type { FabricFacts } from '../../core/ports.ts';
import { linkWords } from '../../core/run/link-troubles.ts';
import { firstLook, isClean, linksOf, nextLook, type LinkBefore, type LinkWatch } from '../../core/run/links.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { wasTouched } from '../in-the-way.ts';
import { end, keyOf, lookAtFabric, timeIsUp } from './common.ts';
import { managerBack } from './managers.ts';

type Watches = Map<string, LinkWatch>;

/** A switch of which no more than this share of links has come back has not come back itself. */
const SWITCH_SHARE_MIN = 0.5;
/** A link that a switch still misses after so many soaks since it was back is left to people. */
const SWITCH_SOAKS = 2;

export async function linksBody(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<void> {
  const before = host.chronicle.fabricBefore[target] ?? null;
  if (!host.caller(target, 'fabric') || before === null) {
    end(host, target, turn, 'done', { data: { links: 'nobody saw its links at hand-over' } });
    return;
  }
  const watches: Watches = new Map();
  let backSince: number | null = null;
  let managerAsked: number | null = Number.NEGATIVE_INFINITY;
  while (host.alive(target, turn)) {
    const facts = await lookAtFabric(host, target);
    if (!host.alive(target, turn)) return;
    const at = host.now();
    if (facts) {
      look(watches, before.links, facts, at);
      if (facts.present)
        managerAsked = await managerBack(host, target, keyOf(host, target, step), facts, managerAsked ?? Number.NEGATIVE_INFINITY);
      backSince = facts.present ? (backSince ?? at) : null;
    }
    const open = facts ? openLinks(watches, at, host.parts.program.linkSoakMs) : ['the fabric to answer'];
    if (facts && wrongLid(before.lid, facts) !== '') {
      end(host, target, turn, 'failed', { why: wrongLid(before.lid, facts) });
      return;
    }
    const managed = managerAsked === null;
    if (facts?.present && managed && (open.length === 0 || goesOnWithout(host, target, watches, open.length, at - (backSince ?? at)))) {
      end(host, target, turn, 'done', { data: { links: watches.size, troubled: open.slice(0, 64) } });
      return;
    }
    const links = `links: ${open.slice(0, 4).join('; ')}${more(open.length - 4)}`;
    const why =
      facts?.present === false ? 'it to be seen in the fabric' : open.length > 0 ? links : 'its subnet manager to take part again';
    host.waitingFor[target] = why;
    if (timeIsUp(host, target, step, turn, why)) return;
    await host.tick(host.parts.pace.nodePollMs);
  }
}

/** Links of a node that are not active now and were there at hand-over, in words; none of a node that nothing was done to. */
export async function linksAway(host: RunHost, target: number): Promise<readonly string[]> {
  const before = host.chronicle.fabricBefore[target] ?? null;
  if (!host.caller(target, 'fabric') || before === null || !wasTouched(host, target)) return [];
  const facts = await lookAtFabric(host, target);
  if (!facts) return ['the fabric to answer'];
  const now = linksOf(facts);
  return [...before.links.keys()]
    .filter((link) => now.get(link)?.state !== 'active')
    .map((link) => linkWords(link, now.get(link)?.state === 'initialize' ? 'initialize' : 'down', ''));
}

function look(watches: Watches, before: ReadonlyMap<string, LinkBefore>, facts: FabricFacts, at: number): void {
  const now = linksOf(facts);
  for (const [link, was] of before) {
    const last = watches.get(link);
    const seen = now.get(link) ?? null;
    watches.set(link, last ? nextLook(was, last, seen, at) : firstLook(was, seen, at));
  }
}

/** Those that are not clean yet, in words. */
function openLinks(watches: Watches, at: number, soakMs: number): string[] {
  return [...watches].flatMap(([link, watch]) => {
    if (isClean(watch, at, soakMs)) return [];
    return [linkWords(link, watch.state, watch.why === '' ? 'soaking' : watch.why)];
  });
}

function goesOnWithout(host: RunHost, target: number, watches: Watches, open: number, backMs: number): boolean {
  if (host.kind(target) !== 'switch') return false;
  return backMs >= SWITCH_SOAKS * host.parts.program.linkSoakMs && open <= watches.size * (1 - SWITCH_SHARE_MIN);
}

/** A subnet manager that forgot the LIDs cuts every connection that stands. */
function wrongLid(before: number | null, { present, lid }: FabricFacts): string {
  if (before === null || !present || lid === null || lid === 0 || lid === before) return '';
  return `its LID moved from ${before} to ${lid}: the subnet manager does not keep them`;
}

const more = (count: number): string => (count > 0 ? `; and ${count} more` : '');
