// Procedures of the run page: beginning a run, following it, and everything that is shown beside its view.
import type { RunHeader } from '../../core/ports.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { handoverOf } from '../../core/run/handover.ts';
import { retroOf } from '../../core/retro/retro.ts';
import { handoverMarkdown } from '../../report/handover-markdown.ts';
import { controlsOf } from '../../runner/controls-offered.ts';
import type { RunHost } from '../../runner/host.ts';
import type { JsonObject } from '../../std/json.ts';
import { showPlan } from '../../files/plan-file.ts';
import { nameOf } from '../context.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { FORECAST_SEED, usualScenarios } from '../planned-run.ts';
import { expectedOfRun, rehearsedPlan } from '../run/expected.ts';
import { FilmShelf } from '../run/film-shelf.ts';
import { within } from '../run/patience.ts';
import { progressRows } from '../run/progress.ts';
import { startOptions } from '../run/start.ts';
import { runStory } from '../run/story.ts';
import { TurnBacks, windowEndOf } from '../run/turn-back.ts';
import { Shelf } from '../shelf.ts';
import { countsOf } from '../view.ts';
import { answering, notFound } from './answering.ts';
import { chronicleOf, headerOf, hostOf, show } from './find-run.ts';
import { seqOf } from './fleets.ts';

/** So long whoever looks at the progress waits for the plan's bars beside it. */
const PATIENCE_MS = 2_000;

export function runPages(parts: ApiParts) {
  const turnBacks = new TurnBacks();
  return { ...beginning(parts), ...following(parts), ...planned(parts, turnBacks), ...told(parts, turnBacks) };
}

function beginning(parts: ApiParts) {
  const { runs } = parts;
  const shelf = new Shelf(parts);
  return {
    start: os.runs.start.handler(({ input, context }) =>
      answering(async () => {
        const plan = await shelf.plan(input.plan);
        const folder = parts.desk.fleets.get(plan.fleet.document.name)?.folder ?? '.';
        const options = startOptions(plan, input, folder, nameOf(context.caller, undefined));
        const { host } = await runs.create(showPlan(plan), options as JsonObject);
        return { run: host.run, counts: countsOf(host.parts.plan, host.parts.program) };
      }),
    ),
    controls: os.runs.controls.handler(async ({ input }) =>
      controlsOf(await hostOf(runs, input.run)).map(({ pending, ...offer }) => ({
        ...offer,
        pending: pending && { by: pending.by, at: new Date(pending.at).toISOString(), why: pending.why },
      })),
    ),
  };
}

function following(parts: ApiParts) {
  const { runs, live } = parts;
  /** The header of a driven run is at hand; only of one that has ended the journal is asked. */
  const view = async (run: string) => {
    const host = runs.get(run)?.host;
    const isOpen = host !== undefined && host.stopped === null && host.chronicle.state.run.open > 0;
    return show(parts, isOpen ? host.parts.header : await headerOf(runs, run), 'anew');
  };
  return {
    follow: os.runs.follow.handler(async ({ input, lastEventId, signal }) => {
      await headerOf(runs, input.run);
      const feed = await live.feed(input.run, view);
      await feed.fresh();
      return feed.follow(seqOf(lastEventId), signal);
    }),
    targets: os.runs.targets.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      const { program } = await chronicleOf(parts, header);
      const plan = planOf(parts, header);
      return {
        fleet: plan.fleet.document.name,
        names: [...program.targets],
        waves: program.waves.map(({ id }) => id),
        waveOf: [...program.waveOf],
      };
    }),
  };
}

/** What was planned, beside what happens. */
function planned(parts: ApiParts, turnBacks: TurnBacks) {
  const { runs, studies } = parts;
  return {
    progress: os.runs.progress.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      const chronicle = await chronicleOf(parts, header);
      const expected = await within(PATIENCE_MS, expectedOfRun(studies, header, planOf(parts, header), chronicle.program));
      return progressRows(chronicle, expected);
    }),
    forecast: os.runs.forecast.handler(({ input }) =>
      answering(async () => {
        const header = await headerOf(runs, input.run);
        const plan = planOf(parts, header);
        const rehearsed = rehearsedPlan(header, plan);
        const asked = rehearsed && { seed: FORECAST_SEED, scenarios: usualScenarios(rehearsed) };
        const forecast = asked && (await studies.ask('rehearsal', [rehearsed], asked)).forecast;
        const { northStarMs } = plan.policy;
        return {
          planned: [...(forecast?.curve ?? [])],
          northStarMin: northStarMs === null ? null : northStarMs / 60_000,
          oneNodeMin: forecast?.oneNodeMin.p50 ?? null,
          ...endings(driven(parts, header), turnBacks, forecast?.windowMin ?? null),
        };
      }),
    ),
  };
}

/** What a run has to tell. */
function told(parts: ApiParts, turnBacks: TurnBacks) {
  const { runs } = parts;
  const films = new FilmShelf(runs.journal, parts.parsePlan);
  return {
    gates: os.runs.gates.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      const { gates } = retroOf(header, planOf(parts, header), await chronicleOf(parts, header));
      return gates.map((gate) => ({ ...gate, numbers: { ...gate.numbers } }));
    }),
    story: os.runs.story.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      const chronicle = await chronicleOf(parts, header);
      const target = chronicle.program.idOf.get(input.target);
      if (target === undefined) throw notFound(`${input.target} is no target of run ${input.run}`);
      return runStory(runs.journal, header, planOf(parts, header), chronicle, target);
    }),
    replay: os.runs.replay.handler(async ({ input }) => films.replayOf(await headerOf(runs, input.run))),
    handover: os.runs.handover.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      const host = driven(parts, header);
      const chronicle = await chronicleOf(parts, header);
      const handover = handoverOf(chronicle, {
        run: input.run,
        nowMs: host?.now() ?? chronicle.lastAt,
        hours: input.hours,
        waitingFor: (await show(parts, header)).waitingFor,
        turnBack: host && turnBacks.of(host),
      });
      return { markdown: handoverMarkdown(handover, planOf(parts, header).fleet.document.timezone) };
    }),
  };
}

/** Minutes from time zero; before it, from where the forecast puts it. */
function endings(host: RunHost | null, turnBacks: TurnBacks, windowMin: number | null) {
  if (host === null) return { windowEndMin: null, turnBackMin: null, turnBackWhy: 'Nobody drives the run any more.' };
  const now = host.now();
  const zero = host.chronicle.timeZero ?? (windowMin === null ? null : windowMin * 60_000);
  const minutes = (at: number | null): number | null => (at === null || zero === null ? null : (at - zero) / 60_000);
  const { lastMs, words } = turnBacks.of(host);
  return { windowEndMin: minutes(windowEndOf(host, now)), turnBackMin: minutes(lastMs), turnBackWhy: words };
}

function driven({ runs }: ApiParts, header: RunHeader): RunHost | null {
  const host = runs.get(header.run)?.host;
  return host !== undefined && header.finishedAt === null && host.stopped === null ? host : null;
}

function planOf(parts: ApiParts, header: RunHeader): Plan {
  return parts.runs.get(header.run)?.host.parts.plan ?? parts.parsePlan(header.plan);
}
