// The machine under a hand: feeds events, collects which steps it starts, and looks whether its books balance.
import { expect } from 'vitest';
import { advance, eventCode } from '../src/core/run/advance.ts';
import { COMMAND } from '../src/core/run/commands.ts';
import { compile } from '../src/core/run/compile.ts';
import type { Program } from '../src/core/run/program.ts';
import { createState, hasFlag, type MachineState } from '../src/core/run/state.ts';
import { FLAG, STAGES, WAVE_STATES } from '../src/core/run/states.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import type { EntryKind } from '../src/core/ports.ts';
import { testPlan, type PlanWishes } from './plans.ts';

export class Bench {
  readonly program: Program;
  readonly state: MachineState;
  started: string[] = [];

  constructor(wishes: PlanWishes | { readonly plan: Plan } = {}) {
    this.program = compile('plan' in wishes ? wishes.plan : testPlan(wishes));
    this.state = createState(this.program);
  }

  feed(target: string | null, kind: EntryKind, arg = 0): this {
    const out: number[] = [];
    advance(this.program, this.state, target === null ? -1 : this.id(target), eventCode(kind), arg, out);
    for (let i = 0; i < out.length; i += 3) {
      if (out[i] === COMMAND.start)
        this.started.push(`${this.program.targets[out[i + 1] as number]} ${this.program.steps[out[i + 2] as number]?.name}`);
    }
    return this;
  }

  begin(): this {
    this.feed(null, 'confirm').feed(null, 'window', 1);
    for (const name of this.program.targets) this.feed(name, 'release').feed(name, 'baseline');
    return this.feed(null, 'begin');
  }

  /** Ends the target's current step well until it shows that it has come back or stops. */
  finish(target: string): this {
    for (let i = 0; i < 20 && this.stage(target) === 'running'; i++) this.feed(target, 'done');
    if (this.stage(target) === 'returned') this.feed(target, 'soak-passed');
    return this;
  }

  /** Ends steps well until this one is running. */
  upTo(target: string, step: string): this {
    for (let i = 0; i < 20 && this.step(target) !== step; i++) this.feed(target, 'done');
    return this;
  }

  id(target: string): number {
    return this.program.idOf.get(target) as number;
  }
  stage(target: string): string {
    return STAGES[this.state.stage[this.id(target)] as number] as string;
  }
  step(target: string): string {
    return this.program.steps[this.state.step[this.id(target)] as number]?.name as string;
  }
  wave(index: number): string {
    return WAVE_STATES[this.state.waveState[index] as number] as string;
  }

  /** Limits hold, counters balance with what the targets hold, and the open count is right. */
  checkInvariants(): void {
    const { program, state } = this;
    const held = new Int32Array(program.capacity.length);
    const take = (target: number, limits: readonly number[]): void => {
      for (const limit of limits) {
        const counter = program.limits[limit]?.counterOf[target] as number;
        if (counter >= 0) held[counter] = (held[counter] as number) + 1;
      }
    };
    let open = 0;
    for (const target of program.targets.keys()) {
      const stage = STAGES[state.stage[target] as number] as string;
      if (stage === 'running') take(target, program.steps[state.step[target] as number]?.limits ?? []);
      if (hasFlag(state, target, FLAG.acting)) take(target, program.actingLimits);
      if (hasFlag(state, target, FLAG.unavailable)) take(target, program.unavailableLimits);
      if (!['settled', 'dropped', 'skipped', 'straggling'].includes(stage)) open++;
      expect(state.lineOf[target] !== -1).toBe(stage === 'queued');
    }
    expect([...state.inUse]).toEqual([...held]);
    for (const [counter, capacity] of program.capacity.entries()) expect(state.inUse[counter]).toBeLessThanOrEqual(capacity);
    expect(state.run.open).toBe(open);
  }
}
