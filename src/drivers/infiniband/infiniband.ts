// The driver for InfiniBand fabrics, by the tools of infiniband-diags: what is looked at and what is not believed is in docs/reference.
import type { Driver } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { DriverContext } from '../shared/context.ts';
import { performAll } from './acts.ts';
import { describeAct } from './describe-act.ts';
import { diagnoseFabric } from './diagnose.ts';
import { observationOf } from './observe.ts';
import { infinibandOptions, type InfinibandOptions } from './options.ts';
import { pictureOf } from './picture.ts';
import { Sweeper } from './sweep.ts';
import { ToolError, Tools } from './tools.ts';

/** Nothing is started before the first observe, act or diagnose. Throws zod's error for bad options. */
export function openInfiniband(options: InfinibandOptions, context: DriverContext): Driver {
  const tools = new Tools(infinibandOptions.parse(options), context);
  const sweeper = new Sweeper(tools);
  return {
    name: 'infiniband',
    roles: ['fabric'],
    folds: true,
    async observe(targets, signal) {
      if (targets.length === 0) return [];
      const asked = context.clock.now();
      try {
        const picture = pictureOf(await sweeper.look(signal), tools.settings.managers);
        assert(picture.at >= asked, 'a sweep began before the call that it answers');
        return targets.map((target) => observationOf(target, picture));
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        return targets.map((target) => ({ target, at: asked, facts: null, why: error.message }));
      }
    },
    act: (request, signal) => performAll(tools, request, signal),
    describe: (request) => describeAct(request, tools.settings),
    diagnose: (targets, signal) => diagnoseFabric(tools, sweeper, targets, signal),
    waitingFor: () => tools.waitingFor(),
    close: () => Promise.resolve(tools.close()),
  };
}
