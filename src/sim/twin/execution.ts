// Commands that run on the twin's nodes: how long, with what effect and answer. A command outlives its caller, not its node.
import { must } from '../../std/assert.ts';
import { interpretByName, type Command } from './commands.ts';
import type { Fate, TwinConfig } from './config.ts';
import { signalJob } from './jobs.ts';
import { strikes } from './faults.ts';
import { placementsOn, workCount } from './tenants.ts';
import { bootIdOf, drawOn, durationOf, feel, type TwinNode, type World } from './world.ts';

export interface Execution {
  readonly id: number;
  readonly node: number;
  readonly key: string;
  /** Such a key never runs again here. */
  readonly once: boolean;
  readonly command: Command;
  /** cut: the node went down under it. */
  state: 'running' | 'ended' | 'cut';
  exit: number;
  stdout: string;
  stderr: string;
  /** Callers that wait for the end; they die with their process, the command does not. */
  waiting: (() => void)[] | null;
}

export interface Commands {
  readonly all: Map<number, Execution>;
  next: number;
}

export const createCommands = (): Commands => ({ all: new Map(), next: 1 });

/** How many ended `once` commands a node remembers. */
const REMEMBERED = 2;

/** The running or ended command of this key on this node, or a new one. */
export function launch(world: World, commands: Commands, node: TwinNode, argv: readonly string[], key: string, once: boolean): Execution {
  if (once) {
    for (const id of node.commands) {
      const known = must(commands.all.get(id), 'a command');
      if (known.once && known.key === key) return known;
    }
  }
  const command = world.config.interpret?.(argv, node.name) ?? interpretByName(argv, Object.keys(world.config.versions));
  const fate = world.config.fateOf?.(node.name, argv) ?? drawnFate(world, node, command);
  const id = commands.next++;
  const ready = { state: 'running', exit: fate.exit, stdout: '', stderr: '', waiting: null } as const;
  const execution: Execution = { id, node: node.id, key, once, command, ...ready };
  commands.all.set(id, execution);
  node.commands.push(id);
  feelCommand(world, node, execution, fate.tookMs);
  world.agenda.add(fate.tookMs, 'command-end', id, 0);
  return execution;
}

function drawnFate(world: World, node: TwinNode, command: Command): Fate {
  const fails = (command.kind === 'apply' && strikes(node, 'applyFails')) || (command.kind === 'check' && strikes(node, 'checkFails'));
  const takesAs = TAKES[command.kind];
  return { tookMs: durationOf(world.config.durations[takesAs], drawOn(world, node, takesAs)), exit: fails ? 1 : 0 };
}

/** Calls back when the command has ended or was cut off; at once if it has already. */
export function whenEnded(execution: Execution, call: () => void): void {
  if (execution.state === 'running') (execution.waiting ??= []).push(call);
  else call();
}

/** The command ends: its effect is there, its answer is ready. */
export function commandEnds(world: World, commands: Commands, id: number): void {
  const execution = commands.all.get(id);
  if (!execution || execution.state !== 'running') return;
  const node = must(world.nodes[execution.node], 'the node of a command');
  if (execution.exit === 0) takeEffect(world, node, execution);
  else execution.stderr = execution.command.kind === 'apply' ? 'apply: the image does not verify' : 'health: GPU 3 fell off the bus';
  end(commands, node, execution, 'ended');
}

/** The node went down: every command on it is cut off. */
export function cutOff(world: World, commands: Commands, node: TwinNode): void {
  for (const id of node.commands.slice()) {
    const execution = must(commands.all.get(id), 'a command');
    if (execution.state === 'running') end(commands, node, execution, 'cut');
  }
}

function takeEffect(world: World, node: TwinNode, execution: Execution): void {
  const { command } = execution;
  switch (command.kind) {
    case 'apply':
    case 'rollback':
      activate(world, node, command.component, command.version, command.kind === 'rollback');
      break;
    case 'read':
      execution.stdout = node.running[command.component] ?? '';
      break;
    case 'work':
      execution.stdout = workOn(world, node).join('\n');
      break;
    case 'boot-id':
      execution.stdout = bootIdOf(node);
      break;
    case 'checkpoint': {
      const at = world.jobs.get(Number(command.job))?.checkpointAt ?? null;
      execution.exit = at === null ? 1 : 0;
      execution.stdout = at === null ? '' : String(at);
      break;
    }
    case 'ask': {
      const job = world.jobs.get(Number(command.job));
      if (job?.reaction === 'checkpoint') signalJob(world, job, 'USR1');
      break;
    }
    case 'stage':
    case 'check':
    case 'other':
  }
}

/** The lines in which a node shows its processes of work. */
export function workOn(world: World, node: TwinNode): string[] {
  const jobs = node.jobs.map((id) => `${1_000 + id} job ${id} ${world.jobs.get(id)?.name ?? ''}`.trimEnd());
  return [...jobs, ...placementsOn(world, node).map(({ id, owner }) => `vm ${id} of ${owner}`)];
}

/** A rollback swaps the root back at once; an applied version waits for the boot, but for components that need none. */
function activate(world: World, node: TwinNode, component: string, version: string, now: boolean): void {
  if (now || world.config.activatesAtOnce.includes(component)) node.running = { ...node.running, [component]: version };
  if (now) node.next = null;
  else node.next = { ...(node.next ?? node.running), [component]: version };
}

function end(commands: Commands, node: TwinNode, execution: Execution, state: 'ended' | 'cut'): void {
  execution.state = state;
  // As over ssh: what was cut off left no exit code, so the next caller runs it anew.
  if (!execution.once || state === 'cut') forget(commands, node, execution.id);
  else if (node.commands.length > REMEMBERED) {
    const oldest = node.commands.find((id) => commands.all.get(id)?.state !== 'running');
    if (oldest !== undefined) forget(commands, node, oldest);
  }
  const { waiting } = execution;
  execution.waiting = null;
  for (const call of waiting ?? []) call();
}

function forget(commands: Commands, node: TwinNode, id: number): void {
  commands.all.delete(id);
  node.commands.splice(node.commands.indexOf(id), 1);
}

/** How long each kind takes, and which draws are its own. */
const TAKES = {
  stage: 'stage',
  apply: 'apply',
  rollback: 'rollback',
  read: 'read',
  work: 'read',
  'boot-id': 'read',
  checkpoint: 'read',
  ask: 'read',
  check: 'check',
  other: 'other',
} as const satisfies Record<Command['kind'], keyof TwinConfig['durations']>;

function feelCommand(world: World, node: TwinNode, execution: Execution, tookMs: number): void {
  if (!world.config.felt) return;
  const { command, key, exit } = execution;
  if (command.kind === 'other' || command.kind === 'checkpoint' || command.kind === 'ask') return;
  const about = { node: node.name, actor: 'pitstop', key, tookMs } as const;
  switch (command.kind) {
    case 'apply':
    case 'rollback':
      feel(world, {
        what: command.kind,
        ...about,
        component: command.component,
        version: command.version,
        exit,
        work: workCount(world, node),
      });
      break;
    case 'stage':
      feel(world, { what: 'stage', ...about, version: command.version, work: workCount(world, node) });
      break;
    case 'read':
      feel(world, { what: 'read', ...about, component: command.component, version: node.running[command.component] ?? '' });
      break;
    case 'check':
      feel(world, { what: 'check', ...about, exit });
      break;
    case 'work':
      feel(world, { what: 'work', ...about, work: workCount(world, node) });
      break;
    case 'boot-id':
      feel(world, { what: 'bootid', ...about, boot: bootIdOf(node) });
      break;
  }
}
