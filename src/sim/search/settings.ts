// What the search may choose: only what a plan can say, and only tighter than people said. Limits, gates, windows and validation are
// people's: a setting takes a smaller part of what they allow, and never more.
import type { Policy, Quantity } from '../../core/change/policy.ts';
import type { Plan, Sequence } from '../../core/plan/plan.ts';

/** Absent: as the rules have it. */
export interface Settings {
  /** All clusters of the plan, in the order in which they are served. */
  readonly order?: readonly string[];
  readonly cut?: 'unit' | 'rack';
  readonly chains?: number;
  /** Clusters at once. */
  readonly clusters?: number;
  /** Parts (0..1) of what the policy allows. */
  readonly nodes?: number;
  readonly perRack?: number;
  readonly perUnit?: number;
  readonly unavailable?: number;
  /** Clusters that leave their first window unused; each has another one. */
  readonly laterWindow?: readonly string[];
  /** More canaries than the rules', folded; they include the rules'. */
  readonly canary?: string;
}

/** What a plan is made of anew. */
export interface Remade {
  readonly policy: Policy;
  readonly calendars: Plan['calendars'];
  readonly sequence?: Sequence | undefined;
}

export function applySettings({ policy, calendars, sequence }: Remade, settings: Settings): Remade {
  const { order, cut, chains, laterWindow = [] } = settings;
  const chosen = { ...(order && { order }), ...(cut && { cut }), ...(chains !== undefined && { chains }) };
  const windows = laterWindow.reduce(withoutFirst, policy.windows);
  const changed = laterWindow.map((cluster) => [`windows:${cluster}`, pairsOf(windows, cluster)] as const);
  return {
    policy: { ...tightened(policy, settings), windows },
    calendars: { ...calendars, ...Object.fromEntries(changed) },
    sequence: Object.keys(chosen).length === 0 ? sequence : { ...sequence, ...chosen },
  };
}

/** Keys of the policy that differ, as the report's defaults begin; a default that was changed is none any more. */
export function keysOf(settings: Settings): string[] {
  const keys: readonly (readonly [keyof Settings, string])[] = [
    ['clusters', 'policy.atOnce.clusters'],
    ['nodes', 'policy.atOnce.nodes'],
    ['perRack', 'policy.atOnce.perRack'],
    ['perUnit', 'policy.atOnce.perUnit'],
    ['unavailable', 'policy.unavailableAtMost'],
    ['laterWindow', 'policy.windows'],
    ['canary', 'policy.canary'],
  ];
  return keys.flatMap(([setting, key]) => (settings[setting] === undefined ? [] : [key]));
}

/** In words that a lead can set by hand. */
export function wordsOf(settings: Settings, { policy }: Pick<Plan, 'policy'>): string {
  const { order, cut, chains, clusters, laterWindow, canary } = settings;
  const { atOnce, unavailableAtMost } = tightened(policy, settings);
  const parts = [
    order ? `clusters in the order ${order.join(', ')}` : '',
    cut ? `waves of one ${cut} in ${chains ?? 1} ${chains === 1 || chains === undefined ? 'row' : 'rows'} a cluster` : '',
    clusters === undefined ? '' : `${clusters} of the clusters at once`,
    settings.nodes === undefined ? '' : `${show(atOnce.nodes)} of a wave's targets at once`,
    settings.perRack === undefined ? '' : `${show(atOnce.perRack)} of a rack at once`,
    settings.perUnit === undefined ? '' : `${show(atOnce.perUnit)} of a unit at once`,
    settings.unavailable === undefined ? '' : `${show(unavailableAtMost)} away at most`,
    laterWindow ? `${laterWindow.join(', ')} not before the second window` : '',
    canary === undefined ? '' : `${canary} as canary`,
  ];
  const said = parts.filter((words) => words !== '').join('; ');
  return said === '' ? 'as the rules have it' : said;
}

function tightened(policy: Policy, settings: Settings): Policy {
  const { clusters, nodes = 1, perRack = 1, perUnit = 1, unavailable = 1, canary } = settings;
  const { atOnce } = policy;
  return {
    ...policy,
    atOnce: {
      clusters: clusters === undefined ? atOnce.clusters : Math.min(clusters, atOnce.clusters ?? clusters),
      nodes: partOf(atOnce.nodes, nodes),
      perRack: partOf(atOnce.perRack, perRack),
      perUnit: partOf(atOnce.perUnit, perUnit),
    },
    unavailableAtMost: partOf(policy.unavailableAtMost, unavailable),
    ...(canary !== undefined && { canary: { targets: canary, failed: policy.canary?.failed ?? 0 } }),
  };
}

/** Never more than the quantity, whatever it is a share of. */
function partOf(quantity: Quantity, part: number): Quantity {
  if (quantity.kind === 'share') return { ...quantity, share: quantity.share * part };
  return { ...quantity, count: Math.min(quantity.count, Math.max(1, Math.floor(quantity.count * part))) };
}

function withoutFirst(windows: Policy['windows'], cluster: string): Policy['windows'] {
  const own = windows.filter((window) => window.cluster === cluster);
  const first = own.toSorted((a, b) => a.fromMin - b.fromMin)[0];
  return own.length < 2 ? windows : windows.filter((window) => window !== first);
}

function pairsOf(windows: Policy['windows'], cluster: string): (readonly [number, number])[] {
  return windows.filter((window) => window.cluster === cluster).map(({ fromMin, toMin }) => [fromMin, toMin] as const);
}

function show(quantity: Quantity): string {
  return quantity.kind === 'count' ? String(quantity.count) : `${Math.round(quantity.share * 1_000) / 10}%`;
}
