// What people may say to a run, and what each word leaves behind. Every one is a journal entry with who and why.
import { foldNames, names, parseNodeSet, type NodeSet } from '../core/fleet/nodeset.ts';
import { groupResolver } from '../core/fleet/topology.ts';
import type { EntryKind, EntryNote } from '../core/ports.ts';
import { agreedNote, askedOf, askNote, findAsked, judgeWord, peopleFor, type Ask } from '../core/run/approval.ts';
import { LINK_WAYS, type LinkWay } from '../core/run/link-troubles.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG } from '../core/run/states.ts';
import { needsPeople } from '../core/run/status.ts';
import { askingWaves, dropsNow, mendsNow, waitsForHandOver } from './standing.ts';
import { releaseDevices } from './consents.ts';
import type { RunHost } from './host.ts';
import { LEAVES } from './leaves.ts';

export interface Words {
  readonly by: string;
  readonly why: string;
  /** Folded node set; null = the run as a whole. */
  readonly targets: string | null;
}

export type StragglerAct = 'take' | 'retry' | 'fixed' | 'drop' | LinkWay;

/** Said in an error when a word cannot be taken; nothing was changed. */
export class ControlRefusedError extends Error {
  override name = 'ControlRefusedError';
}

/** Each returns a sentence on the state it leaves things in. Throws ControlRefusedError. */
export const CONTROLS = {
  confirm: (host: RunHost, words: Words) => ofRun(host, words, 'confirm', LEAVES.confirm),
  pause: (host: RunHost, words: Words) => ofRun(host, words, 'pause', LEAVES.pause),
  resume: (host: RunHost, words: Words) => (words.targets === null ? ofRun(host, words, 'resume', LEAVES.resume) : lift(host, words)),
  hold: (host: RunHost, words: Words) => {
    if (words.targets === null) throw new ControlRefusedError('hold needs --targets; to stop the whole run use pause');
    return each(host, words, 'hold', LEAVES.hold);
  },
  abort: (host: RunHost, words: Words) => ofRun(host, words, 'abort', LEAVES.abort),
  recall: (host: RunHost, words: Words) => {
    const ids = words.targets === null ? [...host.parts.program.targets.keys()] : targetsOf(host, words.targets);
    return spoken(host, words, ask(host, 'recall', words.targets === null ? null : ids), (note) => {
      for (const target of ids) host.feed(target, 'recall', note);
      return LEAVES.recall;
    });
  },
} as const satisfies Record<string, (host: RunHost, words: Words) => string>;

export type ControlName = keyof typeof CONTROLS;

/** Approves what asks: a wave by id, `return` for the return gate, targets that wait for a hand-over, or (null) whatever asks now. */
export function approve(host: RunHost, words: Words, gate: string | null): string {
  const { waves } = host.parts.program;
  if (words.targets !== null) return handOver(host, words);
  if (gate === 'return') {
    return spoken(host, words, { ...ask(host, 'approve', null), gate }, (note) => {
      host.feed(-1, 'approve', note, -1);
      return LEAVES.approveReturn;
    });
  }
  const asking = askingWaves(host).filter((wave) => gate === null || waves[wave]?.id === gate);
  if (asking.length === 0)
    throw new ControlRefusedError(gate === null ? 'nothing asks for approval now' : `wave ${gate} does not ask for approval now`);
  const { done, recorded } = speak(
    host,
    words,
    asking.map((wave) => ({
      ask: { ...ask(host, 'approve', null), gate: waves[wave]?.id ?? '' },
      carryOut: (note) => {
        host.feed(-1, 'approve', note, wave);
        return waves[wave]?.id;
      },
    })),
  );
  return [...(done.length === 0 ? [] : [`approved: ${done.join(', ')}`]), ...recorded].join('; ');
}

/** What people say of one straggler. */
export function straggler(host: RunHost, words: Words, act: StragglerAct): string {
  if (isLinkWay(act)) return triedLink(host, words, act);
  const targets = targetsOf(host, words.targets ?? '');
  const allowed = { take: isNamed, retry: mendsNow, fixed: mendsNow, drop: dropsNow }[act];
  for (const target of targets)
    if (!allowed(host, target)) throw new ControlRefusedError(`${host.name(target)} is no straggler that waits for people`);
  return spoken(host, words, ask(host, act, targets), (note) => {
    for (const target of targets) {
      if (act === 'take') void host.write({ target, kind: 'note', note: { ...note, data: { ...note.data, has: words.by } } });
      else host.feed(target, act, note);
    }
    return LEAVES[act];
  });
}

function isLinkWay(act: StragglerAct): act is LinkWay {
  return LINK_WAYS.some((way) => way === act);
}

/** What people did to a link; whether it helped is seen, not believed. */
function triedLink(host: RunHost, words: Words, way: LinkWay): string {
  const link = words.targets ?? '';
  const trouble = host.chronicle.linkTroubles.get(link);
  if (trouble?.cleanAt !== null) throw new ControlRefusedError(`${link} is no link of this run that is in trouble (status lists them)`);
  return spoken(host, words, { ...ask(host, 'link', null), targets: link, detail: way }, (note) => {
    void host.write({ target: trouble.target, kind: 'note', note: { ...note, data: { ...note.data, link: { name: link, tried: way } } } });
    return LEAVES.link;
  });
}

/** The customer hands named targets over. */
export function release(host: RunHost, words: Words): string {
  const said = each(host, words, 'release', LEAVES.release);
  releaseDevices(host);
  return said;
}

export async function consent(
  host: RunHost,
  words: Words,
  customer: string | null,
  to: 'affected' | 'signal' | 'requeue',
): Promise<string> {
  const whose = `${customer ?? 'the operator'} to ${to}`;
  return spoken<string | Promise<string>>(host, words, { ...ask(host, 'consent', null), detail: whose }, async (note) => {
    await host.write({ target: -1, kind: 'consent', note: { ...note, data: { ...note.data, customer, to } } });
    host.wake();
    return `${LEAVES.consent} (${whose})`;
  });
}

interface Saying<T> {
  readonly ask: Ask;
  readonly carryOut: (note: EntryNote) => T;
}

interface Spoken<T> {
  readonly done: T[];
  /** A sentence for each word that waits for a second person. */
  readonly recorded: string[];
}

/**
 * The one way from a word to its effect, whoever says it and however it came in: where the policy wants two people, the first one's word is
 * only journalled. Of several at once it refuses only when none of them can be taken.
 */
function speak<T>(host: RunHost, { by, why }: Words, sayings: readonly Saying<T>[]): Spoken<T> {
  const asked = askedOf(host.chronicle, host.now());
  const judged = sayings.map((saying) => {
    const before = findAsked(asked, saying.ask);
    return { ...saying, before, verdict: judgeWord(peopleFor(host.parts.plan.policy, saying.ask.word), before, by) };
  });
  const taken = judged.filter(({ verdict }) => verdict === 'carry out' || verdict === 'record');
  if (taken.length === 0) throw new ControlRefusedError(refusalOf(judged[0]?.verdict === 'refuse: nameless', judged[0]?.before?.by ?? by));
  const spokenOf: Spoken<T> = { done: [], recorded: [] };
  for (const { ask: about, carryOut, verdict, before } of taken) {
    if (verdict === 'record') {
      void host.write({ target: -1, kind: 'note', note: { by, why, data: askNote(host.chronicle, about) } });
      spokenOf.recorded.push(`recorded: a second person must say the same (${spelled(about)}) within an hour`);
      continue;
    }
    const two = before !== null && peopleFor(host.parts.plan.policy, about.word) === 2;
    spokenOf.done.push(carryOut(two ? { why, ...agreedNote(before, by) } : { by, why }));
  }
  return spokenOf;
}

function spoken<T>(host: RunHost, words: Words, about: Ask, carryOut: (note: EntryNote) => T): T | string {
  const { done, recorded } = speak(host, words, [{ ask: about, carryOut }]);
  return done[0] ?? recorded[0] ?? '';
}

function refusalOf(nameless: boolean, by: string): string {
  return nameless ? 'two people must say this, so it counts only with a name: add --by' : `${by} has said so already; a second person must`;
}

function spelled({ word, gate, targets, detail }: Ask): string {
  return [word, gate, targets, detail].filter((part) => part !== null && part !== '').join(' ');
}

/** A node set is folded anew, so that two who mean the same targets say the same. */
function ask(host: RunHost, word: string, targets: readonly number[] | null): Ask {
  return { word, gate: null, targets: targets && foldNames(targets.map((target) => host.name(target))), detail: '' };
}

function ofRun(host: RunHost, words: Words, kind: EntryKind, leaves: string): string {
  return spoken(host, words, ask(host, kind, null), (note) => {
    host.feed(-1, kind, note);
    return leaves;
  });
}

function lift(host: RunHost, words: Words): string {
  const targets = targetsOf(host, words.targets ?? '');
  return spoken(host, words, ask(host, 'resume', targets), (note) => {
    for (const target of targets) {
      if (hasFlag(host.chronicle.state, target, FLAG.foreign)) host.feed(target, 'foreign-gone', note);
      if (hasFlag(host.chronicle.state, target, FLAG.held)) host.feed(target, 'unhold', note);
    }
    return `${targets.length} ${LEAVES.lift}`;
  });
}

function handOver(host: RunHost, words: Words): string {
  const targets = targetsOf(host, words.targets ?? '');
  const waiting = targets.filter((target) => waitsForHandOver(host, target));
  if (waiting.length === 0) throw new ControlRefusedError('none of these waits for a hand-over');
  return spoken(host, words, ask(host, 'approve', targets), (note) => {
    for (const target of waiting) host.feed(target, 'done', note);
    return `${waiting.length} ${LEAVES.handOver}`;
  });
}

function each(host: RunHost, words: Words, kind: EntryKind, sentence: string): string {
  const targets = targetsOf(host, words.targets ?? '');
  return spoken(host, words, ask(host, kind, targets), (note) => {
    for (const target of targets) host.feed(target, kind, note);
    return `${targets.length} ${sentence}`;
  });
}

const isNamed = (host: RunHost, target: number): boolean => needsPeople(host.chronicle, target);

/** Ids of the named targets of this run, rising. Throws ControlRefusedError for a bad set or a foreign name. */
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
