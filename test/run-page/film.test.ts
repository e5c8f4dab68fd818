import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { fleetOfRecord, observedFleet, watchedPlan, WATCHED_STEPS } from '../../src/core/past/watched-plan.ts';
import { testPlan } from '../plans.ts';
import { TwinRun } from '../twin-run.ts';
import { straggler } from '../../src/runner/controls.ts';
import { cellByte, cellCode, cellsOf } from '../../src/core/run/cell.ts';
import { createChronicle, record } from '../../src/core/run/chronicle.ts';
import { filmOf, Filming, type Film } from '../../src/core/run/film.ts';

afterEach(() => {
  TwinRun.made.length = 0;
});

/** What the map shows after the last transition at or before `untilMs`. */
function play({ initial, atMs, target, cell }: Film, untilMs = Infinity): Uint8Array {
  const cells = initial.slice();
  for (const [i, at] of atMs.entries()) if (at <= untilMs) cells[target[i] as number] = cell[i] as number;
  return cells;
}

const WORDS = { by: 'lead', why: 'test' };

/** A run in which much happens to many; each of `storm` is said after so many minutes. */
async function stormy(seed: number, storm: readonly (readonly [number, number, string])[]): Promise<TwinRun> {
  const t = await new TwinRun(testPlan({ nodes: 12, atOnce: 5 }), {
    seed,
    faults: { neverBack: { nodes: ['n5'] } },
  }).confirmed();
  const acts = {
    hold: (node: string) => t.say('hold', node),
    lift: (node: string) => t.say('resume', node),
    recall: (node: string) => t.say('recall', node),
    pause: () => t.say('pause').say('resume'),
    foreign: (node: string) => t.twin.foreignDrain(node, 'somebody'),
    abort: () => t.say('abort'),
    drop: (node: string) => {
      try {
        straggler(t.host, { ...WORDS, targets: node }, 'drop');
      } catch {
        // It is none, or none any more.
      }
    },
  };
  for (const [minutes, node, word] of storm) {
    await t.pass(minutes);
    if (t.host.stopped === null) acts[word as keyof typeof acts](`n${node}`);
  }
  await t.pass(60);
  return t;
}

describe('film', () => {
  it('ends, for any run, with what the chronicle shows, and shows it after every entry', async () => {
    const word = fc.constantFrom('hold', 'lift', 'recall', 'pause', 'foreign', 'drop', 'hold', 'lift', 'abort');
    const storms = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 12 }), word), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 99 }), storms, async (seed, storm) => {
        const t = await stormy(seed, storm);
        const { program, chronicle } = t.last;
        const entries = await t.entries();
        expect(play(filmOf(program, entries))).toEqual(cellsOf(chronicle));
        const filming = new Filming(program);
        const replayed = createChronicle(program);
        for (const entry of entries) {
          filming.take(entry);
          record(replayed, entry);
          expect(filming.cells()).toEqual(cellsOf(replayed));
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('of a watch: nodes in service are so from the begin on, those that never left at the end as well', async () => {
    const nodes = ['n1', 'n2', 'n3'];
    const fleet = { id: 'fleet', document: observedFleet(fleetOfRecord(nodes, 'UTC')) };
    const watched = watchedPlan({
      name: 'watch-lab',
      fleet,
      nodes: new Map([['past', nodes]]),
      steps: WATCHED_STEPS,
      read: {},
      window: null,
      soakMs: 60_000,
      origin: 'watched',
    });
    const t = new TwinRun({ id: 'watched', ...watched });
    t.twin.foreignDrain('n3', 'broken fan');
    await t.watching('watch-1');
    await t.pass(1);
    const shown = async (): Promise<number[]> => [...play(filmOf(t.last.program, await t.entries()))];
    const [inService, returned, down] = [cellCode('in-service'), cellCode('returned'), cellCode('down')];
    expect(await shown()).toEqual([inService, inService, down]);
    t.twin.foreignDrain('n1', 'kernel update');
    await t.pass(5);
    expect((await shown())[0]).toBe(cellCode('updating'));
    t.twin.liftForeignDrain('n1');
    await t.until(({ chronicle }) => chronicle.state.run.open === 0, 'the end of the watch');
    await t.pass(1);
    expect(await shown()).toEqual([returned, inService, down]);
  });

  it('goes through the states of a node in their order, in rising time, and can be had in pieces', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4 }), { seed: 2 }).confirmed();
    await t.untilState('settled');
    const { program } = t.last;
    const filming = new Filming(program);
    const entries = await t.entries();
    for (const entry of entries.slice(0, 40)) filming.take(entry);
    const first = filming.film();
    for (const entry of entries.slice(40)) filming.take(entry);
    const whole = filming.film();
    const rest = filming.film(first.cell.length);
    expect([...first.cell, ...rest.cell]).toEqual([...whole.cell]);
    expect([...whole.atMs].sort((a, b) => a - b)).toEqual([...whole.atMs]);
    const ofN1 = [...whole.cell].filter((_, i) => whole.target[i] === program.idOf.get('n1'));
    const words = ['in-service', 'draining', 'updating', 'rebooting', 'validating', 'returned'] as const;
    expect(ofN1).toEqual(words.map((cell) => cellCode(cell)));
    expect(filming.count).toBe(whole.cell.length);
  });
});

describe('cells of a run', () => {
  it('tells who was down before, who was given back untouched and who was left alone', async () => {
    const t = new TwinRun(testPlan({ nodes: 6 }));
    t.twin.foreignDrain('n4', 'broken fan');
    await t.confirmed({ only: 'n[1-5]' });
    await t.until((host) => host.chronicle.state.run.begun, 'the begin');
    t.say('recall', 'n5');
    await t.untilState('settled');
    const { program } = t.last;
    const cell = (name: string): number => cellByte(t.host.chronicle, program.idOf.get(name) ?? -1);
    expect([cell('n1'), cell('n4'), cell('n5'), cell('n6')]).toEqual(
      (['returned', 'down', 'in-service', 'in-service'] as const).map((word) => cellCode(word)),
    );
  });
});
