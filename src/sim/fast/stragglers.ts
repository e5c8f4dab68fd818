// The stragglers of the full fleet in one scenario. Whose attempts fail and who has a defect is known without a simulation: it hangs on the
// target's own draws. Where and when they fall is what a target of the sample near them tells.
import { soakMsOf } from '../../core/run/soaks.ts';
import { draw } from '../../std/draw.ts';
import { must } from '../../std/assert.ts';
import { keyOf } from '../laws/key.ts';
import type { SimModel } from '../model.ts';
import type { Bulk } from './bulk.ts';
import { binomialQuantile } from './counts.ts';
import { FallenTable } from './fallen.ts';
import { risksOf, type LinksPerNode, type StepRisk } from './risks.ts';
import type { Stratum } from './scale.ts';

const KEY = { count: keyOf('#stragglers'), who: keyOf('#straggler'), where: keyOf('#where'), fault: keyOf('#own fault') } as const;
const NOT_THERE = -1;
/** Neighbours in the sample that are asked when the nearest one had left the happy path before. */
const NEIGHBOURS = 50;

/** A wave of which there is a sample. */
interface Sampled {
  readonly stratum: Stratum;
  readonly index: number;
  readonly key: number;
  /** Targets of the sample. */
  readonly members: Int32Array;
  readonly chain: number;
  readonly isNode: boolean;
  /** The full wave's targets are [first, first + all) of the keys. */
  readonly first: number;
  /** Of the happy path. */
  readonly steps: readonly RiskyStep[];
}

interface RiskyStep {
  readonly step: number;
  readonly attempts: number;
  readonly fails: boolean;
  readonly catches: number;
  /** Infinity: none. */
  readonly timeoutMs: number;
}

export class Stragglers {
  readonly #model: SimModel;
  readonly #bulk: Bulk;
  readonly #links: LinksPerNode;
  readonly #sampled: readonly Sampled[];
  /** Targets of the sample that are looked at, in the order of the wave. */
  readonly #present: Int32Array;
  readonly #fallen: FallenTable;
  #scenario = 0;

  /** `links`: see `risks.ts`. */
  constructor(bulk: Bulk, strata: readonly Stratum[], links: LinksPerNode) {
    const { model } = bulk;
    this.#model = model;
    this.#bulk = bulk;
    this.#links = links;
    this.#sampled = sampledOf(model, strata);
    this.#present = new Int32Array(model.program.targets.length);
    const keys = this.#sampled.map(({ stratum }) => stratum.keys);
    const chains = this.#sampled.map(({ stratum, chain }) => new Int32Array(stratum.all).fill(chain));
    this.#fallen = new FallenTable(model, joined(keys), joined(chains));
  }

  /** After the sample has been through the scenario. Of waves that were kept whole there are none: they are in the sample themselves. */
  fall(scenario: number): FallenTable {
    this.#scenario = scenario;
    const fallen = this.#fallen;
    fallen.reset(scenario);
    const risks = risksOf(this.#model, fallen.chance, this.#links);
    for (const sampled of this.#sampled) {
      this.#fallByDraws(sampled, risks);
      this.#fallByCounts(sampled, risks);
      if (sampled.isNode) this.#fallByFaults(sampled);
    }
    return fallen;
  }

  #fallByDraws({ stratum, index, first, members, steps }: Sampled, risks: readonly StepRisk[]): void {
    const { chance } = this.#fallen;
    for (const risky of steps) {
      const { step, fails, catches } = risky;
      const drawsLate = isDrawn(risks[step]);
      if (!fails && catches === 0 && !drawsLate) continue;
      for (let i = 0; i < stratum.all; i++) {
        const who = first + i;
        // Nearly all pass at once, and there are a hundred thousand of them.
        if (!drawsLate && !(fails && chance.fails(who, step, 1)) && !(catches > 0 && chance.caught(who, catches))) continue;
        const afterMs = this.#fallsAfterMs(who, risky, drawsLate);
        // Who fell at a step before this one does not come here.
        if (afterMs < 0 || this.#fallen.has(who)) continue;
        const like = this.#near(members, Math.floor((i * members.length) / stratum.all), step);
        if (like !== NOT_THERE) this.#add(who, index, step, like, afterMs);
      }
    }
  }

  /** How long after it began the step the target is off the happy path; -1: it passes. */
  #fallsAfterMs(who: number, { step, attempts, fails, catches, timeoutMs }: RiskyStep, drawsLate: boolean): number {
    const { chance } = this.#fallen;
    const defect = catches > 0 && chance.caught(who, catches);
    let ms = 0;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (drawsLate && chance.takesMs(who, step, attempt) > timeoutMs) return ms + timeoutMs;
      if (!defect && !(fails && chance.fails(who, step, attempt))) return NOT_THERE;
      ms += Math.min(timeoutMs, chance.takesMs(who, step, attempt));
    }
    return ms;
  }

  /** Those whose time hardly ever runs out, and links that do not come back: counted by their share. */
  #fallByCounts(sampled: Sampled, risks: readonly StepRisk[]): void {
    const { key, chain } = sampled;
    for (const { step, timeoutMs } of sampled.steps) {
      const { late, gone } = must(risks[step], 'a risk');
      const share = isDrawn(risks[step]) ? gone : late + (1 - late) * gone;
      if (share === 0) continue;
      const { present, came } = this.#cameTo(sampled, step);
      const count = binomialQuantile(came, share, this.#draw(key, KEY.count, step));
      for (let i = 0; i < count; i++) {
        const who = this.#fallen.newcomer(this.#who(key, step, i), chain);
        const like = this.#present[this.#place(present, i, count, key, step)] as number;
        const isLate = gone === 0 && timeoutMs < Infinity;
        this.#add(who, sampled.index, step, like, isLate ? timeoutMs : this.#fallen.chance.takesMs(who, step, 1));
      }
    }
  }

  /** Faults of their own hit nodes from their drain to the end of their soak. */
  #fallByFaults(sampled: Sampled): void {
    const { endMs, beginMs, program } = this.#model;
    const { key, chain } = sampled;
    const { entry } = must(program.chains[chain], 'a chain');
    const { present, came } = this.#cameTo(sampled, entry);
    const spanOf = (target: number): number => {
      const returnedAt = this.#bulk.returnedAt[target] as number;
      return (returnedAt < 0 ? endMs - beginMs : returnedAt + soakMsOf(program, target)) - this.#bulk.startOf(target, entry);
    };
    let spans = 0;
    for (let i = 0; i < present; i++) spans += spanOf(this.#present[i] as number);
    if (spans <= 0) return;
    const share = -Math.expm1((-this.#fallen.chance.faultsPerMs * spans) / present);
    const count = binomialQuantile(came, share, this.#draw(key, KEY.fault, 0));
    for (let i = 0; i < count; i++) {
      const like = this.#present[this.#place(present, i, count, key, NOT_THERE)] as number;
      const moment = this.#bulk.startOf(like, entry) + Math.round(spanOf(like) * this.#draw(key, KEY.fault, i + 1));
      this.#strike(sampled, this.#fallen.newcomer(this.#who(key, NOT_THERE, i), chain), like, moment);
    }
  }

  /** A fault is found out when the step's time is up; where that has no limit, and in the soak, at once. */
  #strike({ chain: index, index: stratum }: Sampled, who: number, like: number, moment: number): void {
    const chain = must(this.#model.program.chains[index], 'a chain');
    const returnedAt = this.#bulk.returnedAt[like] as number;
    let step = chain.entry;
    for (let later = chain.entry; later < chain.end; later++) {
      const startedAt = this.#bulk.startOf(like, later);
      if (startedAt >= 0 && startedAt <= moment) step = later;
    }
    const startedAt = this.#bulk.startOf(like, step);
    const soaking = returnedAt >= 0 && moment > returnedAt;
    const timeoutMs = this.#timeoutMs(step);
    const foundMs = soaking || timeoutMs === Infinity ? moment - startedAt : Math.max(moment - startedAt, timeoutMs);
    this.#fallen.add(who, stratum, soaking ? chain.conform : step, startedAt + foundMs, this.#bulk.drainedAt[like] as number);
  }

  /** The target of the sample nearest to a place of the wave that came to the step on the happy path; -1: there they do not come to it. */
  #near(members: Int32Array, place: number, step: number): number {
    for (let i = 0; i < Math.min(NEIGHBOURS, members.length); i++) {
      const target = members[(place + i) % members.length] as number;
      if (this.#bulk.startOf(target, step) >= 0) return target;
      if (this.#bulk.failed[target] === 0) return NOT_THERE;
    }
    return NOT_THERE;
  }

  /** Puts the targets of the sample that began the step on the happy path into `present`: how many, and how many of the full wave they stand for. */
  #cameTo({ members, stratum }: Sampled, step: number): { readonly present: number; readonly came: number } {
    let present = 0;
    for (const target of members) if (this.#bulk.startOf(target, step) >= 0) this.#present[present++] = target;
    return { present, came: Math.round((stratum.all * present) / members.length) };
  }

  /** The i-th of `count` stragglers falls somewhere in the i-th part of those who came, so that early and late ones have their share. */
  #place(present: number, i: number, count: number, key: number, step: number): number {
    const within = draw(this.#model.seed, this.#scenario, key, KEY.where ^ step, i);
    return Math.min(present - 1, Math.floor(((i + within) / count) * present));
  }

  #add(who: number, stratum: number, step: number, like: number, afterMs: number): void {
    this.#fallen.add(who, stratum, step, this.#bulk.startOf(like, step) + afterMs, this.#bulk.drainedAt[like] as number);
  }

  /** The key of a counted straggler's chance: plans that differ a little have the same ones, and a few more or less. */
  #who(key: number, step: number, i: number): number {
    return Math.floor(4_294_967_296 * draw(KEY.who, key, step, i, 0)) | 0;
  }

  #timeoutMs(step: number): number {
    return this.#model.program.steps[step]?.timeoutMs ?? Infinity;
  }

  #draw(key: number, kind: number, count: number): number {
    return draw(this.#model.seed, this.#scenario, key, kind, count);
  }
}

/** From this share of late targets on they are drawn one by one; below it that is not worth a draw for every target. */
const LATE_DRAWN_FROM = 0.01;

function isDrawn(risk: StepRisk | undefined): boolean {
  return risk !== undefined && risk.late >= LATE_DRAWN_FROM;
}

function sampledOf({ program, laws }: SimModel, strata: readonly Stratum[]): Sampled[] {
  let first = 0;
  return strata.flatMap((stratum, index): Sampled[] => {
    if (stratum.kept === stratum.all) return [];
    const wave = must(program.waves[index], 'a wave');
    const chain = program.chainOf[must(wave.members[0], 'a target')] as number;
    const { first: firstStep, end } = must(program.chains[chain], 'a chain');
    const steps = program.steps.slice(firstStep, end).map(({ id, attempts, fails, timeoutMs }): RiskyStep => {
      return { step: id, attempts, fails: fails > 0, catches: laws.steps[id]?.catches ?? 0, timeoutMs: timeoutMs ?? Infinity };
    });
    const from = first;
    first += stratum.all;
    return [{ stratum, index, key: keyOf(wave.id), members: wave.members, chain, isNode: wave.kind === 'node', first: from, steps }];
  });
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
