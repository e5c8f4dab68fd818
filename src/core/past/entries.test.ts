import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retroOf, type Retro } from '../retro/retro.ts';
import { compile } from '../run/compile.ts';
import { createChronicle, record, type Chronicle } from '../run/chronicle.ts';
import { statusOf } from '../run/status.ts';
import { entriesOf } from './entries.ts';
import { backAt, type PastMaintenance, type PastWindow, type Timeline } from './timeline.ts';
import { agreedWindow, fleetOfRecord, observedFleet, watchedPlan, WATCHED_STEPS } from './watched-plan.ts';

const MINUTE = 60_000;
/** 2023-10-30T09:00Z. */
const START = 1_698_656_400_000;
const MARKS = [50, 75, 95, 99, 100];

const WINDOW: PastWindow = {
  kind: 'full downtime',
  planned: { from: START, to: START + 104 * 60 * MINUTE, min: 104 * 60 },
  actual: { from: START, to: START + 389 * 60 * MINUTE, min: 389 * 60 },
  overrunMin: 285 * 60,
  what: 'OS migration',
  whyLate: 'file-system failure',
  source: 'a status page',
};

function replayed(past: PastMaintenance): { retro: Retro; chronicle: Chronicle } {
  const names = past.timelines.map(({ node }) => node);
  const plan = {
    id: 'past',
    ...watchedPlan({
      name: 'kernel',
      fleet: { id: 'fleet', document: observedFleet(fleetOfRecord(names, 'UTC')) },
      nodes: new Map([['past', names]]),
      steps: past.steps,
      read: {},
      window: agreedWindow(past),
      soakMs: 0,
      origin: 'imported from a test',
    }),
  };
  const chronicle = createChronicle(compile(plan));
  for (const entry of entriesOf(past, chronicle.program)) record(chronicle, entry);
  return {
    retro: retroOf({ run: 'past-1', createdAt: START, options: { origin: 'import', importedFrom: 'a test' } }, plan, chronicle),
    chronicle,
  };
}

function past(timelines: readonly Timeline[], more: Partial<PastMaintenance> = {}): PastMaintenance {
  return { steps: [...WATCHED_STEPS], timelines, window: null, notes: [], until: START + 100_000 * MINUTE, ...more };
}

/** The first minute, from the first leaving on, at which q percent (rounded up) of all nodes were back. */
function markByHand({ timelines, steps }: PastMaintenance, q: number): number | null {
  const zero = Math.min(...timelines.map(({ leftAt }) => leftAt));
  const back = timelines.flatMap((timeline) => backAt(timeline, steps) ?? []).sort((a, b) => a - b);
  const nth = back[Math.ceil((q / 100) * timelines.length) - 1];
  return nth === undefined ? null : (nth - zero) / MINUTE;
}

const arbitraryPast: fc.Arbitrary<PastMaintenance> = fc
  .record({
    steps: fc.constantFrom(['outage'], ['drain', 'return'], [...WATCHED_STEPS], ['a', 'b', 'c', 'd', 'e']),
    nodes: fc.array(
      fc.record({
        left: fc.integer({ min: 0, max: 50_000 }),
        steps: fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 5, maxLength: 5 }),
        done: fc.integer({ min: 0, max: 7 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    planned: fc.option(fc.integer({ min: 1, max: 200_000 })),
  })
  .map(({ steps, nodes, planned }) =>
    past(
      nodes.map(({ left, steps: took, done }, i) => {
        let at = START + left * MINUTE;
        const ended = took.slice(0, Math.min(done, steps.length)).map((minutes) => (at += minutes * MINUTE));
        return { node: `n${i + 1}`, leftAt: START + left * MINUTE, ended, why: '' };
      }),
      {
        steps,
        window: planned === null ? null : { ...WINDOW, planned: { from: START, to: START + planned * MINUTE, min: planned } },
      },
    ),
  );

describe('past maintenance in the journal', () => {
  it('any timelines: marks, curve and baseline of the retro are those counted by hand, and who is not back is named', () => {
    fc.assert(
      fc.property(arbitraryPast, (given) => {
        const { retro } = replayed(given);
        const { timelines, steps } = given;
        const notBack = timelines.filter((timeline) => backAt(timeline, steps) === null).map(({ node }) => node);
        expect(retro.baseline).toBe(timelines.length);
        expect(retro.returned).toBe(timelines.length - notBack.length);
        expect(retro.curve.length).toBe(retro.returned);
        expect(retro.stragglers.map(({ target }) => target).sort()).toEqual(notBack.toSorted());
        expect(retro.timeZero).toBe(Math.min(...timelines.map(({ leftAt }) => leftAt)));
        for (const q of MARKS) expect(retro.marks[q]).toBe(markByHand(given, q));
        expect(retro.state).toBe('settled');
        expect(retro.lastAt).toBe(given.until);
      }),
      { numRuns: 300 },
    );
  });

  it('any timelines: the steps of the retro took what they took', () => {
    fc.assert(
      fc.property(arbitraryPast, (given) => {
        const { chronicle } = replayed(given);
        const took = (nth: number): number[] =>
          given.timelines
            .flatMap(({ leftAt, ended }) => (ended[nth] === undefined ? [] : [ended[nth] - (nth === 0 ? leftAt : (ended[nth - 1] ?? 0))]))
            .sort((a, b) => a - b);
        for (const [nth, step] of given.steps.entries()) {
          const ended = chronicle.ended.filter(({ step: id, how }) => chronicle.program.steps[id]?.name === step && how === 'done');
          expect(ended.map(({ from, to }) => to - from).sort((a, b) => a - b)).toEqual(took(nth));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('window without nodes: settled, with nothing in it but what was planned and what it took', () => {
    const { retro, chronicle } = replayed(past([], { window: WINDOW, until: START + 389 * 60 * MINUTE }));
    expect(statusOf(chronicle)).toMatchObject({ state: 'settled', baseline: 0, returned: 0, short: false, stragglers: [] });
    expect(retro.window).toEqual(WINDOW);
    expect(retro.origin).toEqual({ kind: 'import', words: 'imported from a test' });
  });

  it('window over with too few back: short, and not held, since nobody can do anything about the past', () => {
    const timelines = ['n1', 'n2', 'n3'].map((node, i): Timeline => ({
      node,
      leftAt: START,
      ended: i === 0 ? [START + MINUTE, START + 2 * MINUTE, START + 3 * MINUTE] : [START + MINUTE],
      why: 'OS migration',
    }));
    const { retro } = replayed(past(timelines, { window: WINDOW, until: START + 400 * 60 * MINUTE }));
    expect(retro).toMatchObject({ state: 'settled', short: true, returned: 1 });
    expect(retro.stragglers).toMatchObject([
      { target: 'n2', step: 'work', cause: 'not back by the end of the record (OS migration)', waitingFor: 'repair outside this run' },
      { target: 'n3', step: 'work' },
    ]);
  });

  it('notes of the record: told with who and when, without a word of Pitstop', () => {
    const notes = [{ at: START + 60 * MINUTE, by: 'return-curve.csv', text: '10,000 cores back' }];
    const timelines = [{ node: 'n1', leftAt: START, ended: [START + MINUTE, START + MINUTE, START + MINUTE], why: '' }];
    const { retro } = replayed(past(timelines, { notes }));
    expect(retro.people).toEqual([{ atMin: 60, kind: 'note', by: 'return-curve.csv', why: '10,000 cores back', targets: '' }]);
    expect(retro.gates).toEqual([]);
  });
});
