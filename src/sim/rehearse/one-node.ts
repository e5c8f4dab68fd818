// The plan for one node: its own steps and one target of each other kind that it waits for, every limit lifted. How long that takes is what
// the whole fleet could take (docs/concepts.md: one-node time).
import type { Policy, Quantity } from '../../core/change/policy.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { expand } from '../../core/plan/expand.ts';
import { subPlan, waveSize } from './sub-plan.ts';

const ALL: Quantity = { kind: 'share', share: 1 };

/** null: the plan has no targets. The drain is part of it; soak, windows, crews' hours and blackouts are not. */
export function oneNodePlan(plan: Plan): Plan | null {
  const node = mostUsual(plan.waves);
  if (!node) return null;
  const kept = new Map<string, readonly string[]>(firstOfEach([node, ...othersWaitedFor(plan.waves, node)]));
  const { policy, ...rest } = subPlan(plan, kept);
  return {
    ...rest,
    waves: rest.waves.map((wave) => ({ ...wave, gate: { failedMax: null, returnedMin: 1, failureRateMax: null } })),
    policy: unlimited(policy),
    calendars: {},
  };
}

/** The largest wave of nodes, or of whatever the plan is about: a canary has the same steps, but other clusters may have others. */
function mostUsual(waves: readonly Wave[]): Wave | undefined {
  const nodes = waves.filter(({ kind }) => kind === 'node');
  const sized = (nodes.length > 0 ? nodes : waves).map((wave) => ({ wave, targets: waveSize(wave) }));
  return sized.toSorted((a, b) => b.targets - a.targets).find(({ targets }) => targets > 0)?.wave;
}

/** One wave of each other kind among all that must come before, the node's own cluster first. */
function othersWaitedFor(waves: readonly Wave[], node: Wave): Wave[] {
  const byId = new Map(waves.map((wave) => [wave.id, wave]));
  const found = new Map<string, Wave>();
  const seen = new Set<string>();
  const open = beforeOf(node);
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    const wave = byId.get(id);
    if (!wave || seen.has(id)) continue;
    seen.add(id);
    open.push(...beforeOf(wave));
    if (wave.kind === node.kind) continue;
    if (!found.has(wave.kind) || found.get(wave.kind)?.cluster !== node.cluster) found.set(wave.kind, wave);
  }
  return [...found.values()];
}

function beforeOf(wave: Wave): string[] {
  return [...wave.after, ...(wave.holds ?? []).flatMap(({ until }) => until)];
}

function* firstOfEach(waves: readonly Wave[]): Generator<[string, readonly string[]]> {
  for (const wave of waves) {
    for (const name of expand(wave.targets)) {
      yield [wave.id, [name]];
      break;
    }
  }
}

function unlimited(policy: Policy): Policy {
  const { gates, limits, crew, parts } = policy;
  const each = <T>(record: { readonly [name: string]: T }, change: (value: T) => T): { readonly [name: string]: T } =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
  return {
    ...policy,
    windows: [],
    blackouts: [],
    atOnce: { clusters: null, nodes: ALL, perRack: ALL, perUnit: ALL },
    unavailableAtMost: ALL,
    limits: each(limits, (limit) => ({ ...limit, count: UNLIMITED })),
    crew: each(crew, (one) => ({ ...one, count: UNLIMITED, shifts: null })),
    parts: each(parts, (part) => ({ ...part, onSite: UNLIMITED })),
    gates: { ...gates, soakMs: 0, failureRate: null },
  };
}

/** More than any fleet has; still a small integer. */
const UNLIMITED = 10_000_000;
