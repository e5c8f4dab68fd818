// The twin's BMCs behind core's driver port: power, which works on dead nodes too, and firmware.
import type { Act, ActRequest, Observation, Result } from '../../core/ports.ts';
import { nextCall, type Call, type Calls } from './calls.ts';
import type { Commands } from './execution.ts';
import { beginUpdate, busyWith, firmwareActivates, firmwareOf, isSilent, whenUpdated } from './firmware.ts';
import { powerCycle, powerOn } from './power.ts';
import { GIVEN_UP, refused, TwinDriver, unknown, unknownNode, unseen } from './twin-driver.ts';
import { feel, nodeOf, type TwinNode, type World } from './world.ts';

type BmcAct = Extract<Act, { role: 'bmc' }>;

export class BmcDriver extends TwinDriver {
  readonly name = 'twin-bmc';
  readonly roles = ['bmc'] as const;
  readonly folds = false;
  readonly #commands: Commands;

  constructor(world: World, calls: Calls, commands: Commands) {
    super(world, calls);
    this.#commands = commands;
  }

  async observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const at = this.world.clock.now();
    const answered = await this.calls.wait(nextCall(this.world, 'bmc').beforeMs, signal);
    return targets.map((target): Observation => {
      const node = nodeOf(this.world, target);
      if (!answered || !node) return unseen(target, at, node ? GIVEN_UP : unknownNode(target));
      if (isSilent(this.world, node)) return unseen(target, at, SILENT);
      const power = node.phase === 'off' ? 'off' : 'on';
      const firmware = firmwareOf(this.world, node);
      return { target, at, facts: { role: 'bmc', power, firmware, busy: busyWith(this.world, node) }, why: '' };
    });
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const world = this.world;
    if (act.role !== 'bmc') return targets.map((target) => refused(target, `the twin's BMC cannot do ${act.role} ${act.do}`));
    const { beforeMs } = nextCall(world, 'bmc');
    return Promise.all(
      targets.map((target) =>
        this.calls.open<Result>(signal, unknown(target, GIVEN_UP), (call) => {
          world.agenda.call(beforeMs, () => {
            const node = nodeOf(world, target);
            if (!call.live) return;
            if (!node) call.answer(refused(target, unknownNode(target)));
            else if (world.clock.now() > deadline) call.answer(refused(target, 'past its deadline'));
            else if (isSilent(world, node)) call.answer(unknown(target, SILENT));
            else if (act.do === 'update') this.#update(act, node, key, deadline, call);
            else call.answer(this.#power(act.do, node, key));
          });
        }),
      ),
    );
  }

  #power(what: Exclude<BmcAct['do'], 'update'>, node: TwinNode, key: string): Result {
    const world = this.world;
    const busy = busyWith(world, node);
    if (busy !== '' && what !== 'power-on') return refused(node.name, `the BMC is busy: ${busy}`);
    if (what === 'power-on') powerOn(world, node, 'bmc', key);
    else if (what === 'reset') feel(world, { what: 'bmc-reset', node: node.name, actor: 'pitstop', key });
    else powerCycle(world, this.#commands, node, key, what === 'power-off');
    if (what === 'reset' || what === 'power-cycle' || what === 'ac-cycle') firmwareActivates(world, node, what);
    return { target: node.name, outcome: 'accepted', evidence: {} };
  }

  #update(
    { image, components }: Extract<BmcAct, { do: 'update' }>,
    node: TwinNode,
    key: string,
    deadline: number,
    call: Call<Result>,
  ): void {
    const target = node.name;
    const update = beginUpdate(this.world, node, image, components, key);
    if (typeof update === 'string') {
      call.answer(refused(target, update));
      return;
    }
    this.calls.giveUpAt(deadline, call);
    whenUpdated(update, () => {
      const why = update.fails ? 'the image does not verify' : '';
      call.answer({ target, outcome: 'done', evidence: { exit: update.fails ? 1 : 0, percent: update.fails ? 62 : 100, why } });
    });
  }
}

const SILENT = 'the BMC does not answer';
