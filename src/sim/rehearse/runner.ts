// A model ready to run scenarios, whichever engine does it.
import { createFastEngine } from '../fast/engine.ts';
import type { Answer, Request, Spec } from './asking.ts';
import { exactRunner, type Runner } from './exact-runner.ts';
import { goingOnRunner } from './going-on-runner.ts';
import { rowWidth, writeRow } from './rows.ts';

/** Costs what compiling the plan costs; the scenarios come after. */
export function createRunner({ plan, engine, seed, keep, startMs, present }: Spec): Runner {
  if (present) return goingOnRunner(plan, present, seed);
  const options = { seed, ...(startMs !== undefined && { startMs }) };
  return engine === 'fast' ? createFastEngine(plan, { ...options, ...(keep !== undefined && { keep }) }) : exactRunner(plan, options);
}

/** The rows of scenarios [from, from + count). */
export function runRows(runner: Runner, from: number, count: number): Float64Array<ArrayBuffer> {
  const rows = new Float64Array(count * rowWidth(runner.about));
  for (let i = 0; i < count; i++) writeRow(rows, i, runner.about, runner.run(from + i));
  return rows;
}

/** Answers requests one after the other, here and now; models are kept by their spec. */
export function answerHere(): (request: Request) => Answer {
  const runners = new Map<Spec, Runner>();
  return ({ spec, from, count }) => {
    const runner = runners.get(spec) ?? createRunner(spec);
    runners.set(spec, runner);
    return { about: runner.about, count, rows: runRows(runner, from, count) };
  };
}
