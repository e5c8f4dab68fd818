import { describe, expect, test } from 'vitest';
import type { JobsPolicy } from '../../src/core/change/policy.ts';
import { must } from '../../src/std/assert.ts';
import type { FeltRecord } from '../../testbed/felt.ts';
import { checkRun, showViolations } from './check-run.ts';
import type { CheckInput } from './evidence.ts';
import { testbedHistory } from './history.ts';
import { goodStory, Story } from './story.ts';

const ASKS: JobsPolicy = {
  ask: { kind: 'signal', signal: 'USR1', to: 'batch' },
  proof: { kind: 'requeued' },
  // oxlint-disable-next-line unicorn/no-thenable -- the word of policy.yaml; a text is no thenable
  then: 'requeue',
  proofTimeoutMs: 1,
};

/** The rules that were broken, each once. */
function broken(input: CheckInput): string[] {
  return [...new Set(checkRun(input).map(({ rule }) => rule))].sort();
}

describe('checkers: a run as it should be', () => {
  test('nothing is found (a crash, a straggler and jobs included)', () => {
    expect(showViolations(checkRun(goodStory().input()))).toBe('');
  });

  test('nothing is found where drains are not felt (testbed)', () => {
    const story = goodStory();
    const words = story.felt.flatMap(({ at, node, what, by, work }): FeltRecord[] => {
      if (what === 'observe') return [{ at, node, what: 'work', work: 0 }];
      const onNode = ['apply', 'reboot', 'down', 'dead', 'booted', 'read', 'check'] as const;
      const word = onNode.find((one) => one === what);
      return word ? [{ at, node, what: word, ...(by === undefined ? {} : { by }), ...(work === undefined ? {} : { work }) }] : [];
    });
    expect(showViolations(checkRun(story.input({ history: testbedHistory(words) })))).toBe('');
  });
});

describe('checkers: planted violations are caught', () => {
  test('an act on work: by what the node counted, and by the jobs on it', () => {
    const counted = new Story().drain('n1').tick().look('n1').write('intent', 'n1', 'apply').act('apply', 'apply', 'n1', { work: 2 });
    expect(broken(counted.input({ finished: false }))).toEqual(['act-on-work']);
    const seen = new Story().job(7, 'n1', 'job-start').drain('n1').apply('n1');
    expect(checkRun(seen.input({ finished: false }))).toMatchObject([
      { rule: 'act-on-work', target: 'n1', message: expect.stringContaining('7') },
    ]);
  });

  test('a stale look: none, one before the claim in force, one before the act before', () => {
    const none = new Story().drain('n1').tick();
    none.felt.splice(0, none.felt.length, ...none.felt.filter(({ what }) => what !== 'observe'));
    none.write('intent', 'n1', 'apply').act('apply', 'apply', 'n1', { work: 0 });
    expect(broken(none.input({ finished: false }))).toEqual(['fresh-observation']);
    const crashed = new Story()
      .drain('n1')
      .tick()
      .look('n1')
      .tick()
      .claim()
      .tick()
      .write('intent', 'n1', 'apply')
      .act('apply', 'apply', 'n1');
    expect(broken(crashed.input({ finished: false }))).toEqual(['fresh-observation']);
    const twice = new Story()
      .drain('n1')
      .apply('n1')
      .tick()
      .write('intent', 'n1', 'activate')
      .act('activate', 'reboot', 'n1', { by: 'ssh' });
    expect(broken(twice.input({ finished: false }))).toEqual(['fresh-observation']);
  });

  test('an act of a fenced owner: its intent is of an older epoch', () => {
    const story = new Story()
      .drain('n1')
      .tick()
      .write('intent', 'n1', 'apply')
      .tick()
      .claim()
      .tick()
      .look('n1')
      .tick()
      .act('apply', 'apply', 'n1');
    expect(checkRun(story.input({ finished: false }))).toMatchObject([
      { rule: 'fresh-observation', message: 'apply: no intent of epoch 2 before it' },
    ]);
  });

  test('a limit exceeded: targets at once, targets unavailable, users of a server', () => {
    const wave = new Story().drain('n2').drain('n3').drain('n4');
    expect(checkRun(wave.input({ finished: false }))).toMatchObject([
      { rule: 'limit', target: 'n4', message: 'at once: 3 at once, 2 allowed' },
    ]);
    const two = { kind: 'count', count: 2 } as const;
    const out = new Story('act', { unavailableAtMost: two }).drain('n1').drain('n2').tick().write('expired', 'n2', 'drain').drain('n3');
    expect(checkRun(out.input({ finished: false }))).toMatchObject([
      { rule: 'limit', message: 'unavailable at most: 3 at once, 2 allowed' },
    ]);
    const server = new Story();
    for (const node of ['n1', 'n2', 'n3']) server.drain(node).tick().look(node).write('intent', node, 'apply');
    for (const node of ['n1', 'n2', 'n3']) server.tick().act('apply', 'apply', node, { work: 0, tookMs: 10_000 });
    expect(checkRun(server.input({ finished: false }))).toMatchObject([
      { rule: 'limit', target: 'n3', message: 'image-server: 3 at once, 2 allowed' },
    ]);
  });

  test('a straggler gives its place among those at once back, and no more', () => {
    const story = new Story().drain('n2').drain('n3').tick().write('expired', 'n2', 'drain').drain('n4');
    expect(showViolations(checkRun(story.input({ finished: false })))).toBe('');
    const before = new Story().drain('n2').drain('n3').drain('n4').tick().write('expired', 'n2', 'drain');
    expect(broken(before.input({ finished: false }))).toEqual(['limit']);
  });

  test('a reboot: without its own intent, beyond the attempts, after a verified one', () => {
    const again = (story: Story): Story => story.tick().look('n1').act('activate', 'reboot', 'n1', { by: 'ssh', work: 0 });
    const shared = again(
      new Story()
        .drain('n1')
        .apply('n1')
        .tick()
        .look('n1')
        .write('intent', 'n1', 'activate')
        .act('activate', 'reboot', 'n1', { by: 'ssh' }),
    );
    expect(checkRun(shared.input({ finished: false }))).toMatchObject([{ rule: 'reboot', message: expect.stringContaining('1 intents') }]);
    const many = new Story().drain('n1').apply('n1');
    for (let i = 0; i < 3; i++) again(many.tick().write('intent', 'n1', 'activate'));
    expect(checkRun(many.input({ finished: false }))).toMatchObject([{ rule: 'reboot', message: expect.stringContaining('3 tries') }]);
    const verified = again(new Story().drain('n1').apply('n1').reboot('n1').tick().write('intent', 'n1', 'activate'));
    expect(checkRun(verified.input({ finished: false }))).toMatchObject([
      { rule: 'reboot', message: expect.stringContaining('after a verified one') },
    ]);
  });

  test('a reboot asked again after a crash is allowed once more, with an intent of its own', () => {
    const story = new Story().drain('n1').apply('n1');
    const once = (): Story =>
      story.tick().look('n1').write('intent', 'n1', 'activate').act('activate', 'reboot', 'n1', { by: 'ssh', work: 0 });
    once().tick().write('failed', 'n1', 'activate');
    once().tick().claim();
    expect(showViolations(checkRun(once().input({ finished: false })))).toBe('');
    expect(broken(once().input({ finished: false }))).toEqual(['reboot']);
  });

  test('a foreign drain: overwritten, lifted, or gone in the end', () => {
    const foreign = (): Story => new Story().feel('drain', '', { nodes: ['n1'], actor: 'foreign', reason: 'bad DIMM' }).tick();
    expect(
      broken(
        foreign()
          .feel('drain', '', { nodes: ['n1'] })
          .input({ finished: false }),
      ),
    ).toEqual(['foreign-drain']);
    expect(
      broken(
        foreign()
          .feel('undrain', '', { nodes: ['n1'] })
          .input({ finished: false }),
      ),
    ).toEqual(['foreign-drain']);
    const gone = new Map([['n1', { drain: null, reservation: null }]]);
    expect(broken(foreign().input({ last: gone }))).toEqual(['foreign-drain']);
    const kept = new Map([['n1', { drain: { by: 'foreign', run: null, reason: 'bad DIMM' } as const, reservation: null }]]);
    expect(broken(foreign().input({ last: kept }))).toEqual([]);
    const lifted = foreign()
      .feel('undrain', '', { nodes: ['n1'], actor: 'foreign' })
      .tick()
      .feel('drain', '', { nodes: ['n1'] });
    expect(broken(lifted.input({ finished: false }))).toEqual([]);
  });

  test('something of ours left behind: on a returned node, an untouched one, and by the last look', () => {
    const returned = goodStory().feel('drain', '', { nodes: ['n1'] });
    expect(broken(returned.input())).toEqual(['left-behind']);
    const untouched = new Story()
      .feel('reserve', '', { nodes: ['n1'] })
      .tick()
      .write('skip', 'n1', '');
    expect(checkRun(untouched.input())).toMatchObject([
      { rule: 'left-behind', message: 'our reservation stands on a node that is untouched' },
    ]);
    const ours = { by: 'pitstop', run: 'r1', reason: 'pitstop:r1 image' } as const;
    expect(broken(goodStory().input({ last: new Map([['n2', { drain: ours, reservation: null }]]) }))).toEqual(['left-behind']);
    expect(broken(goodStory().input({ last: new Map([['n3', { drain: ours, reservation: ours }]]) }))).toEqual([]);
  });

  test('a job that starts before the node was validated', () => {
    const story = new Story().drain('n1').apply('n1').reboot('n1').job(9, 'n1', 'job-start');
    expect(broken(story.input({ finished: false }))).toEqual(['unvalidated']);
    const after = new Story().drain('n1').apply('n1').reboot('n1').validate('n1').giveBack('n1').job(9, 'n1', 'job-start');
    expect(broken(after.input({ finished: false }))).toEqual([]);
  });

  test('a job: ended against the policy, ended without proof, ended by a signal, asked though nobody is', () => {
    const begun = (): Story => new Story().job(5, 'n1', 'job-start').tick();
    const requeued = (): Story => begun().job(5, 'n1', 'requeue', { actor: 'pitstop' });
    expect(broken(requeued().input({ finished: false }))).toEqual(['job']);
    expect(broken(requeued().input({ finished: false, jobs: ASKS }))).toEqual(['job']);
    expect(broken(requeued().input({ finished: false, jobs: { ...ASKS, ask: { kind: 'none' } } }))).toEqual([]);
    const proven = begun().job(5, 'n1', 'checkpoint').tick().job(5, 'n1', 'requeue', { actor: 'pitstop' });
    expect(broken(proven.input({ finished: false, jobs: ASKS }))).toEqual([]);
    const killed = begun().job(5, 'n1', 'job-signal').tick().job(5, 'n1', 'job-end', { how: 'ended' });
    expect(broken(killed.input({ finished: false, jobs: ASKS }))).toEqual(['job']);
    expect(broken(begun().job(5, 'n1', 'signal', { actor: 'pitstop' }).input({ finished: false }))).toEqual(['job']);
  });

  test('an act that the mode forbids', () => {
    expect(broken(new Story('observe').drain('n1').giveBack('n1').input({ finished: false }))).toEqual(['mode']);
    expect(broken(new Story('drain-only').drain('n1').giveBack('n1').input({ finished: false }))).toEqual([]);
    const staged = new Story('drain-only').drain('n1').feel('stage', 'n1').giveBack('n1');
    expect(checkRun(staged.input({ finished: false }))).toMatchObject([{ rule: 'mode', message: 'stage in mode drain-only' }]);
  });

  test('a node that is no target of the run', () => {
    const story = new Story().feel('reboot', 'n99', { by: 'ssh', work: 0 });
    expect(broken(story.input())).toEqual(['fresh-observation', 'reboot']);
    expect(must(checkRun(story.input())[0], 'a violation').target).toBe('n99');
  });
});
