// What customers released before there was a run, said to the run once it is there: nobody has to say it twice.
import { difference, has, names, nodeSetOf, parseNodeSet, union, type NodeSet } from '../../core/fleet/nodeset.ts';
import type { Customers, SaidSpeech } from '../../desk/customers.ts';
import type { RunHost } from '../../runner/host.ts';
import { isWatch } from '../../runner/runs.ts';
import { releaseWithDevices, unreleased } from './acts.ts';
import { customersOf, ownTargets } from './own-targets.ts';

/** For a run that is taken in, or up again; once its work has begun, words go to it directly. */
export function sayReleases(host: RunHost, customers: Pick<Customers, 'of'>): void {
  const { plan, header } = host.parts;
  if (isWatch(header) || host.stopped !== null || host.chronicle.state.run.begun) return;
  for (const customer of customersOf(plan)) {
    const talk = customers.of(plan.id, customer);
    if (!talk.some(({ kind }) => kind === 'release')) continue;
    const own = ownTargets(plan, customer);
    const released = releasedIn(talk, own.nodes);
    // A domain goes whole, and only when all of it was handed over.
    const kept = new Set([...own.targetOf].flatMap(([node, target]) => (has(released, node) ? [] : [target])));
    const targets = new Set([...names(released)].flatMap((node) => own.targetOf.get(node) ?? []));
    const open = unreleased(
      host,
      [...targets].filter((target) => !kept.has(target)),
    );
    if (open.length > 0) releaseWithDevices(host, own, open, { by: `customer ${customer}`, why: 'released on the page before the run' });
  }
}

/** Oldest first: what was released and not recalled afterwards. */
function releasedIn(talk: readonly SaidSpeech[], all: NodeSet): NodeSet {
  let released = nodeSetOf([]);
  for (const { kind, data } of talk) {
    if (kind !== 'release' && kind !== 'recall') continue;
    const about = typeof data['targets'] === 'string' ? parseNodeSet(data['targets']) : null;
    const set = about === null ? all : about.ok ? about.set : nodeSetOf([]);
    released = kind === 'release' ? union(released, set) : difference(released, set);
  }
  return released;
}
