import { describe, expect, it } from 'vitest';
import type { SchedulerFacts, ShellFacts } from '../ports.ts';
import { eventsOf, seenInService, seenOut, standingOf, UNSEEN, type Sighting } from './sightings.ts';

function scheduler(fields: Partial<SchedulerFacts> = {}): SchedulerFacts {
  return {
    role: 'scheduler',
    inService: true,
    responding: true,
    state: 'idle',
    drain: null,
    reservation: null,
    jobs: [],
    gpus: 8,
    ...fields,
  };
}
const DRAINED = scheduler({ inService: false, state: 'idle+drain', drain: { by: 'foreign', run: null, reason: 'kernel' } });
const SILENT = scheduler({ inService: false, responding: false, state: 'down*+drain' });
const JOB = {
  id: '7',
  name: 'train',
  user: 'ada',
  state: 'running',
  nodes: 'n1',
  batchNode: 'n1',
  startedAt: 0,
  endsBy: null,
  restarts: 0,
  gpus: 8,
  comment: '',
};

function shell(bootId: string | null, reachable = true): ShellFacts {
  return { role: 'shell', reachable, bootId, work: null };
}

const kinds = (...asked: Parameters<typeof eventsOf>): string[] => eventsOf(...asked).map(({ kind }) => kind);
const booted: Sighting = { ...UNSEEN, rebooted: true };

describe('what a watch makes of a look', () => {
  it('a scheduler that does not answer, or does not know: nothing', () => {
    const facts = [null, scheduler({ inService: false, state: 'unknown*' })];
    for (const each of facts) {
      expect(standingOf(each)).toBe('unknown');
      for (const stage of ['waiting', 'running', 'returned'] as const) expect(eventsOf(stage, 0, each, UNSEEN, {})).toEqual([]);
    }
  });

  it('in service: nothing while it waits, back from any step', () => {
    expect(kinds('waiting', 0, scheduler(), UNSEEN, {})).toEqual([]);
    expect(kinds('running', 0, scheduler(), UNSEEN, {})).toEqual(['done', 'done', 'done']);
    expect(kinds('running', 2, scheduler(), UNSEEN, {})).toEqual(['done']);
    expect(kinds('skipped', 0, scheduler(), UNSEEN, {})).toEqual([]);
  });

  it('out: enters the baseline and leaves, with the words of whoever took it; cleared once no job holds it', () => {
    const [entered, left, cleared] = eventsOf('waiting', 0, DRAINED, UNSEEN, { gpus: 8 });
    expect(entered).toEqual({ kind: 'baseline', note: { data: { gpus: 8 } } });
    expect(left).toEqual({ kind: 'release', note: { why: 'left service: idle+drain: kernel', data: { left: true, state: 'idle+drain' } } });
    expect(cleared?.kind).toBe('done');
    expect(kinds('waiting', 0, { ...DRAINED, jobs: [JOB] }, UNSEEN, {})).toEqual(['baseline', 'release']);
    expect(kinds('running', 0, { ...DRAINED, jobs: [JOB] }, booted, {})).toEqual([]);
  });

  it('the work has ended once it was seen on another boot', () => {
    expect(kinds('running', 1, DRAINED, UNSEEN, {})).toEqual([]);
    expect(kinds('running', 1, DRAINED, booted, {})).toEqual(['done']);
    expect(kinds('running', 2, DRAINED, booted, {})).toEqual([]);
  });

  it('out again after its return: the return is taken back', () => {
    for (const stage of ['returned', 'settled'] as const)
      expect(kinds(stage, 2, DRAINED, UNSEEN, {})).toEqual(['soak-failed', 'retry', 'done']);
  });
});

describe('boots seen from outside', () => {
  const known = seenInService(UNSEEN, shell('a'));

  it('by boot id: another one is another boot, whoever was silent in between', () => {
    expect(seenOut(known, null, shell('a'), true).rebooted).toBe(false);
    expect(seenOut(known, SILENT, null, true)).toMatchObject({ down: true, rebooted: false });
    expect(seenOut(known, null, shell('b'), true).rebooted).toBe(true);
    expect(seenOut(seenOut(known, null, shell(null, false), true), null, shell('a'), true)).toMatchObject({ down: true, rebooted: false });
  });

  it('by silence, where no boot id can be had', () => {
    const gone = seenOut(UNSEEN, null, shell(null, false), true);
    expect(gone).toMatchObject({ down: true, rebooted: false });
    expect(seenOut(gone, null, shell(null), true).rebooted).toBe(true);
  });

  it("by the scheduler's words, where there is no shell", () => {
    const gone = seenOut(UNSEEN, SILENT, null, false);
    expect(seenOut(UNSEEN, DRAINED, null, false)).toMatchObject({ down: false, rebooted: false });
    expect(seenOut(gone, SILENT, null, false).rebooted).toBe(false);
    expect(seenOut(gone, DRAINED, null, false).rebooted).toBe(true);
  });

  it('back in service: the boot that runs is the one to tell later ones from', () => {
    const back = seenInService(seenOut(known, null, shell('b'), true), shell('b'));
    expect(back).toMatchObject({ bootId: 'b', down: false, rebooted: false });
    expect(seenOut(back, null, shell('b'), true).rebooted).toBe(false);
  });
});
