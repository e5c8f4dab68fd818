// The words that people may say to a run right now, each with what it leaves behind: what a console shows as buttons.
import { askedOf, findAsked, peopleFor, type Asked } from '../core/run/approval.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG, stageCode } from '../core/run/states.ts';
import { needsPeople, returnGateMet } from '../core/run/status.ts';
import type { RunHost } from './host.ts';
import { LEAVES } from './leaves.ts';
import { isWatch } from './runs.ts';
import { askingWaves, dropsNow, leavesOfApproval, mendsNow, waitsForHandOver } from './standing.ts';

export interface ControlOffer {
  readonly word: string;
  /** Which wave, or `return`, an approve is for. */
  readonly gate: string | null;
  /** set: it is said of named targets. */
  readonly targets: 'run' | 'set';
  readonly allowed: boolean;
  /** Empty: it is allowed. */
  readonly whyNot: string;
  readonly leaves: string;
  /** No other word takes it back: ask once more before it is said. */
  readonly destructive: boolean;
  /** How many different people must say it. */
  readonly people: 1 | 2;
  /** Who has said it already where two must; of a word about named targets the last one, with which. `at` in Unix ms. */
  readonly pending: { readonly by: string; readonly at: number; readonly why: string; readonly targets: string | null } | null;
}

interface Rule {
  readonly word: string;
  readonly targets: 'run' | 'set';
  readonly leaves: string;
  readonly destructive: boolean;
  /** Why it would do nothing now; '' = it does. */
  readonly whyNot: (host: RunHost) => string;
}

const OVER = 'nothing of the run is open any more';

/** By what is offered. Approvals of waves are made beside it, one for each wave that asks. */
const RULES = {
  confirm: {
    word: 'confirm',
    targets: 'run',
    leaves: LEAVES.confirm,
    destructive: true,
    whyNot: ({ chronicle: { state } }) => (state.run.aborted ? 'it was aborted' : state.run.confirmed ? 'it was confirmed already' : ''),
  },
  pause: {
    word: 'pause',
    targets: 'run',
    leaves: LEAVES.pause,
    destructive: false,
    whyNot: (host) => over(host) || (host.chronicle.state.run.paused ? 'it is paused already' : ''),
  },
  resume: {
    word: 'resume',
    targets: 'run',
    leaves: LEAVES.resume,
    destructive: false,
    whyNot: ({ chronicle: { state } }) => (state.run.paused ? '' : 'it is not paused'),
  },
  hold: { word: 'hold', targets: 'set', leaves: LEAVES.hold, destructive: false, whyNot: over },
  lift: {
    word: 'resume',
    targets: 'set',
    leaves: LEAVES.lift,
    destructive: false,
    whyNot: (host) => nobody(host, ({ chronicle: { state } }, t) => hasFlag(state, t, FLAG.held | FLAG.foreign), 'no target is held'),
  },
  abort: {
    word: 'abort',
    targets: 'run',
    leaves: LEAVES.abort,
    destructive: true,
    whyNot: (host) => over(host) || (host.chronicle.state.run.aborted ? 'it was aborted already' : ''),
  },
  recall: { word: 'recall', targets: 'run', leaves: LEAVES.recall, destructive: true, whyNot: nothingToRecall },
  recallSome: { word: 'recall', targets: 'set', leaves: LEAVES.recall, destructive: true, whyNot: nothingToRecall },
  release: {
    word: 'release',
    targets: 'set',
    leaves: LEAVES.release,
    destructive: true,
    whyNot: (host) =>
      over(host) || nobody(host, ({ chronicle: { state } }, t) => !hasFlag(state, t, FLAG.released), 'every target is released'),
  },
  handOver: {
    word: 'approve',
    targets: 'set',
    leaves: LEAVES.handOver,
    destructive: false,
    whyNot: (host) => nobody(host, waitsForHandOver, 'no target waits for a hand-over'),
  },
  take: {
    word: 'take',
    targets: 'set',
    leaves: LEAVES.take,
    destructive: false,
    whyNot: (host) => nobody(host, (h, t) => needsPeople(h.chronicle, t), 'there is no straggler'),
  },
  retry: { word: 'retry', targets: 'set', leaves: LEAVES.retry, destructive: false, whyNot: nothingToMend },
  fixed: { word: 'fixed', targets: 'set', leaves: LEAVES.fixed, destructive: false, whyNot: nothingToMend },
  drop: {
    word: 'drop',
    targets: 'set',
    leaves: LEAVES.drop,
    destructive: true,
    whyNot: (host) => nobody(host, dropsNow, 'no straggler waits for people'),
  },
  consent: { word: 'consent', targets: 'run', leaves: LEAVES.consent, destructive: true, whyNot: over },
} as const satisfies Record<string, Rule>;

const RETURN_GATE: Rule = {
  word: 'approve',
  targets: 'run',
  leaves: LEAVES.approveReturn,
  destructive: false,
  whyNot: ({ chronicle }) => {
    const { run } = chronicle.state;
    if (!run.begun) return 'the run has not begun';
    if (run.returnGateApproved) return 'it was approved already';
    return returnGateMet(chronicle) ? 'enough are back' : '';
  },
};

const ENDED = new Set(['settled', 'dropped', 'skipped', 'returned'].map((stage) => stageCode(stage as 'settled')));

/** Every word, those that cannot be said now with why not. */
export function controlsOf(host: RunHost): ControlOffer[] {
  if (host.stopped !== null) return allRefused(host, `the server does not drive this run any more: ${host.stopped}`);
  if (isWatch(host.parts.header)) return watchOffers(host);
  const asked = askedOf(host.chronicle, host.now());
  const { waves } = host.parts.program;
  return [
    ...Object.values(RULES).map((rule) => offer(host, rule, null, asked)),
    ...askingWaves(host).map((wave) => {
      const rule = { ...RETURN_GATE, leaves: leavesOfApproval(host, wave), whyNot: () => '' };
      return offer(host, rule, waves[wave]?.id ?? '', asked);
    }),
    offer(host, RETURN_GATE, 'return', asked),
  ];
}

function offer(host: RunHost, rule: Rule, gate: string | null, asked: readonly Asked[]): ControlOffer {
  const { word, targets, leaves, destructive } = rule;
  const people = peopleFor(host.parts.plan.policy, word);
  const whyNot = rule.whyNot(host);
  return {
    word,
    gate,
    targets,
    allowed: whyNot === '',
    whyNot,
    leaves,
    destructive,
    people,
    pending: people === 1 ? null : pendingOf(rule, gate, asked),
  };
}

/** Consents differ by whose and to what, words about sets by their targets: of these the last one is shown. */
function pendingOf({ word, targets }: Rule, gate: string | null, asked: readonly Asked[]): ControlOffer['pending'] {
  const found =
    targets === 'set' || word === 'consent'
      ? asked.findLast((one) => one.word === word && (one.targets !== null) === (targets === 'set'))
      : findAsked(asked, { word, gate, targets: null, detail: '' });
  return found ? { by: found.by, at: found.at, why: found.why, targets: found.targets } : null;
}

/** Nothing can be said to a watch but that it ends. */
function watchOffers(host: RunHost): ControlOffer[] {
  return allRefused(host, 'it only watches what others do').map((one) =>
    one.word === 'abort' ? { ...one, allowed: true, whyNot: '', leaves: LEAVES.endWatch } : one,
  );
}

function allRefused(host: RunHost, whyNot: string): ControlOffer[] {
  return Object.values(RULES).map((rule) => offer(host, { ...rule, whyNot: () => whyNot }, null, []));
}

function over({ chronicle: { state } }: RunHost): string {
  return state.run.open === 0 && !state.stage.includes(stageCode('straggling')) ? OVER : '';
}

function nothingToRecall({ chronicle: { state } }: RunHost): string {
  return state.stage.every((stage) => ENDED.has(stage)) ? 'every target is through' : '';
}

function nothingToMend(host: RunHost): string {
  return nobody(host, mendsNow, 'no straggler waits for people');
}

function nobody(host: RunHost, test: (host: RunHost, target: number) => boolean, why: string): string {
  const { length } = host.parts.program.targets;
  for (let target = 0; target < length; target++) if (test(host, target)) return '';
  return why;
}
