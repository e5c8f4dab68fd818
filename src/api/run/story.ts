// One target of a run for its drawer: its story as the journal tells it, and where it stands in the fleet.
import type { Plan } from '../../core/plan/plan.ts';
import type { Journal, RunHeader, StoredEntry } from '../../core/ports.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import { storyOf } from '../../core/run/target-story.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { linksOf } from '../fleets/links.ts';

const PAGE = 10_000;

/** `target`: its number. */
export async function runStory(journal: Journal, { run }: RunHeader, plan: Plan, chronicle: Chronicle, target: number) {
  const story = storyOf(chronicle, await entriesOf(journal, run, target), target);
  return {
    target: story.target,
    cell: story.cell,
    wave: story.wave,
    step: story.step,
    attempt: story.attempt,
    since: story.since === null ? null : isoOf(story.since),
    cause: story.cause,
    has: story.has,
    links: linksOf(plan.fleet.document, story.target),
    groups: groupsOf(plan, story.target),
    facts: story.facts.map((fact) => ({ ...fact, at: isoOf(fact.at) })),
    tried: story.tried.map((each) => ({ ...each, from: isoOf(each.from), to: isoOf(each.to) })),
    timeline: story.timeline.map((each) => ({ ...each, at: isoOf(each.at) })),
  };
}

/** What the journal says of one target. Between two pages the server does other things. */
async function entriesOf(journal: Journal, run: string, target: number): Promise<StoredEntry[]> {
  const own: StoredEntry[] = [];
  for (let from = 1; ;) {
    const page = await journal.read(run, from, PAGE);
    for (const entry of page) if (entry.target === target) own.push(entry);
    if (page.length < PAGE) return own;
    from += page.length;
  }
}

/** By grouping of the map, those it is in. */
function groupsOf({ fleet: { document } }: Plan, name: string): { [grouping: string]: string } {
  const topology = topologyOf(document);
  const cluster = topology.clusterOf(name);
  const { rack, unit, domain, feeds } = topology.groupsOf(name);
  const groups = { cluster: cluster?.name, customer: cluster?.customer, rack, unit, domain, feed: feeds.join(' + ') };
  return Object.fromEntries(Object.entries(groups).flatMap(([grouping, group]) => (group ? [[grouping, group]] : [])));
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
