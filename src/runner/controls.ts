// What people may say to a run, and what each word leaves behind. Every one is a journal entry with who and why.
import { names, parseNodeSet, type NodeSet } from '../core/fleet/nodeset.ts';
import { groupResolver } from '../core/fleet/topology.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG, stageCode, WAVE_STATES, type WaveState } from '../core/run/states.ts';
import type { EntryKind } from '../core/ports.ts';
import type { RunHost } from './host.ts';

export interface Words {
  readonly by: string;
  readonly why: string;
  /** Folded node set; null = the run as a whole. */
  readonly targets: string | null;
}

/** Said in an error when a word cannot be taken; nothing was changed. */
export class ControlRefusedError extends Error {
  override name = 'ControlRefusedError';
}

const RUNNING = stageCode('running');
const ASKING = new Set<WaveState | undefined>(['asking', 'held']);
const STRAGGLING = stageCode('straggling');
const DROPPED = stageCode('dropped');

/** Each returns a sentence on the state it leaves things in. Throws ControlRefusedError. */
export const CONTROLS = {
  confirm: (host: RunHost, words: Words) => {
    host.feed(-1, 'confirm', said(words));
    return 'confirmed: leases, baseline and early steps begin now, drains when the window is open';
  },
  pause: (host: RunHost, words: Words) => {
    host.feed(-1, 'pause', said(words));
    return 'paused: steps under way end, nothing new starts; drained targets stay drained and reserved';
  },
  resume: (host: RunHost, words: Words) => {
    if (words.targets === null) {
      host.feed(-1, 'resume', said(words));
      return 'resumed: everything that waited goes on';
    }
    const targets = targetsOf(host, words.targets);
    for (const target of targets) {
      if (hasFlag(host.chronicle.state, target, FLAG.foreign)) host.feed(target, 'foreign-gone', said(words));
      if (hasFlag(host.chronicle.state, target, FLAG.held)) host.feed(target, 'unhold', said(words));
    }
    return `lifted from ${targets.length}: each starts its step anew, on a fresh look`;
  },
  hold: (host: RunHost, words: Words) => {
    if (words.targets === null) throw new ControlRefusedError('hold needs --targets; to stop the whole run use pause');
    return each(host, words, 'hold', 'held: the step under way ends, no further one starts, until resume --targets');
  },
  abort: (host: RunHost, words: Words) => {
    host.feed(-1, 'abort', said(words));
    return 'aborting: nothing new is touched; untouched targets are given back at once, changed ones go on to validation and return';
  },
  recall: (host: RunHost, words: Words) => {
    const targets = words.targets === null ? host.parts.program.targets.map((_, target) => target) : targetsOf(host, words.targets);
    for (const target of targets) host.feed(target, 'recall', said(words));
    return 'recalled: untouched targets are given back, changed ones take the way back where there is one, else they go on';
  },
} as const satisfies Record<string, (host: RunHost, words: Words) => string>;

export type ControlName = keyof typeof CONTROLS;

/** Approves what asks: a wave by id, `return` for the return gate, targets that wait for a hand-over, or (null) whatever asks now. */
export function approve(host: RunHost, words: Words, gate: string | null): string {
  const { program } = host.parts;
  const { state } = host.chronicle;
  if (words.targets !== null) return handOver(host, words);
  if (gate === 'return') {
    host.feed(-1, 'approve', said(words), -1);
    return 'return gate approved: the run may settle without it';
  }
  const asking = [...program.waves.keys()].filter((wave) => ASKING.has(WAVE_STATES[state.waveState[wave] as number]));
  const waves = gate === null ? asking : asking.filter((wave) => program.waves[wave]?.id === gate);
  if (waves.length === 0)
    throw new ControlRefusedError(gate === null ? 'nothing asks for approval now' : `wave ${gate} does not ask for approval now`);
  for (const wave of waves) host.feed(-1, 'approve', said(words), wave);
  return `approved: ${waves.map((wave) => program.waves[wave]?.id).join(', ')}`;
}

/** What people say of one straggler. */
export function straggler(host: RunHost, words: Words, act: 'retry' | 'fixed' | 'drop'): string {
  const targets = targetsOf(host, words.targets ?? '');
  for (const target of targets) {
    const stage = host.chronicle.state.stage[target] as number;
    const allowed = act === 'drop' ? stage === STRAGGLING : stage === STRAGGLING || stage === DROPPED;
    if (!allowed) throw new ControlRefusedError(`${host.name(target)} is no straggler that waits for people`);
  }
  for (const target of targets) host.feed(target, act, said(words));
  return {
    retry: 'tries the failed step again, on a fresh look',
    fixed: 'looks what runs, validates, and returns it',
    drop: 'given up: it keeps our drain and reservation, which name this run, until somebody lifts them by hand',
  }[act];
}

/** The customer hands named targets over. */
export function release(host: RunHost, words: Words): string {
  return each(host, words, 'release', 'released: each may be drained once its wave and window are open');
}

export async function consent(
  host: RunHost,
  words: Words,
  customer: string | null,
  to: 'affected' | 'signal' | 'requeue',
): Promise<string> {
  await host.write({ target: -1, kind: 'consent', note: { ...said(words), data: { customer, to } } });
  return `consent recorded: ${customer ?? 'the operator'} to ${to}`;
}

/** Ids of the named targets of this run. Throws ControlRefusedError for a bad set or a foreign name. */
function targetsOf(host: RunHost, folded: string): number[] {
  const parsed = parseNodeSet(folded, groupResolver(host.parts.plan.fleet.document));
  if (!parsed.ok) throw new ControlRefusedError(`--targets ${folded}: ${parsed.error.why}; ${parsed.error.mend}`);
  return idsOf(host, parsed.set);
}

function idsOf(host: RunHost, set: NodeSet): number[] {
  const ids: number[] = [];
  for (const name of names(set)) {
    const target = host.parts.program.idOf.get(name);
    if (target === undefined) throw new ControlRefusedError(`${name} is no target of this run`);
    ids.push(target);
  }
  if (ids.length === 0) throw new ControlRefusedError('--targets names nothing');
  return ids;
}

function handOver(host: RunHost, words: Words): string {
  const targets = targetsOf(host, words.targets ?? '');
  const waiting = targets.filter((target) => {
    const action = host.parts.program.steps[host.chronicle.state.step[target] as number]?.action;
    return host.chronicle.state.stage[target] === RUNNING && action?.kind === 'do' && action.act === 'hand-over';
  });
  if (waiting.length === 0) throw new ControlRefusedError('none of these waits for a hand-over');
  for (const target of waiting) host.feed(target, 'done', said(words));
  return `approved ${waiting.length}: looked at, validated and given back now`;
}

function each(host: RunHost, words: Words, kind: EntryKind, sentence: string): string {
  const targets = targetsOf(host, words.targets ?? '');
  for (const target of targets) host.feed(target, kind, said(words));
  return `${targets.length} ${sentence}`;
}

function said(words: Words): { by: string; why: string } {
  return { by: words.by, why: words.why };
}
