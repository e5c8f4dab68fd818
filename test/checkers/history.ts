// What was felt during a run, by the twin or by the testbed, in one shape: single nodes, in the order of time, ours told from others'.
import type { FeltEvent } from '../../src/sim/twin/felt-log.ts';
import type { FeltRecord } from '../../testbed/felt.ts';

export interface Felt {
  /** Unix milliseconds. */
  readonly at: number;
  readonly node: string;
  readonly what: string;
  /** Whose act it was; world: nobody's. */
  readonly actor: 'pitstop' | 'foreign' | 'world';
  /** The key of the act, where the driver hands it on; `run/step/attempt`. */
  readonly key: string | null;
  /** Jobs or job processes on the node at this moment, where it was counted. */
  readonly work: number | null;
  /** How long a command runs from here at most. */
  readonly tookMs: number;
  readonly job: number | null;
  readonly how: string | null;
  readonly reason: string | null;
}

/** One look of Pitstop's at a node. */
export interface Look {
  /** When it began. */
  readonly since: number;
  readonly role: 'scheduler' | 'shell';
}

export interface History {
  readonly events: readonly Felt[];
  readonly byNode: ReadonlyMap<string, readonly Felt[]>;
  /** By node, in the order of `since`. */
  readonly looks: ReadonlyMap<string, readonly Look[]>;
  /** Whether looks at the scheduler, drains and reservations were felt at all; the testbed feels only what happens on nodes. */
  readonly feelsScheduler: boolean;
}

export function twinHistory(log: readonly FeltEvent[]): History {
  const events: Felt[] = [];
  const looks: (Look & { node: string })[] = [];
  for (const event of log) {
    for (const node of event.nodes ?? [event.node]) {
      if (event.what === 'observe') {
        if (event.role !== 'bmc') looks.push({ node, since: event.since ?? event.at, role: event.role ?? 'shell' });
        continue;
      }
      if (event.what === 'work' || event.what === 'bootid') looks.push({ node, since: event.at, role: 'shell' });
      const { at, what, actor, key = null, work = null, tookMs = 0, job = null, how = null, reason = null } = event;
      events.push({ at, node, what, actor, key, work, tookMs, job, how, reason });
    }
  }
  return build(events, looks, true);
}

/** `others` are events of the scheduler that the test itself caused or saw, such as foreign drains. */
export function testbedHistory(records: readonly FeltRecord[], others: readonly Felt[] = []): History {
  const events: Felt[] = [...others];
  const looks: (Look & { node: string })[] = [];
  for (const { at, node, what, by, work = null, job = null, how = null } of records) {
    if (what === 'work' || what === 'bootid') looks.push({ node, since: at, role: 'shell' });
    events.push({ at, node, what, actor: actorOf(what, by), key: null, work, tookMs: 0, job, how, reason: null });
  }
  return build(events, looks, false);
}

const ON_NODES = new Set([
  'stage',
  'apply',
  'rollback',
  'read',
  'check',
  'work',
  'bootid',
  'hca-stage',
  'hca-burn',
  'hca-reset',
  'hca-rollback',
]);

function actorOf(what: string, by: string | undefined): Felt['actor'] {
  if (ON_NODES.has(what) || by === 'ssh') return 'pitstop';
  return by === 'somebody' || by === 'scontrol' ? 'foreign' : 'world';
}

function build(events: Felt[], looks: readonly (Look & { node: string })[], feelsScheduler: boolean): History {
  events.sort((a, b) => a.at - b.at);
  const looksOf = Map.groupBy(looks, ({ node }) => node);
  for (const list of looksOf.values()) list.sort((a, b) => a.since - b.since);
  return { events, byNode: Map.groupBy(events, ({ node }) => node), looks: looksOf, feelsScheduler };
}
