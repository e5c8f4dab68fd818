// The twin's nodes behind core's driver port for the shell: commands, conditional reboots, looks; one connection a node.
import { fillArgv, PlaceholderValueError } from '../../core/change/placeholders.ts';
import type { Finding } from '../../core/finding.ts';
import type { Act, ActRequest, Driver, Observation, Result, ShellFacts } from '../../core/ports.ts';
import { nextCall, type Waits } from './calls.ts';
import { describeAct } from './describe-act.ts';
import { launch, whenEnded, workOn, type Commands, type Execution } from './execution.ts';
import { reboot } from './power.ts';
import { bootIdOf, drawOn, feel, isUp, nodeOf, type TwinNode, type World } from './world.ts';

type ShellAct = Extract<Act, { role: 'shell' }>;

const UNREACHABLE: ShellFacts = { role: 'shell', reachable: false, bootId: null, work: null };
const NO_WORK: readonly string[] = [];

export class ShellDriver implements Driver {
  readonly name = 'twin-shell';
  readonly roles = ['shell'] as const;
  readonly folds = false;
  readonly #world: World;
  readonly #waits: Waits;
  readonly #commands: Commands;

  constructor(world: World, waits: Waits, commands: Commands) {
    this.#world = world;
    this.#waits = waits;
    this.#commands = commands;
  }

  observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    return Promise.all(targets.map((target) => this.#look(target, signal)));
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    if (act.role !== 'shell') return targets.map((target) => refused(target, `the twin's shell cannot do ${act.role} ${act.do}`));
    return Promise.all(targets.map((target) => this.#actOn(act, target, key, deadline, signal)));
  }

  describe(request: ActRequest): readonly string[] {
    return [describeAct(this.name, request)];
  }

  async diagnose(targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    return targets.flatMap((target): Finding[] => {
      const node = nodeOf(this.#world, target);
      if (node && isUp(node)) return [];
      const message = node ? `${target} does not answer` : `the twin has no node ${target}`;
      return [{ severity: 'error', target, rule: 'node-unreachable', message }];
    });
  }

  waitingFor(): readonly string[] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #look(target: string, signal: AbortSignal): Promise<Observation> {
    const world = this.#world;
    const at = world.clock.now();
    const node = nodeOf(world, target);
    if (!(await this.#waits.wait(nextCall(world, 'shell').beforeMs, signal))) return { target, at, facts: null, why: 'given up' };
    if (!node) return { target, at, facts: null, why: `the twin has no node ${target}` };
    if (!isUp(node)) return { target, at, facts: UNREACHABLE, why: 'no route to host' };
    feel(world, { what: 'observe', node: target, actor: 'pitstop', role: 'shell', since: at });
    const work = world.config.showsWork ? (node.jobs.length === 0 ? NO_WORK : workOn(world, node)) : null;
    return { target, at, facts: { role: 'shell', reachable: true, bootId: bootIdOf(node), work }, why: '' };
  }

  async #actOn(act: ShellAct, target: string, key: string, deadline: number, signal: AbortSignal): Promise<Result> {
    const world = this.#world;
    const node = nodeOf(world, target);
    if (!node) return refused(target, `the twin has no node ${target}`);
    if (!(await this.#waits.wait(nextCall(world, 'shell').beforeMs, signal))) return unknown(target, 'given up');
    if (world.clock.now() > deadline) return refused(target, 'past its deadline');
    if (!isUp(node)) return refused(target, 'no route to host');
    if (act.do === 'reboot') return this.#reboot(act, node, key);
    if (act.do === 'run') return this.#run(act, node, key, deadline, signal);
    return { target, outcome: 'done', evidence: {} };
  }

  #reboot(act: Extract<ShellAct, { do: 'reboot' }>, node: TwinNode, key: string): Result {
    const target = node.name;
    const bootId = bootIdOf(node);
    if (act.bootIds[target] !== bootId) return { target, outcome: 'refused', evidence: { why: 'another boot than the one meant', bootId } };
    reboot(this.#world, node, 'ssh', key);
    return { target, outcome: 'accepted', evidence: { exit: 0 } };
  }

  async #run(act: Extract<ShellAct, { do: 'run' }>, node: TwinNode, key: string, deadline: number, signal: AbortSignal): Promise<Result> {
    const target = node.name;
    const world = this.#world;
    const argv = filled(act, target);
    if (typeof argv === 'string') return refused(target, argv);
    const execution = launch(world, this.#commands, node, argv, key, act.once);
    const lost = world.config.lostAnswers > 0 && drawOn(world, node, 'lost') < world.config.lostAnswers;
    const ended = await this.#waits.until((settle) => {
      const stop = whenEnded(this.#commands, execution, settle);
      const giveUp = Number.isFinite(deadline) ? world.agenda.call(Math.max(0, deadline - world.clock.now()), settle) : null;
      return () => {
        stop();
        giveUp?.();
      };
    }, signal);
    if (!ended) return unknown(target, 'given up');
    if (execution.state === 'running') return unknown(target, 'not ended by its deadline');
    if (execution.state === 'cut') return unknown(target, 'the connection was lost');
    return lost ? unknown(target, 'the answer was lost') : answerOf(target, execution);
  }
}

function filled({ argv, version, previous }: Extract<ShellAct, { do: 'run' }>, target: string): string[] | string {
  const before = previous[target];
  try {
    return fillArgv(argv, {
      node: target,
      ...(version === null ? {} : { version }),
      ...(before === undefined ? {} : { previous: before }),
    });
  } catch (error) {
    if (error instanceof PlaceholderValueError) return error.message;
    throw error;
  }
}

function answerOf(target: string, { exit, stdout, stderr }: Execution): Result {
  return { target, outcome: 'done', evidence: { exit, stdout, stderr } };
}

const refused = (target: string, why: string): Result => ({ target, outcome: 'refused', evidence: { why } });
const unknown = (target: string, why: string): Result => ({ target, outcome: 'unknown', evidence: { why } });
