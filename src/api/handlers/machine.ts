// The server itself, what finished runs teach it, and the systems of the site.
import type { JsonObject } from '../../std/json.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { answering } from './answering.ts';
import { headerOf } from './find-run.ts';

export function serverProcedures(parts: ApiParts) {
  return {
    info: os.server.info.handler(() => ({
      version: parts.version,
      pid: process.pid,
      startedAt: parts.startedAt.toISOString(),
      listens: [...parts.listens],
      notResumed: [...parts.notResumed],
    })),
    stop: os.server.stop.handler(() => {
      parts.stop();
      return { pid: process.pid };
    }),
    who: os.server.who.handler(({ context }) => ({ ...context.caller, signIn: parts.signIn })),
  };
}

export function learningProcedures(parts: ApiParts) {
  return {
    learn: os.learning.learn.handler(({ input }) => parts.learning.learn(input)),
    backtest: os.learning.backtest.handler(async ({ input }) => {
      if (input.run !== null) await headerOf(parts.runs, input.run);
      return parts.learning.backtest(input);
    }),
  };
}

export function siteProcedures({ site }: ApiParts) {
  return {
    importSlurm: os.site.importSlurm.handler(({ input }) => answering(() => site.importSlurm(input.options as JsonObject, input.folder))),
    importKubernetes: os.site.importKubernetes.handler(({ input }) =>
      answering(() => site.importKubernetes(input.options as JsonObject, input.folder)),
    ),
    importFabric: os.site.importFabric.handler(({ input }) => answering(() => site.importFabric(input))),
    inventory: os.site.inventory.handler(({ input }) => answering(() => site.inventory(input.fleet, input.folder))),
    doctor: os.site.doctor.handler(({ input }) => answering(async () => [...(await site.doctor(input.fleet, input.folder))])),
  };
}
