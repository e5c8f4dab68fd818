// A made-up run for the tests of the checkers: four nodes, a host image, everything as it should be, and ways to make it wrong.
import type { EntryKind, StoredEntry } from '../../src/core/ports.ts';
import { compile } from '../../src/core/run/compile.ts';
import type { Policy } from '../../src/core/change/policy.ts';
import type { Mode } from '../../src/core/fleet/model.ts';
import type { Program } from '../../src/core/run/program.ts';
import type { FeltEvent } from '../../src/sim/twin/felt-log.ts';
import { must } from '../../src/std/assert.ts';
import { testPlan, testPolicy, testProcedure, testStep } from '../plans.ts';
import type { CheckInput } from './evidence.ts';
import { twinHistory } from './history.ts';

const RUN = 'r1';
const SECOND_MS = 1_000;

export class Story {
  readonly felt: FeltEvent[] = [];
  readonly entries: StoredEntry[] = [];
  readonly program: Program;
  readonly #policy: Policy;
  now = 1_000_000;
  epoch = 0;

  constructor(mode: Mode = 'act', policy: Partial<Policy> = {}) {
    const limit = { count: 2, per: 'fleet', owner: null, why: null, until: null } as const;
    this.#policy = testPolicy({ limits: { 'image-server': limit }, ...policy });
    const steps = testProcedure().steps.map((step) =>
      step.name === 'apply' ? testStep('apply', step.action, { ...step, uses: ['image-server'] }) : step,
    );
    this.program = compile(testPlan({ nodes: 4, canary: 1, mode, atOnce: 2, policy: this.#policy, procedure: { steps } }));
    this.claim();
  }

  /** A moment later. */
  tick(ms = SECOND_MS): this {
    this.now += ms;
    return this;
  }

  /** A new owner takes over: the first one, or after a crash. */
  claim(): this {
    this.epoch++;
    return this.write('claim', null, '');
  }

  write(kind: EntryKind, node: string | null, step: string, attempt = 1): this {
    const target = node === null ? -1 : must(this.program.idOf.get(node), node);
    const id = this.program.steps.find((one) => one.name === step && (target < 0 || one.chain === this.program.chainOf[target]))?.id ?? -1;
    const data = kind === 'intent' ? { key: `${RUN}/${step}/${attempt}` } : {};
    const { epoch, now: at } = this;
    this.entries.push({ seq: this.entries.length + 1, shard: 0, epoch, at, target, kind, step: id, attempt, note: { data } });
    return this;
  }

  feel(what: FeltEvent['what'], node: string, more: Partial<FeltEvent> = {}): this {
    this.felt.push({ at: this.now, what, node, actor: 'pitstop', ...more });
    return this;
  }

  look(node: string): this {
    return this.feel('observe', node, { role: 'scheduler' }).feel('observe', node, { role: 'shell' });
  }

  act(step: string, what: FeltEvent['what'], node: string, more: Partial<FeltEvent> = {}): this {
    return this.feel(what, node, { key: `${RUN}/${step}/1`, ...more });
  }

  drain(node: string): this {
    this.tick()
      .look(node)
      .write('intent', node, 'drain')
      .feel('reserve', '', { nodes: [node] })
      .feel('drain', '', { nodes: [node] });
    return this.tick().write('done', node, 'drain');
  }

  apply(node: string): this {
    this.tick()
      .look(node)
      .tick()
      .write('intent', node, 'apply')
      .act('apply', 'apply', node, { work: 0, exit: 0, tookMs: 10 * SECOND_MS });
    return this.tick(10 * SECOND_MS).write('done', node, 'apply');
  }

  reboot(node: string): this {
    this.tick().look(node).tick().write('intent', node, 'activate').act('activate', 'reboot', node, { by: 'ssh', work: 0 });
    this.tick()
      .feel('down', node, { actor: 'world' })
      .tick(60 * SECOND_MS)
      .feel('booted', node, { actor: 'world', by: 'ssh' });
    return this.tick().write('done', node, 'activate');
  }

  validate(node: string): this {
    this.tick().act('conform', 'read', node).write('done', node, 'conform');
    return this.tick().act('validate', 'check', node, { exit: 0 }).write('done', node, 'validate');
  }

  giveBack(node: string): this {
    this.tick()
      .look(node)
      .write('intent', node, 'return')
      .feel('undrain', '', { nodes: [node] })
      .feel('unreserve', '', { nodes: [node] });
    return this.tick().write('done', node, 'return').write('soak-passed', node, 'return');
  }

  node(node: string): this {
    return this.drain(node).apply(node).reboot(node).validate(node).giveBack(node);
  }

  job(id: number, node: string, what: FeltEvent['what'], more: Partial<FeltEvent> = {}): this {
    return this.feel(what, '', { nodes: [node], job: id, actor: 'world', ...more });
  }

  input(more: Partial<CheckInput> = {}): CheckInput {
    const { entries, program } = this;
    return { run: RUN, history: twinHistory(this.felt), entries, program, jobs: this.#policy.jobs, finished: true, ...more };
  }
}

/** All four nodes through everything, one of them after a crash, one dead for good. */
export function goodStory(mode: Mode = 'act', policy: Partial<Policy> = {}): Story {
  const story = new Story(mode, policy);
  story.job(1, 'n2', 'job-start').node('n1');
  story.job(1, 'n2', 'job-signal').job(1, 'n2', 'checkpoint').tick().job(1, 'n2', 'job-end', { how: 'done' });
  story.drain('n2').claim().apply('n2').reboot('n2').validate('n2').giveBack('n2').job(2, 'n2', 'job-start');
  story.drain('n3').drain('n4').apply('n3').apply('n4').reboot('n4').validate('n4').giveBack('n4');
  story.tick().look('n3').write('intent', 'n3', 'activate').act('activate', 'reboot', 'n3', { by: 'ssh', work: 0 });
  story.tick().feel('down', 'n3', { actor: 'world' }).tick().feel('dead', 'n3', { actor: 'world' });
  return story.tick().write('expired', 'n3', 'activate').write('drop', 'n3', 'activate');
}
