// The shell role over ssh: one connection a node kept over its steps, host keys checked, nothing run twice that must run once.
import type { ActRequest, Driver, Observation, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { DriverContext } from '../shared/context.ts';
import { limitTime } from '../shared/limit.ts';
import { actOn } from './acts.ts';
import { describeAct } from './describe-act.ts';
import { SshHub } from './hub.ts';
import { diagnoseNode, lookAt } from './look.ts';
import { Pusher } from './push.ts';
import { sshOptions, type SshOptions } from './options.ts';

/** Throws OptionSourceError when a key, a passphrase or a file that the options name is not there; connects to nothing yet. */
export function openSsh(options: SshOptions, context: DriverContext): Driver {
  const settings = sshOptions.parse(options);
  const { clock, folder } = context;
  const hub = new SshHub(settings, context);
  const pusher = new Pusher(hub, folder);
  const look = { hub, settings, clock };
  const closing = new AbortController();
  const whole = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal]);
  return {
    name: 'ssh',
    roles: ['shell'],
    folds: false,
    observe(targets, signal): Promise<Observation[]> {
      const either = whole(signal);
      return Promise.all(targets.map((target) => lookAt(target, look, either)));
    },
    async act(request: ActRequest, signal): Promise<Result[]> {
      const { act, deadline } = request;
      assert(act.role === 'shell', `the ssh driver was asked for the role ${act.role}`);
      const limit = limitTime(clock, deadline - clock.now(), whole(signal));
      try {
        return await Promise.all(request.targets.map((target) => actOn(target, request, act, { hub, settings, pusher }, limit.signal)));
      } finally {
        limit.clear();
      }
    },
    describe: (request) => describeAct(request, settings),
    async diagnose(targets, signal) {
      const either = whole(signal);
      return (await Promise.all(targets.map((target) => diagnoseNode(target, look, either)))).flat();
    },
    waitingFor: () => [...hub.waitingFor(), ...pusher.waitingFor()],
    async close() {
      closing.abort();
      await hub.close();
    },
  };
}
