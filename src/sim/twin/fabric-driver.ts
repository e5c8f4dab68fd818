// The twin's fabric behind core's driver port: sweeps, commands about switches, subnet managers.
import { fillArgv, PlaceholderValueError } from '../../core/change/placeholders.ts';
import type { Finding } from '../../core/finding.ts';
import type { Act, ActRequest, Observation, Result } from '../../core/ports.ts';
import { nextCall, type Calls } from './calls.ts';
import { launchFabric, type FabricExecution } from './fabric-commands.ts';
import { fabricFacts, managerFacts } from './fabric-facts.ts';
import { masterOf, type Fabric } from './fabric-state.ts';
import { startManager, stopManager } from './managers.ts';
import { GIVEN_UP, refused, TwinDriver, unknown, unseen } from './twin-driver.ts';
import { feel, nodeOf, type World } from './world.ts';

type FabricAct = Extract<Act, { role: 'fabric' }>;

const MUTE = 'twin fabric: the sweep got no answer';

export class FabricDriver extends TwinDriver {
  readonly name = 'twin-fabric';
  readonly roles = ['fabric'] as const;
  readonly folds = true;
  readonly #fabric: Fabric;

  constructor(world: World, fabric: Fabric, calls: Calls) {
    super(world, calls);
    this.#fabric = fabric;
  }

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const at = this.world.clock.now();
    const answered = await this.calls.wait(nextCall(this.world, 'fabric').beforeMs, signal);
    const managers = managerFacts(this.#fabric);
    return targets.map((target): Observation => {
      if (!answered || !this.#fabric.answers) return unseen(target, at, answered ? MUTE : GIVEN_UP);
      const facts = fabricFacts(this.world, this.#fabric, target, managers);
      return { target, at, facts, why: facts ? '' : `the fabric of the twin has no ${target}` };
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    if (act.role !== 'fabric') return targets.map((target) => refused(target, `the twin's fabric cannot do ${act.role} ${act.do}`));
    return Promise.all(targets.map((target) => this.#actOn(act, target, key, deadline, signal)));
  }

  override async diagnose(targets: readonly string[], _signal: AbortSignal): Promise<Finding[]> {
    const error = (target: string, rule: string, message: string): Finding => ({ severity: 'error', target, rule, message });
    if (!this.#fabric.answers) return [error(this.name, 'fabric-silent', MUTE)];
    const managers = masterOf(this.#fabric) ? [] : [error(this.name, 'subnet-manager', 'there is no master subnet manager')];
    const unknown = targets.filter((target) => !this.#knows(target));
    return [...managers, ...unknown.map((target) => error(target, 'target-unknown', `the fabric of the twin has no ${target}`))];
  }

  override waitingFor(): readonly string[] {
    return this.#fabric.answers ? [] : [MUTE];
  }

  #knows(target: string): boolean {
    return fabricFacts(this.world, this.#fabric, target, []) !== null;
  }

  #actOn(act: FabricAct, target: string, key: string, deadline: number, signal: AbortSignal): Promise<Result> {
    const world = this.world;
    return this.calls.open<Result>(signal, unknown(target, GIVEN_UP), (call) => {
      world.agenda.call(nextCall(world, 'fabric').beforeMs, () => {
        if (!call.live) return;
        if (world.clock.now() > deadline) call.answer(refused(target, 'past its deadline'));
        else if (act.do !== 'run') call.answer(this.#manage(act.do, target, key));
        else if (!this.#knows(target) && !nodeOf(world, target)) call.answer(refused(target, `the fabric of the twin has no ${target}`));
        else {
          const execution = this.#launch(act, target, key);
          if (typeof execution === 'string') return call.answer(refused(target, execution));
          this.calls.giveUpAt(deadline, call);
          whenEnded(execution, () => call.answer(answerOf(execution)));
        }
      });
    });
  }

  #launch(act: Extract<FabricAct, { do: 'run' }>, target: string, key: string): FabricExecution | string {
    const before = act.previous[target];
    const values = {
      node: target,
      ...(act.version === null ? {} : { version: act.version }),
      ...(before === undefined ? {} : { previous: before }),
    };
    try {
      return launchFabric(this.world, this.#fabric, target, fillArgv(act.argv, values), key, act.once);
    } catch (error) {
      if (error instanceof PlaceholderValueError) return error.message;
      throw error;
    }
  }

  #manage(what: 'sm-stop' | 'sm-start', target: string, key: string): Result {
    const manager = this.#fabric.managers.find(({ name }) => name === target);
    if (!manager) return refused(target, `the fabric of the twin has no subnet manager ${target}`);
    const changes = (manager.state === 'not-active') === (what === 'sm-start');
    if (!changes) return { target, outcome: 'done', evidence: { state: manager.state } };
    feel(this.world, { what, node: target, actor: 'pitstop', key });
    if (what === 'sm-stop') stopManager(this.world, this.#fabric, manager);
    else startManager(this.world, this.#fabric, manager);
    return { target, outcome: 'done', evidence: { state: manager.state } };
  }
}

function whenEnded(execution: FabricExecution, call: () => void): void {
  if (execution.state === 'running') (execution.waiting ??= []).push(call);
  else call();
}

function answerOf({ target, exit, stdout, stderr }: FabricExecution): Result {
  return { target, outcome: 'done', evidence: { exit, stdout, stderr } };
}
