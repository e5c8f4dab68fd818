// What happens to a site while a run is on: hardware that breaks, systems that fall silent, strangers, customers, and people's words.
import { LINK_FAULTS, SWITCH_FAULTS } from '../../../src/sim/twin/fabric-config.ts';
import type { FabricHands } from '../../../src/sim/twin/fabric-hands.ts';
import { ControlRefusedError, CONTROLS, straggler } from '../../../src/runner/controls.ts';
import { must } from '../../../src/std/assert.ts';
import type { TwinRun } from '../../twin-run.ts';
import { between, pick, type Chance } from '../chances.ts';
import { CUSTOMER } from './fabric-plan.ts';

export const WORDS = { by: 'storm', why: 'storm', targets: null };

export interface Site {
  readonly t: TwinRun;
  readonly chance: Chance;
  readonly hands: FabricHands;
  readonly nodes: readonly string[];
  readonly switches: readonly string[];
  readonly managers: readonly string[];
  /** What somebody placed and has not taken away. */
  readonly placed: { readonly node: string; readonly id: string }[];
  placements: number;
}

export function siteOf(t: TwinRun, chance: Chance): Site {
  const hands = must(t.twin.hands, 'the fabric of a storm');
  const { clusters } = t.plan.fleet.document;
  const ends = hands.links.flatMap((link) => link.split('--').map((end) => end.split('/')[0] ?? ''));
  const switches = [...new Set(clusters.flatMap((cluster) => cluster.switches.map(({ name }) => name)))];
  const nodes = [...new Set(ends)].filter((end) => !switches.includes(end));
  return { t, chance, hands, nodes, switches, managers: hands.managers, placed: [], placements: 0 };
}

/** One thing goes wrong, or somebody does something. */
export function strike(site: Site): void {
  const { t, chance, hands } = site;
  const node = pick(chance, site.nodes);
  const name = pick(chance, site.switches);
  const link = pick(chance, hands.links);
  const manager = pick(chance, site.managers);
  const acts: readonly (() => void)[] = [
    () => hands.misbehave(link, pick(chance, LINK_FAULTS)),
    () => hands.unlink(link),
    () => hands.switchMisbehaves(name, pick(chance, SWITCH_FAULTS), between(chance, 1, 2)),
    () => hands.killManager(manager),
    () => hands.configureManager(manager, pick(chance, ['default', 'other'])),
    () => hands.answers(false),
    () => hands.reloadBySomebodyElse(name),
    () => place(site, node),
    () => t.twin.session(node, 'mallory'),
    () => t.twin.foreignHold(node, 'somebody else needs it'),
    () => t.twin.foreignDrain(node, 'somebody else needs it'),
    () => t.twin.killScheduler(),
    () => t.twin.rebootBySomebodyElse(node),
    () => void t.twin.submitJob({ nodes: [node], durationMs: between(chance, 1, 40) * 60_000, handlesSignal: true }),
    () => void t.twin.submitJob({ nodes: 2, durationMs: 1_800_000, handlesSignal: true }),
    () => say(() => CONTROLS.pause(t.host, WORDS)),
    () => say(() => CONTROLS.hold(t.host, { ...WORDS, targets: chance() < 0.5 ? node : name })),
    () => say(() => (chance() < 0.3 ? CONTROLS.recall(t.host, { ...WORDS, targets: chance() < 0.5 ? node : name }) : '')),
    () => say(() => (chance() < 0.1 ? CONTROLS.abort(t.host, WORDS) : '')),
    () => release(site, node),
  ];
  pick(chance, acts)();
}

/** Most of what is wrong goes by itself, or by somebody's hand, sooner or later. */
export function clearUp(site: Site, share: number): void {
  const { t, chance, hands } = site;
  const maybe = (act: () => void): void => {
    if (chance() < share) act();
  };
  maybe(() => hands.answers(true));
  maybe(() => t.twin.reviveScheduler());
  for (const manager of site.managers) {
    maybe(() => hands.reviveManager(manager));
    maybe(() => hands.configureManager(manager, 'default'));
  }
  for (const { node, id } of site.placed.splice(0)) {
    if (chance() < share) t.twin.evict(node, id);
    else site.placed.push({ node, id });
  }
  for (const node of site.nodes) {
    maybe(() => t.twin.session(node, null));
    maybe(() => t.twin.foreignHold(node, null));
    maybe(() => t.twin.liftForeignDrain(node));
    maybe(() => release(site, node));
  }
  for (const { link, state } of t.status.links) maybe(() => mend(site, link, state));
}

/** Everything that can be mended from outside is mended. */
export function repairAll(site: Site): void {
  const { t, hands } = site;
  clearUp(site, 1);
  for (const link of hands.links) {
    hands.relink(link);
    hands.misbehave(link, null);
  }
  for (const name of site.switches) hands.repairSwitch(name);
  for (const node of site.nodes) t.twin.repair(node);
}

export function say(word: () => unknown): void {
  try {
    word();
  } catch (error) {
    if (!(error instanceof ControlRefusedError)) throw error;
  }
}

function mend({ t, chance, hands }: Site, link: string, state: string): void {
  const way = state.startsWith('active') ? pick(chance, ['clean', 'swap'] as const) : pick(chance, ['reseat', 'swap'] as const);
  say(() => straggler(t.host, { ...WORDS, targets: link }, way));
  hands.relink(link);
  hands.repair(link, way);
}

function place(site: Site, node: string): void {
  const id = `vm-${site.placements++}`;
  if (site.t.twin.place(node, id, 'aurora')) site.placed.push({ node, id });
}

function release({ t }: Site, node: string): void {
  if (node.startsWith('m')) t.twin.customerRelease([node], CUSTOMER);
}
