import { afterEach, describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../test/maintenance.ts';
import type { Plan } from '../core/plan/plan.ts';
import { comparing } from '../sim/limits/compare.ts';
import { limiting } from '../sim/limits/limits.ts';
import { answerAll } from '../sim/rehearse/asking.ts';
import { rehearsing } from '../sim/rehearse/rehearse.ts';
import { answerHere } from '../sim/rehearse/runner.ts';
import type { Answers, AskKind } from './studies/answers.ts';
import { carryInSlices, type Progress } from './studies/slices.ts';
import type { Question, StudyThread } from './studies/thread.ts';
import { openStudies, type Studies } from './studies.ts';

const PLAN: Plan = { ...maintenancePlan({ nodes: 40, canary: 2 }), id: 'a'.repeat(64) };
const OTHER: Plan = { ...maintenancePlan({ nodes: 30 }), id: 'b'.repeat(64) };
const REHEARSAL = { seed: 1, scenarios: 20 };

/** Answers when the test says so. */
class ByHand implements StudyThread {
  readonly asked: {
    question: Question;
    tell: (progress: Progress) => void;
    done: (answer: unknown) => void;
    fail: (error: Error) => void;
  }[] = [];

  ask<K extends AskKind>(question: Question<K>, tell: (progress: Progress) => void): Promise<Answers[K]> {
    const { promise, resolve, reject } = Promise.withResolvers<Answers[K]>();
    this.asked.push({ question, tell, done: (answer) => resolve(answer as Answers[K]), fail: reject });
    return promise;
  }

  close(): Promise<void> {
    for (const { fail } of this.asked) fail(new Error('ended'));
    return Promise.resolve();
  }
}

let studies: Studies;
afterEach(() => studies.close());

function byHand(): ByHand {
  const threads = [new ByHand(), new ByHand()] as const;
  let opened = 0;
  studies = openStudies(() => threads[opened++ as 0 | 1]);
  return threads[0];
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const withCurve = { forecast: { curve: [{ share: 95, p10Min: 1, p50Min: 2, p90Min: 3 }] } };

describe('studies', () => {
  it('the same question at once is answered once, later from what is known; other arguments are another question', async () => {
    const thread = byHand();
    const [first, second] = [studies.ask('rehearsal', [PLAN], REHEARSAL), studies.ask('rehearsal', [PLAN], { scenarios: 20, seed: 1 })];
    await settled();
    expect(thread.asked).toHaveLength(1);
    expect(studies.curveOf(PLAN.id)).toBeNull();
    thread.asked[0]?.done(withCurve);
    expect(await first).toBe(await second);
    expect(await studies.ask('rehearsal', [PLAN], REHEARSAL)).toBe(await first);
    expect(studies.curveOf(PLAN.id)).toEqual([[95, 2, 3]]);
    const others = [
      studies.ask('rehearsal', [PLAN], { seed: 2, scenarios: 20 }),
      studies.ask('rehearsal', [OTHER], REHEARSAL),
      studies.ask('comparison', [PLAN, OTHER], REHEARSAL),
      studies.ask('comparison', [OTHER, PLAN], REHEARSAL),
    ];
    for (let i = 1; i <= others.length; i++) {
      await settled();
      expect(thread.asked).toHaveLength(1 + i);
      thread.asked[i]?.done(withCurve);
      await settled();
    }
    await Promise.all(others);
  });

  it('64 answers are kept, those that were used last', async () => {
    const thread = byHand();
    const ask = async (scenario: number): Promise<void> => {
      const before = thread.asked.length;
      const answer = studies.ask('night', [PLAN], { seed: 1, scenario });
      await settled();
      if (thread.asked.length > before) thread.asked[before]?.done({});
      await answer;
    };
    for (let i = 0; i < 64; i++) await ask(i);
    await ask(0);
    expect(thread.asked).toHaveLength(64);
    await ask(64);
    await ask(0);
    expect(thread.asked).toHaveLength(65);
    await ask(1);
    expect(thread.asked).toHaveLength(66);
  });

  it('twenty may wait, one more is told to ask again; what is known is still answered', async () => {
    const thread = byHand();
    const known = studies.ask('rehearsal', [PLAN], REHEARSAL);
    await settled();
    thread.asked[0]?.done(withCurve);
    await known;
    const all = Array.from({ length: 21 }, (_, seed) => studies.ask('rehearsal', [OTHER], { seed, scenarios: 1 }).catch(() => null));
    await settled();
    await expect(studies.ask('rehearsal', [OTHER], REHEARSAL)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429 });
    await expect(studies.ask('limits', [OTHER], { seed: 1 })).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(await studies.ask('rehearsal', [PLAN], REHEARSAL)).toBe(await known);
    expect(await Promise.race([studies.ask('rehearsal', [OTHER], { seed: 3, scenarios: 1 }), settled()])).toBeUndefined();
    await studies.close();
    expect(await Promise.all(all)).toEqual(Array.from({ length: 21 }, () => null));
  });

  it('working: who is at it and how far, who waits', async () => {
    const thread = byHand();
    const answers = [studies.ask('rehearsal', [PLAN], REHEARSAL), studies.ask('night', [OTHER], { seed: 1, scenario: 0 })];
    await settled();
    thread.asked[0]?.tell({ done: 5, total: 20 });
    expect(studies.working()).toMatchObject([
      { plan: PLAN.id, what: 'rehearsing the plan', done: 5, total: 20 },
      { plan: OTHER.id, what: 'waiting for its turn: living through one night', done: 0, total: null },
    ]);
    thread.asked[0]?.done(withCurve);
    await answers[0];
    await settled();
    thread.asked[1]?.done({});
    await answers[1];
    expect(studies.working()).toEqual([]);
  });

  it('what fails is not kept, and the next one is answered', async () => {
    const thread = byHand();
    const failing = studies.ask('rehearsal', [PLAN], REHEARSAL);
    const next = studies.ask('rehearsal', [OTHER], REHEARSAL);
    await settled();
    thread.asked[0]?.fail(new Error('no memory'));
    await expect(failing).rejects.toThrow('no memory');
    await settled();
    thread.asked[1]?.done(withCurve);
    await next;
    const again = studies.ask('rehearsal', [PLAN], REHEARSAL);
    await settled();
    thread.asked[2]?.done(withCurve);
    await again;
  });
});

describe('on threads', () => {
  it('the answers are those of the drivers here and now, and this thread has hardly anything to do with them', async () => {
    studies = openStudies();
    const big: Plan = { ...maintenancePlan({ nodes: 2_000 }), id: 'c'.repeat(64) };
    await studies.ask('rehearsal', [PLAN], REHEARSAL);
    const before = process.threadCpuUsage();
    const { forecast, spans, tookMs } = await studies.ask('rehearsal', [big], { seed: 3, scenarios: 60 });
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(Math.min(100, tookMs / 2));
    expect(forecast).toEqual(answerAll(rehearsing(big, { seed: 3, scenarios: 60 }), answerHere()));
    expect(spans.length).toBeGreaterThan(1);
    expect(await studies.ask('comparison', [PLAN, OTHER], REHEARSAL)).toEqual(answerAll(comparing(PLAN, OTHER, REHEARSAL), answerHere()));
  }, 60_000);

  it('a plan that cannot be rehearsed is an error that says why, and the next one is answered', async () => {
    studies = openStudies();
    const broken = { ...PLAN, procedures: {} };
    await expect(studies.ask('night', [broken], { seed: 1, scenario: 0 })).rejects.toThrow('procedure node');
    expect((await studies.ask('night', [OTHER], { seed: 1, scenario: 0 })).baseline).toBe(30);
  });

  it('closed in the middle: whoever waits is told', async () => {
    studies = openStudies();
    const under = studies.ask('limits', [PLAN], { seed: 1 });
    const waiting = studies.ask('questions', [PLAN], { seed: 1 });
    const told = Promise.allSettled([under, waiting]);
    await settled();
    await studies.close();
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('in slices', () => {
  it.each([
    ['a rehearsal', () => rehearsing(PLAN, { seed: 1, scenarios: 30 })],
    ['limits', () => limiting(PLAN, { seed: 1, scenarios: 9 })],
  ])('%s: the same answer, with progress on the way', async (_, driver) => {
    studies = openStudies();
    const seen: Progress[] = [];
    const answer = answerHere();
    const sliced = await carryInSlices<unknown>(
      driver(),
      (requests) => Promise.resolve(requests.map(answer)),
      (progress) => seen.push(progress),
    );
    expect(sliced).toEqual(answerAll<unknown>(driver(), answerHere()));
    expect(seen.length).toBeGreaterThan(7);
    expect(seen.every(({ done, total }, i) => done <= total && done >= (seen[i - 1]?.done ?? 0))).toBe(true);
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
  });
});
