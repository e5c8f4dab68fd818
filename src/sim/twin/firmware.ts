// Firmware behind the twin's BMCs: an inventory, updates that take time and may fail, and BMCs that go away for a while.
import { must } from '../../std/assert.ts';
import { strikes } from './faults.ts';
import { workCount } from './tenants.ts';
import { drawOn, durationOf, feel, type TwinNode, type World } from './world.ts';

export interface BmcState {
  running: { readonly [id: string]: string };
  /** Burnt, not yet running. */
  staged: { readonly [id: string]: string };
  /** Unix ms until which it does not answer; Infinity: until somebody mends it. */
  silentUntil: number;
  update: BmcUpdate | null;
}

interface BmcUpdate {
  readonly id: number;
  readonly key: string;
  readonly components: readonly string[];
  readonly version: string;
  readonly from: number;
  readonly tookMs: number;
  readonly fails: boolean;
  state: 'running' | 'ended';
  /** Callers that wait for the end; they die with their process, the update does not. */
  waiting: (() => void)[] | null;
}

export function bmcOf(world: World, node: TwinNode): BmcState {
  const known = world.bmcs.get(node.id);
  if (known) return known;
  const fresh: BmcState = { running: world.config.firmware.versions, staged: {}, silentUntil: 0, update: null };
  world.bmcs.set(node.id, fresh);
  return fresh;
}

export const firmwareOf = (world: World, node: TwinNode): BmcState['running'] =>
  world.bmcs.get(node.id)?.running ?? world.config.firmware.versions;

export const isSilent = (world: World, node: TwinNode): boolean => (world.bmcs.get(node.id)?.silentUntil ?? 0) > world.clock.now();

/** "update to 24.10: 40 %", "background copy", "". */
export function busyWith(world: World, node: TwinNode): string {
  const update = world.bmcs.get(node.id)?.update;
  if (!update) return '';
  const since = world.clock.now() - update.from;
  if (update.state === 'running') return `update to ${update.version}: ${Math.min(99, Math.floor((100 * since) / update.tookMs))} %`;
  return since < update.tookMs + world.config.firmware.copyMs ? 'background copy' : '';
}

/** The update of this key, begun now if it never was; a text: why not. */
export function beginUpdate(world: World, node: TwinNode, image: string, components: readonly string[], key: string): BmcUpdate | string {
  const bmc = bmcOf(world, node);
  if (bmc.update?.key === key) return bmc.update;
  const busy = busyWith(world, node);
  if (busy !== '') return `the BMC is busy: ${busy}`;
  const unknown = components.filter((id) => !(id in bmc.running));
  if (unknown.length > 0) return `the firmware inventory has no ${unknown.join(', ')}`;
  const tookMs = durationOf(world.config.firmware.update, drawOn(world, node, 'update'));
  const version = versionOf(image);
  const id = world.nextUpdate++;
  const meant = components.length > 0 ? components : Object.keys(bmc.running).slice(0, 1);
  const fails = strikes(node, 'updateFails');
  bmc.update = { id, key, components: meant, version, from: world.clock.now(), tookMs, fails, state: 'running', waiting: null };
  feel(world, {
    what: 'update',
    node: node.name,
    actor: 'pitstop',
    key,
    version,
    tookMs,
    exit: fails ? 1 : 0,
    work: workCount(world, node),
  });
  world.agenda.add(tookMs, 'update-end', node.id, id);
  return bmc.update;
}

export function updateEnds(world: World, node: TwinNode, id: number): void {
  const bmc = bmcOf(world, node);
  const { update } = bmc;
  if (!update || update.id !== id || update.state !== 'running') return;
  update.state = 'ended';
  if (!update.fails) {
    const { activates } = world.config.firmware;
    for (const one of update.components) {
      if (one in activates) bmc.staged = { ...bmc.staged, [one]: update.version };
      else bmc.running = { ...bmc.running, [one]: update.version };
    }
  }
  const { waiting } = update;
  update.waiting = null;
  for (const call of waiting ?? []) call();
}

export function whenUpdated(update: BmcUpdate, call: () => void): void {
  if (update.state === 'running') (update.waiting ??= []).push(call);
  else call();
}

/** Power or the BMC was taken: what waited for that runs, and a BMC that lost its own power is away for a while. */
export function firmwareActivates(world: World, node: TwinNode, by: 'reset' | 'power-cycle' | 'ac-cycle'): void {
  const { activates, awayMs } = world.config.firmware;
  const bmc = bmcOf(world, node);
  for (const [id, version] of Object.entries(bmc.staged)) {
    if (activates[id] !== by && by !== 'ac-cycle') continue;
    bmc.running = { ...bmc.running, [id]: version };
    const { [id]: _, ...rest } = bmc.staged;
    bmc.staged = rest;
  }
  if (by !== 'power-cycle') bmc.silentUntil = Math.max(bmc.silentUntil, world.clock.now() + awayMs);
}

/** `fw-24.10.tar` -> "24.10"; a name without a version is one itself. */
function versionOf(image: string): string {
  const name = must(image.split('/').at(-1), 'an image');
  return /\d+(?:[.-]\d+)+/.exec(name)?.[0] ?? name;
}
