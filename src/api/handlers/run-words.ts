// What is said to runs, and runs that begin: the word of a person becomes an entry with who and why, or a refusal that says why not.
import type { Desk } from '../../desk/desk.ts';
import { DeskRefusedError } from '../../desk/refused.ts';
import { approve, consent, ControlRefusedError, CONTROLS, release, straggler, type Words } from '../../runner/controls.ts';
import type { RunHost } from '../../runner/host.ts';
import type { PastRunGiven } from '../../runner/past/import-runs.ts';
import { endWatch } from '../../runner/past/watch-others.ts';
import { isWatch, type Runs } from '../../runner/runs.ts';
import type { JsonObject } from '../../std/json.ts';
import { nameOf, type Caller } from '../context.ts';
import { keepFleetOf, keepPlan } from '../keep-plan.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { countsOf } from '../view.ts';
import { answering } from './answering.ts';
import { hostOf } from './find-run.ts';

interface Said {
  readonly run: string;
  readonly by: string;
  readonly reason: string;
  readonly targets: string | null;
}

type Speak = (host: RunHost, words: Words) => string | Promise<string>;

export function runWords({ runs, desk }: ApiParts) {
  const say = sayTo(runs);
  return {
    create: os.runs.create.handler(({ input, context }) =>
      answering(async () => {
        const options = { ...input.options, by: nameOf(context.caller, input.options.by) };
        const { host } = await runs.create(input.plan, options as JsonObject);
        await keepOf(host, options, desk);
        return { run: host.run, counts: countsOf(host.parts.plan, host.parts.program) };
      }),
    ),
    control: os.runs.control.handler(({ input, context }) =>
      say(
        input,
        context.caller,
        (host, words) => (input.word === 'release' ? release(host, words) : CONTROLS[input.word](host, words)),
        input.word === 'abort' ? endWatch : refuseToWatch,
      ),
    ),
    approve: os.runs.approve.handler(({ input, context }) => say(input, context.caller, (host, words) => approve(host, words, input.gate))),
    straggler: os.runs.straggler.handler(({ input, context }) =>
      say(input, context.caller, (host, words) => straggler(host, words, input.act)),
    ),
    consent: os.runs.consent.handler(({ input, context }) =>
      say(input, context.caller, (host, words) => consent(host, words, input.customer, input.to)),
    ),
    watch: os.runs.watch.handler(({ input }) =>
      answering(async () => ({ run: (await runs.watch(input.plan, input.name, input.options as JsonObject)).host.run })),
    ),
    import: os.runs.import.handler(({ input, context }) =>
      answering(async () => [
        ...(await runs.import(input.runs as readonly PastRunGiven[], {
          from: input.from,
          by: nameOf(context.caller, input.by),
          at: new Date().toISOString(),
        })),
      ]),
    ),
  };
}

/** Console and map know what runs here. The run has begun by now, so whatever the desk does not take is no reason to say that it has not. */
async function keepOf({ run, parts: { plan } }: RunHost, { by, folder }: { by: string; folder: string }, desk: Desk): Promise<void> {
  try {
    await keepFleetOf(plan, folder, by, desk.fleets);
    await keepPlan(desk.plans, plan, { change: null, policy: null, by, why: `for run ${run}` });
  } catch (error) {
    if (!(error instanceof DeskRefusedError)) throw error;
    process.stderr.write(`run ${run}: its plan is not with the desk: ${error.message}\n`);
  }
}

function sayTo(runs: Runs) {
  return (said: Said, caller: Caller, speak: Speak, speakToWatch: Speak = refuseToWatch) =>
    answering(async () => {
      const host = await hostOf(runs, said.run);
      const words = { by: nameOf(caller, said.by), why: said.reason, targets: said.targets };
      return { leaves: await (isWatch(host.parts.header) ? speakToWatch : speak)(host, words) };
    });
}

function refuseToWatch(host: RunHost): never {
  throw new ControlRefusedError(`${host.run} only watches what others do: abort ends it, and nothing else can be said to it`);
}
