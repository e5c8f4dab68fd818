// Commands of the management machine about a switch, node or link of the twin: what they mean, how long they take, with what effect
// and answer. They outlive their caller, and a switch that goes away under them.
import type { Fate } from './config.ts';
import type { FabricConfig } from './fabric-config.ts';
import type { Fabric, FabricLink, TwinSwitch } from './fabric-state.ts';
import { strikes } from './faults.ts';
import { repairLink } from './links.ts';
import { drawAt, reloadSwitch, workBehind } from './switches.ts';
import { durationOf, feel, nodeOf, type World } from './world.ts';

type FabricKind = 'reload' | 'reset-port' | 'stage' | 'apply' | 'read' | 'check' | 'other';

export interface FabricExecution {
  readonly id: number;
  readonly target: string;
  readonly key: string;
  /** Such a key never runs again for the target. */
  readonly once: boolean;
  readonly kind: FabricKind;
  readonly component: string;
  readonly version: string;
  state: 'running' | 'ended';
  exit: number;
  stdout: string;
  stderr: string;
  /** Callers that wait for the end; they die with their process, the command does not. */
  waiting: (() => void)[] | null;
}

/** The running or ended command of this key about the target, or a new one. */
export function launchFabric(
  world: World,
  fabric: Fabric,
  target: string,
  argv: readonly string[],
  key: string,
  once: boolean,
): FabricExecution {
  const known = once ? knownCommand(fabric, target, key) : null;
  if (known) return known;
  const one = fabric.switchOf.get(target) ?? null;
  const meant = interpretFabric(argv, fabric.config, Object.keys((one ? fabric.config : world.config).versions));
  const fate = world.config.fateOf?.(target, argv) ?? null;
  const id = fabric.nextCommand++;
  const ready = { state: 'running', exit: fate?.exit ?? 0, stdout: '', stderr: '', waiting: null } as const;
  const execution: FabricExecution = { id, target, key, once, ...meant, ...ready };
  fabric.commands.set(id, execution);
  const took = one ? begin(world, fabric, one, execution, fate) : beginAbout(world, fabric, execution, fate);
  world.agenda.add(took, 'fabric-command-end', id, 0);
  return execution;
}

function knownCommand(fabric: Fabric, target: string, key: string): FabricExecution | null {
  for (const one of fabric.commands.values()) if (one.once && one.key === key && one.target === target) return one;
  return null;
}

/** The command ends: its effect is there, its answer is ready. */
export function fabricCommandEnds(world: World, fabric: Fabric, id: number): void {
  const execution = fabric.commands.get(id);
  if (!execution || execution.state !== 'running') return;
  const one = fabric.switchOf.get(execution.target);
  if (execution.exit === 0) takeEffect(world, fabric, one ?? null, execution);
  else if (execution.stderr === '') execution.stderr = `${execution.kind}: failed`;
  execution.state = 'ended';
  if (!execution.once) fabric.commands.delete(id);
  const { waiting } = execution;
  execution.waiting = null;
  for (const call of waiting ?? []) call();
}

/** Reads an argument list by the words of the configuration: its program's name, else the word behind it (`nvl switch-burn ...`). */
function interpretFabric(
  argv: readonly string[],
  { words }: FabricConfig,
  components: readonly string[],
): Pick<FabricExecution, 'kind' | 'component' | 'version'> {
  const program = (argv[0] ?? '').split('/').at(-1) ?? '';
  const kind = kindOf(program, words) ?? kindOf(argv[1] ?? '', words) ?? 'other';
  const spoken = new Set(argv.flatMap((word) => [word, ...word.split(/[-_/]/)]));
  const named = components.find((name) => spoken.has(name)) ?? components.find((name) => spoken.has(name.split('-').at(-1) ?? ''));
  const component = named ?? components[0] ?? '';
  return { kind, component, version: argv.length > 1 ? (argv.at(-1) ?? '') : '' };
}

function kindOf(word: string, words: FabricConfig['words']): FabricKind | null {
  const order: readonly (readonly [FabricKind, string])[] = [
    ['reset-port', words.resetPort],
    ['reload', words.reload],
    ['stage', words.stage],
    ['apply', words.apply],
    ['read', words.read],
    ['check', words.check],
  ];
  return order.find(([, text]) => new RegExp(text).test(word))?.[0] ?? null;
}

/** Returns how long it takes; a reload takes the switch away at once. */
function begin(world: World, fabric: Fabric, one: TwinSwitch, execution: FabricExecution, fate: Fate | null): number {
  const { durations, reloadWaits } = fabric.config;
  const { kind, key } = execution;
  const drawn = (what: keyof typeof durations): number => durationOf(durations[what], drawAt(world, one, 'other'));
  if (!one.up && kind !== 'other') {
    feelCommand(world, fabric, one, execution, 0);
    Object.assign(execution, { exit: 255, stderr: `${one.name}: no route to host` });
    return drawn('other');
  }
  const quick = drawn('other');
  if (kind === 'reload') {
    feelCommand(world, fabric, one, execution, reloadWaits ? (fate?.tookMs ?? durations.reload.medianMs) : quick);
    const back = reloadSwitch(world, fabric, one, fate?.tookMs ?? null, key);
    if (!reloadWaits) return quick;
    if (back === null) Object.assign(execution, { exit: 1, stderr: `${one.name}: does not answer after its reload` });
    return back ?? 2 * durations.reload.medianMs;
  }
  if (kind === 'apply' && strikes(one, 'applyFails')) Object.assign(execution, { exit: 1, stderr: 'the image does not verify' });
  const took = fate?.tookMs ?? drawn(kind === 'reset-port' ? 'other' : kind);
  feelCommand(world, fabric, one, execution, took);
  return took;
}

/** About a node or a link: it takes that long, whatever it is. */
function beginAbout(world: World, fabric: Fabric, { kind, key, target, version }: FabricExecution, fate: Fate | null): number {
  const tookMs = fate?.tookMs ?? fabric.config.durations.other.medianMs;
  if (kind !== 'read' && kind !== 'check')
    feel(world, { what: 'fabric-run', node: target, actor: 'pitstop', key, tookMs, name: kind, version });
  return tookMs;
}

function takeEffect(world: World, fabric: Fabric, one: TwinSwitch | null, execution: FabricExecution): void {
  const { kind, component, version, target } = execution;
  const links = one ? (fabric.ofSwitch[one.id] ?? []) : linksOfOther(world, fabric, target);
  if (kind === 'reset-port') for (const link of links) if (link.state !== 'active') repairLink(world, fabric, link, 'reset');
  if (kind === 'check') {
    const bad = links.filter((link) => link.state !== 'active' && !awaited(fabric, world, link));
    execution.exit = bad.length === 0 ? 0 : 1;
    execution.stdout = bad.map(({ name, state }) => `${name} ${state}`).join('\n');
  }
  if (kind === 'read') execution.stdout = (one?.running ?? nodeOf(world, target)?.running)?.[component] ?? '';
  if (kind !== 'apply' || !one) return;
  if (one.up) one.next = { ...(one.next ?? one.running), [component]: version };
  else Object.assign(execution, { exit: 255, stderr: `${one.name}: the connection was lost` });
}

/** Its other end is down itself: nobody can expect the link to be up. */
function awaited(fabric: Fabric, world: World, link: FabricLink): boolean {
  return link.ends.some((end) => {
    if (!end) return false;
    return end.kind === 'node' ? world.nodes[end.id]?.phase !== 'up' : fabric.switches[end.id]?.up !== true;
  });
}

function linksOfOther(world: World, fabric: Fabric, target: string): readonly FabricLink[] {
  const link = fabric.linkOf.get(target);
  if (link) return [link];
  return fabric.ofNode.get(world.idOf.get(target) ?? -1) ?? [];
}

/** Reads and checks in the words of nodes, everything that changes a switch as `switch-run`. */
function feelCommand(
  world: World,
  fabric: Fabric,
  one: TwinSwitch,
  { kind, key, component, version, exit }: FabricExecution,
  tookMs: number,
): void {
  const about = { node: one.name, actor: 'pitstop', key, tookMs } as const;
  if (kind === 'read') feel(world, { what: 'read', ...about, component, version: one.running[component] ?? '' });
  else if (kind === 'check') feel(world, { what: 'check', ...about });
  else if (kind !== 'other') feel(world, { what: 'switch-run', ...about, name: kind, version, exit, work: workBehind(world, fabric, one) });
}
