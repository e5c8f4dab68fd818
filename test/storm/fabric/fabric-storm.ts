// One storm over a fabric: a whole run on the twin with switches, links, subnet managers, allocator and alerts, in which by seed nearly
// everything may go wrong and the runner is killed; then the outside checkers judge what was felt.
import { FLAG, STAGES, stageCode } from '../../../src/core/run/states.ts';
import { hasFlag } from '../../../src/core/run/state.ts';
import { statusOf } from '../../../src/core/run/status.ts';
import { approve, consent, CONTROLS, release, straggler } from '../../../src/runner/controls.ts';
import { checkFabric } from '../../checkers/fabric/check-fabric.ts';
import { TwinRun } from '../../twin-run.ts';
import { between, chances, pick } from '../chances.ts';
import type { StormReport } from '../storm.ts';
import { CUSTOMER, fabricPlan, WANTED } from './fabric-plan.ts';
import { fabricTwin } from './fabric-twin.ts';
import { clearUp, repairAll, say, siteOf, strike, WORDS, type Site } from './weather.ts';

const NEVER_MIN = 72 * 60;
/** Nothing new goes wrong after this. */
const CALM_MIN = 240;
/** So long after they came people give up what does not mend. */
const GIVE_UP_MIN = 480;
const SILENT_MIN = 12 * 60;
const KIND = 78;
const WAITING = stageCode('waiting');

export async function fabricStorm(seed: number): Promise<StormReport> {
  const chance = chances(seed, KIND);
  const plan = fabricPlan(chance);
  const t = new TwinRun(plan, fabricTwin(plan, chance, seed), { shardTargets: between(chance, 1, 20) });
  const site = siteOf(t, chance);
  const stuck = new Stuck(t);
  // Who comes by late leaves everything to itself for longer than anything may be silent.
  const attendedFrom = chance() < 0.15 ? SILENT_MIN + 1.5 * CALM_MIN : 0;
  await t.confirmed();
  let crashes = 0;
  for (let minute = 0; minute < NEVER_MIN && !(await t.finished());) {
    const step = minute < CALM_MIN ? between(chance, 1, 12) : between(chance, 5, 30);
    minute += step;
    await t.pass(step);
    if ((await t.finished()) || t.host.stopped !== null) break;
    stuck.look(minute);
    if (minute < CALM_MIN) {
      if (chance() < 0.1) {
        crashes++;
        await t.crash();
      } else if (chance() < 0.5) strike(site);
    }
    if (minute >= attendedFrom) await attend(site, minute - attendedFrom);
  }
  return report(t, seed, crashes, stuck);
}

/** Somebody on duty, who comes by now and then and sooner or later settles everything. */
async function attend(site: Site, minute: number): Promise<void> {
  const { t, chance } = site;
  if (chance() < 0.4) return;
  clearUp(site, 0.3);
  if (minute > CALM_MIN && chance() < 0.2) repairAll(site);
  if (chance() < 0.3) await t.clock.run(consent(t.host, WORDS, CUSTOMER, 'affected'));
  if (chance() < 0.1) await t.clock.run(consent(t.host, WORDS, pick(chance, [null, CUSTOMER]), 'requeue'));
  say(() => CONTROLS.resume(t.host, WORDS));
  if (chance() < 0.5) say(() => approve(t.host, WORDS, null));
  for (const { target, waitingFor } of statusOf(t.host.chronicle).stragglers) mopUp(site, target, waitingFor, minute);
  if (minute > CALM_MIN) for (const node of site.nodes) if (node.startsWith('m')) say(() => release(t.host, { ...WORDS, targets: node }));
  if (minute > GIVE_UP_MIN) say(() => approve(t.host, WORDS, 'return'));
  if (minute > 2 * GIVE_UP_MIN) say(() => CONTROLS.recall(t.host, WORDS));
}

function mopUp({ t, chance, hands, switches }: Site, target: string, waitingFor: string, minute: number): void {
  if (chance() < 0.3) {
    if (switches.includes(target)) hands.repairSwitch(target);
    else t.twin.repair(target);
  }
  if (waitingFor.includes('resume')) say(() => CONTROLS.resume(t.host, { ...WORDS, targets: target }));
  else if (waitingFor.includes('retry') && chance() < 0.5) {
    const act = minute > GIVE_UP_MIN ? 'drop' : pick(chance, ['retry', 'fixed', 'fixed'] as const);
    say(() => straggler(t.host, { ...WORDS, targets: target }, act));
  }
}

/** When nothing moves for half a day, everybody who is not through must say what it waits for. */
class Stuck {
  readonly wrong: string[] = [];
  readonly #t: TwinRun;
  #shown = '';
  #since = 0;

  constructor(t: TwinRun) {
    this.#t = t;
  }

  look(minute: number): void {
    const { chronicle } = this.#t.host;
    const { state } = chronicle;
    const shown = `${state.stage.join()} ${state.step.join()} ${state.starts.join()} ${state.run.begun}`;
    if (shown !== this.#shown) [this.#shown, this.#since] = [shown, minute];
    if (minute - this.#since < SILENT_MIN) return;
    this.#since = minute;
    const { heldBy, stragglers } = this.#t.status;
    const said = new Set(stragglers.filter(({ cause, waitingFor }) => cause !== '' && waitingFor !== '').map(({ target }) => target));
    // The customer's own page and the targets' release say it of those that nobody has handed over.
    const isUnreleased = (target: number): boolean => state.stage[target] === WAITING && !hasFlag(state, target, FLAG.released);
    const waits = state.stage.some((_, target) => (this.#t.host.waitingFor[target] ?? '') !== '' || isUnreleased(target));
    for (const [target, name] of this.#t.host.parts.program.targets.entries()) {
      const stage = STAGES[state.stage[target] as number] ?? '';
      if (['settled', 'skipped', 'dropped', 'returned'].includes(stage) || said.has(name)) continue;
      const own = (this.#t.host.waitingFor[target] ?? '') !== '';
      // Who stands behind others is named with what holds the run, or is behind somebody who says what he waits for.
      const behind = stage !== 'running' && stage !== 'straggling' && (heldBy.length > 0 || waits || stragglers.length > 0);
      if (!own && !behind) this.wrong.push(`at minute ${minute} ${name} is ${stage}, and nobody says what it waits for`);
    }
  }
}

async function report(t: TwinRun, seed: number, crashes: number, { wrong: stuck }: Stuck): Promise<StormReport> {
  const entries = await t.entries();
  const ended = await t.finished();
  const { chronicle, program } = t.last;
  const status = statusOf(chronicle);
  const waiting = program.targets.flatMap((name, target) => {
    const why = t.host.waitingFor[target];
    return why ? [`${name}: ${why}`] : [];
  });
  const late = `not finished after ${NEVER_MIN} simulated minutes, stopped ${t.host.stopped}, waiting for ${waiting.join('; ')}: ${JSON.stringify(status)}`;
  const wrong = [...stuck, ...(ended ? [] : [late]), ...wrongVersions(t)];
  const { plan, twin } = t;
  const violations = [...(await t.check()), ...checkFabric({ felt: twin.felt, entries, program, plan, finished: ended })];
  return { seed, violations, wrong, crashes, returned: status.returned, stragglers: status.stragglers.length, entries: entries.length };
}

/** Whoever settled runs what was wanted, unless it was sent back. */
function wrongVersions(t: TwinRun): string[] {
  const { program, chronicle } = t.last;
  const settled = stageCode('settled');
  return program.targets.flatMap((name, target) => {
    const components = Object.keys(program.chains[program.chainOf[target] as number]?.components ?? {});
    const isBack = program.steps[chronicle.state.step[target] as number]?.back === true;
    if (chronicle.state.stage[target] !== settled || components.length === 0 || isBack) return [];
    const runs = t.host.kind(target) === 'switch' ? (t.twin.hands?.versionsOf(name) ?? {}) : t.twin.versionsOf(name);
    const component = components.includes('host-os') ? 'host-os' : (components[0] ?? '');
    return runs[component] === WANTED ? [] : [`${name} was returned but runs ${component} ${runs[component]}`];
  });
}
