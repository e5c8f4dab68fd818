// The twin's nodes behind core's driver port for the shell: commands, conditional reboots, looks; one connection a node.
import { fillArgv, PlaceholderValueError } from '../../core/change/placeholders.ts';
import type { Finding } from '../../core/finding.ts';
import type { Act, ActRequest, Observation, Result, ShellFacts } from '../../core/ports.ts';
import { nextCall, type Call, type Calls } from './calls.ts';
import { launch, whenEnded, workOn, type Commands, type Execution } from './execution.ts';
import { reboot } from './power.ts';
import { workCount } from './tenants.ts';
import { GIVEN_UP, refused, TwinDriver, unknown, unknownNode, unseen } from './twin-driver.ts';
import { bootIdOf, drawOn, feel, isUp, nodeOf, type TwinNode, type World } from './world.ts';

type ShellAct = Extract<Act, { role: 'shell' }>;

const UNREACHABLE: ShellFacts = { role: 'shell', reachable: false, bootId: null, work: null };
const NO_WORK: readonly string[] = [];

export class ShellDriver extends TwinDriver {
  readonly name = 'twin-shell';
  readonly roles = ['shell'] as const;
  readonly folds = false;
  readonly #commands: Commands;

  constructor(world: World, calls: Calls, commands: Commands) {
    super(world, calls);
    this.#commands = commands;
  }

  observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const world = this.world;
    const at = world.clock.now();
    const givenUp = targets.map((target) => unseen(target, at, GIVEN_UP));
    return this.calls.open(signal, givenUp, (call) => {
      world.agenda.call(nextCall(world, 'shell').beforeMs, () => {
        if (call.live) call.answer(targets.map((target) => this.#look(target, at)));
      });
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    if (act.role !== 'shell') return targets.map((target) => refused(target, `the twin's shell cannot do ${act.role} ${act.do}`));
    const only = targets[0];
    if (only !== undefined && targets.length === 1) return [await this.#actOn(act, only, key, deadline, signal)];
    return Promise.all(targets.map((target) => this.#actOn(act, target, key, deadline, signal)));
  }

  override async diagnose(targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    return targets.flatMap((target): Finding[] => {
      const node = nodeOf(this.world, target);
      if (node && isUp(node)) return [];
      const message = node ? `${target} does not answer` : unknownNode(target);
      return [{ severity: 'error', target, rule: 'node-unreachable', message }];
    });
  }

  #look(target: string, at: number): Observation {
    const world = this.world;
    const node = nodeOf(world, target);
    if (!node) return unseen(target, at, unknownNode(target));
    if (!isUp(node)) return { target, at, facts: UNREACHABLE, why: 'no route to host' };
    feel(world, { what: 'observe', node: target, actor: 'pitstop', role: 'shell', since: at });
    const work = world.config.showsWork ? (workCount(world, node) === 0 ? NO_WORK : workOn(world, node)) : null;
    return { target, at, facts: { role: 'shell', reachable: true, bootId: bootIdOf(node), work }, why: '' };
  }

  #actOn(act: ShellAct, target: string, key: string, deadline: number, signal: AbortSignal): Promise<Result> {
    const world = this.world;
    const node = nodeOf(world, target);
    if (!node) return Promise.resolve(refused(target, unknownNode(target)));
    return this.calls.open(signal, unknown(target, GIVEN_UP), (call) => {
      world.agenda.call(nextCall(world, 'shell').beforeMs, () => {
        if (!call.live) return;
        if (world.clock.now() > deadline) call.answer(refused(target, 'past its deadline'));
        else if (!isUp(node)) call.answer(refused(target, 'no route to host'));
        else if (act.do === 'reboot') call.answer(this.#reboot(act, node, key));
        else if (act.do === 'run') this.#run(act, node, key, deadline, call);
        else call.answer({ target, outcome: 'done', evidence: {} });
      });
    });
  }

  #reboot(act: Extract<ShellAct, { do: 'reboot' }>, node: TwinNode, key: string): Result {
    const target = node.name;
    const bootId = bootIdOf(node);
    if (act.bootIds[target] !== bootId) return { target, outcome: 'done', evidence: { alreadyRebooted: true, bootId } };
    reboot(this.world, node, 'ssh', key);
    return { target, outcome: 'accepted', evidence: { exit: 0 } };
  }

  #run(act: Extract<ShellAct, { do: 'run' }>, node: TwinNode, key: string, deadline: number, call: Call<Result>): void {
    const target = node.name;
    const world = this.world;
    const argv = filled(act, target);
    if (typeof argv === 'string') {
      call.answer(refused(target, argv));
      return;
    }
    const execution = launch(world, this.#commands, node, argv, key, act.once);
    const lost = world.config.lostAnswers > 0 && drawOn(world, node, 'lost') < world.config.lostAnswers;
    this.calls.giveUpAt(deadline, call);
    whenEnded(execution, () => {
      if (execution.state === 'cut') call.answer(unknown(target, 'the connection was lost'));
      else call.answer(lost ? unknown(target, 'the answer was lost') : answerOf(target, execution));
    });
  }
}

function filled({ argv, version, previous }: Extract<ShellAct, { do: 'run' }>, target: string): readonly string[] | string {
  if (!argv.some((word) => word.includes('{'))) return argv;
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
