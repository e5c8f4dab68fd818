// The standing look at the links of a run: what does not come back after the work, flaps or shows errors is journalled as a straggler of its
// own, and a node that waits for nothing but its links goes on by itself once they are clean.
import { linkData } from '../core/run/link-troubles.ts';
import { firstLook, isClean, linksOf, nextLook, type LinkWatch } from '../core/run/links.ts';
import { parseLink } from '../core/fleet/topology.ts';
import type { FabricFacts, LinkFacts } from '../core/ports.ts';
import { stageCode } from '../core/run/states.ts';
import type { RunHost } from './host.ts';
import { lookAtFabric } from './steps/common.ts';

const RUNNING = stageCode('running');
const STRAGGLING = stageCode('straggling');
const RETURNED = stageCode('returned');

/** Between two words on a link that goes down and up all the time. */
const RESTLESS_MS = 5 * 60_000;

interface Watched {
  /** The target that answers for it: its node, or the first of two switches. */
  readonly owner: number;
  /** Targets of the run at its ends. */
  readonly ends: readonly number[];
  watch: LinkWatch | null;
  /** When the journal was told of it last. */
  toldAt: number;
}

/** Looks once a poll until the host stops or `over` says so; at once over where no cluster has a fabric driver. */
export async function watchLinks(host: RunHost, over: () => boolean): Promise<void> {
  const { program, pace } = host.parts;
  const joined = program.targets.map((_, target) => target).filter((target) => host.caller(target, 'fabric') !== null);
  if (joined.length === 0) return;
  let links: Map<string, Watched> | null = null;
  while (host.stopped === null && !over()) {
    if (host.chronicle.state.run.begun) {
      links ??= watchedOf(host);
      await round(host, links);
    }
    await host.tick(pace.pollMs);
  }
}

function watchedOf(host: RunHost): Map<string, Watched> {
  const links = new Map<string, Watched>();
  const isNode = (target: number): number => Number(host.kind(target) === 'node');
  const owners = [...host.chronicle.fabricBefore.keys()].sort((a, b) => isNode(b) - isNode(a));
  for (const owner of owners) {
    for (const link of host.chronicle.fabricBefore[owner]?.links.keys() ?? []) {
      if (links.has(link)) continue;
      const { idOf } = host.parts.program;
      const names = parseLink(link);
      const ends = [names?.from ?? '', names?.to ?? ''].flatMap((name) => idOf.get(name) ?? []);
      links.set(link, { owner, ends, watch: null, toldAt: 0 });
    }
  }
  return links;
}

async function round(host: RunHost, links: Map<string, Watched>): Promise<void> {
  const owners = [...new Set([...links.values()].map(({ owner }) => owner))];
  const seen = new Map<number, FabricFacts | null>(
    await Promise.all(owners.map(async (owner) => [owner, await lookAtFabric(host, owner)] as const)),
  );
  if (host.stopped !== null) return;
  const at = host.now();
  const shown = new Map([...seen].flatMap(([owner, facts]) => (facts ? [[owner, linksOf(facts)] as const] : [])));
  for (const [link, watched] of links) {
    const facts = shown.get(watched.owner);
    if (facts !== undefined) judge(host, link, watched, facts.get(link) ?? null, at);
  }
  // What nobody shows now is not known to be clean, whatever it was when it was seen last.
  const isShown = (link: string): boolean => shown.has(links.get(link)?.owner ?? -1);
  for (const target of host.parts.program.targets.keys()) mendsItself(host, target, links, isShown, at);
}

function judge(host: RunHost, link: string, watched: Watched, now: LinkFacts | null, at: number): void {
  const before = host.chronicle.fabricBefore[watched.owner]?.links.get(link);
  // While somebody works at one of its ends it may do what it likes.
  if (!before || watched.ends.some((target) => inWork(host, target))) {
    watched.watch = null;
    return;
  }
  watched.watch = watched.watch ? nextLook(before, watched.watch, now, at) : firstLook(before, now, at);
  const { watch } = watched;
  const soakMs = host.parts.program.linkSoakMs;
  const told = host.chronicle.linkTroubles.get(link);
  const open = told?.cleanAt === null;
  if (open && isClean(watch, at, soakMs)) tell(host, link, watched.owner, watch, true);
  else if (watch.state !== 'active-clean' && (open || at - watch.since >= soakMs || watch.flaps > 0)) {
    const news = !open || told.state !== watch.state || told.flaps !== watch.flaps;
    // One that never rests would fill the journal.
    if (news && (!open || at - watched.toldAt >= (watch.flaps > 2 ? RESTLESS_MS : 0))) {
      watched.toldAt = at;
      tell(host, link, watched.owner, watch, false);
    }
    if (host.kind(watched.owner) === 'node' && host.chronicle.state.stage[watched.owner] === RETURNED)
      host.feed(watched.owner, 'soak-failed', { why: `${link} ${watch.state} during its soak: ${watch.why}` });
  }
}

function tell(host: RunHost, link: string, target: number, watch: LinkWatch, clean: boolean): void {
  const why = clean ? `${link} is clean again` : `${link} ${watch.state}: ${watch.why}`;
  void host.write({ target, kind: 'observed', note: { why, data: linkData(link, watch, clean) } });
}

function inWork(host: RunHost, target: number): boolean {
  const { state } = host.chronicle;
  const step = host.parts.program.steps[state.step[target] as number];
  return state.stage[target] === RUNNING && step !== undefined && step.destructive;
}

/** Whoever straggles for nothing but links, all of which are clean now, looks again without being asked. */
function mendsItself(host: RunHost, target: number, links: Map<string, Watched>, isShown: (link: string) => boolean, at: number): void {
  const { state } = host.chronicle;
  if (state.stage[target] !== STRAGGLING) return;
  const own = [...(host.chronicle.fabricBefore[target]?.links.keys() ?? [])];
  const failed = host.parts.program.steps[state.failedStep[target] as number]?.action;
  const atLinks = failed?.kind === 'do' && failed.act === 'links';
  const cause = host.chronicle.cause[target] ?? '';
  if (!atLinks && !own.some((link) => cause.startsWith(link))) return;
  const soakMs = host.parts.program.linkSoakMs;
  const clean = own.every((link) => {
    const watch = links.get(link)?.watch;
    return watch && isShown(link) && isClean(watch, at, soakMs);
  });
  if (clean && own.length > 0) host.feed(target, 'fixed', { by: 'pitstop', why: 'its links are clean again' });
}
