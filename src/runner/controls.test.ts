import { afterEach, describe, expect, it } from 'vitest';
import { testPlan } from '../../test/plans.ts';
import { TwinRun } from '../../test/twin-run.ts';
import type { Approval } from '../core/change/policy.ts';
import { statusOf } from '../core/run/status.ts';
import { approve, consent, ControlRefusedError, CONTROLS, straggler, type Words } from './controls.ts';
import { controlsOf, type ControlOffer } from './controls-offered.ts';
import { LEAVES } from './leaves.ts';

afterEach(() => {
  TwinRun.made.length = 0;
});

const by = (name: string, targets: string | null = null): Words => ({ by: name, why: `said by ${name}`, targets });
const two = (...of: Approval['of']): { approval: Approval } => ({ approval: { people: 2, of } });
const offered = (t: TwinRun, word: string, targets: 'run' | 'set', gate: string | null = null): ControlOffer | undefined =>
  controlsOf(t.host).find((one) => one.word === word && one.gate === gate && one.targets === targets);

describe('two people', () => {
  it('confirm: the first is recorded, the same again refused, another one carries it out and both are named', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4, policy: two('confirm') })).create();
    expect(CONTROLS.confirm(t.host, by('ada'))).toBe('recorded: a second person must say the same (confirm) within an hour');
    expect(t.host.chronicle.state.run.confirmed).toBe(false);
    expect(() => CONTROLS.confirm(t.host, by('Ada'))).toThrow('ada has said so already; a second person must');
    expect(() => CONTROLS.confirm(t.host, by('  '))).toThrow(ControlRefusedError);
    expect(CONTROLS.confirm(t.host, by('bob'))).toBe(LEAVES.confirm);
    expect(t.host.chronicle.state.run.confirmed).toBe(true);
    await t.untilState('settled');
    const entries = (await t.entries()).filter(({ note }) => note?.by?.includes('ada') === true);
    expect(entries.map(({ kind, note }) => [kind, note?.by, note?.data])).toEqual([
      ['note', 'ada', { asks: 'confirm', gate: null, targets: null, asked: 1 }],
      ['confirm', 'ada and bob', { agreesTo: 1, saidBy: ['ada', 'bob'] }],
    ]);
    expect(() => CONTROLS.confirm(t.host, by('bob'))).not.toThrow();
  });

  it('survives a restart, and is forgotten after an hour of the run', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4, policy: two('confirm') })).create();
    CONTROLS.confirm(t.host, by('ada'));
    await t.pass(10);
    await t.crash();
    expect(() => CONTROLS.confirm(t.host, by('ada'))).toThrow('ada has said so already');
    await t.pass(51);
    expect(CONTROLS.confirm(t.host, by('bob'))).toContain('recorded');
    expect(t.host.chronicle.state.run.confirmed).toBe(false);
    CONTROLS.confirm(t.host, by('ada'));
    expect(t.host.chronicle.state.run.confirmed).toBe(true);
  });

  it('approve of whatever asks: each wave for itself', async () => {
    const t = await new TwinRun(testPlan({ nodes: 8, mode: 'confirm', policy: two('approve') })).confirmed();
    await t.until((host) => statusOf(host.chronicle).waves[0]?.state === 'asking', 'the canary to ask');
    expect(() => approve(t.host, by('ada'), 'main')).toThrow('does not ask');
    expect(approve(t.host, by('ada'), null)).toContain('recorded: a second person must say the same (approve canary)');
    expect(() => approve(t.host, by('ada'), null)).toThrow('ada has said so already');
    expect(offered(t, 'approve', 'run', 'canary')).toMatchObject({ people: 2, pending: { by: 'ada', why: 'said by ada' } });
    expect(approve(t.host, by('bob'), 'canary')).toBe('approved: canary');
    expect(statusOf(t.host.chronicle).waves[0]?.state).toBe('open');
    expect(offered(t, 'approve', 'run', 'canary')).toBeUndefined();
  });

  it('words about targets must be about the same ones, however they are written', async () => {
    const plan = testPlan({ nodes: 20, returnedShare: 0.8, policy: two('drop', 'recall', 'consent', 'abort') });
    const t = await new TwinRun(plan, { faults: { neverBack: { nodes: ['n5', 'n6'] } } }).confirmed();
    await t.until((host) => statusOf(host.chronicle).stages['straggling'] === 'n[5-6]', 'both to wait for people');
    straggler(t.host, by('ada', 'n[5-6]'), 'drop');
    expect(straggler(t.host, by('bob', 'n5'), 'drop')).toContain('recorded');
    expect(offered(t, 'drop', 'set')).toMatchObject({ pending: { by: 'bob', targets: 'n5' } });
    expect(straggler(t.host, by('bob', 'n6,n5'), 'drop')).toBe(LEAVES.drop);
    expect(statusOf(t.host.chronicle).stages['dropped']).toBe('n[5-6]');
  });

  it('consent and abort as well', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4, policy: two('consent', 'abort') })).confirmed();
    const says = (name: string, to: 'signal' | 'requeue'): Promise<string> => t.clock.run(consent(t.host, by(name), 'aurora', to));
    expect(await says('ada', 'signal')).toContain('recorded');
    expect(await says('bob', 'requeue')).toContain('recorded');
    expect(await says('bob', 'signal')).toContain(LEAVES.consent);
    expect(t.host.chronicle.acts.filter(({ kind }) => kind === 'consent').map(({ data }) => data)).toEqual([
      expect.objectContaining({ customer: 'aurora', to: 'signal', saidBy: ['ada', 'bob'] }),
    ]);
    CONTROLS.abort(t.host, by('ada'));
    expect(t.host.chronicle.state.run.aborted).toBe(false);
    CONTROLS.abort(t.host, by('bob'));
    expect(t.host.chronicle.state.run.aborted).toBe(true);
  });
});

describe('words on offer', () => {
  it('say what they leave in the words of their answer, and why they cannot be said', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4 })).create();
    expect(offered(t, 'confirm', 'run')).toMatchObject({ allowed: true, whyNot: '', leaves: LEAVES.confirm, people: 1, pending: null });
    expect(offered(t, 'resume', 'run')).toMatchObject({ allowed: false, whyNot: 'it is not paused' });
    t.say('confirm');
    expect(offered(t, 'confirm', 'run')).toMatchObject({ allowed: false, whyNot: 'it was confirmed already' });
    expect(CONTROLS.pause(t.host, by('ada'))).toBe(offered(t, 'pause', 'run')?.leaves);
    expect(offered(t, 'pause', 'run')?.allowed).toBe(false);
    expect(CONTROLS.resume(t.host, by('ada'))).toBe(offered(t, 'resume', 'run')?.leaves);
    await t.until((host) => host.chronicle.state.run.begun, 'the begin');
    expect(offered(t, 'resume', 'set')?.allowed).toBe(false);
    t.say('hold', 'n2');
    expect(offered(t, 'resume', 'set')?.allowed).toBe(true);
    t.say('resume', 'n2');
    await t.untilState('settled');
    const allowed = controlsOf(t.host).filter((one) => one.allowed);
    expect(allowed).toEqual([]);
  });

  it('a gate that holds is offered by its wave, and gone once it is approved', async () => {
    const t = await new TwinRun(testPlan({ nodes: 8 }), { faults: { neverBack: { nodes: ['n1'] } } }).confirmed();
    await t.until((host) => statusOf(host.chronicle).stages['straggling'] === 'n1', 'n1 to wait for people');
    expect(offered(t, 'approve', 'run', 'canary')).toMatchObject({ allowed: true, leaves: LEAVES.approveGate });
    expect(offered(t, 'approve', 'run', 'return')).toMatchObject({ allowed: true });
    expect(offered(t, 'retry', 'set')).toMatchObject({ allowed: true, destructive: false });
    expect(offered(t, 'drop', 'set')).toMatchObject({ allowed: true, destructive: true });
    approve(t.host, by('ada'), null);
    expect(offered(t, 'approve', 'run', 'canary')).toBeUndefined();
  });

  it('a straggler is taken in hand by somebody, until it is back', async () => {
    const t = await new TwinRun(testPlan({ nodes: 20 }), { faults: { neverBack: { nodes: ['n5'] } } }).confirmed();
    await t.untilState('settled');
    const [before] = t.status.stragglers;
    expect(before).toMatchObject({ target: 'n5', has: null });
    expect(before?.tried.map(({ step, attempt, how }) => [step, attempt, how])).toEqual([
      ['activate', 1, 'expired'],
      ['mop-up-reboot', 1, 'expired'],
    ]);
    expect(() => straggler(t.host, by('cy', 'n4'), 'take')).toThrow('n4 is no straggler');
    expect(straggler(t.host, by('cy', 'n5'), 'take')).toBe(LEAVES.take);
    expect(t.status.stragglers).toMatchObject([{ has: 'cy', cause: before?.cause }]);
    await t.pass(1);
    await t.crash();
    expect(t.status.stragglers).toMatchObject([{ has: 'cy' }]);
    t.twin.repair('n5');
    straggler(t.host, by('cy', 'n5'), 'fixed');
    await t.until((host) => host.chronicle.state.run.open === 0, 'n5 to come back');
    expect(t.host.chronicle.has[t.host.parts.program.idOf.get('n5') ?? -1]).toBeNull();
  });
});
