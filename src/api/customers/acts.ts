// What a customer may do, by the forms of their page or by a call: release, counter-offer, recall, and the choice about validation.
import { fold, foldNames, nodeSetOf } from '../../core/fleet/nodeset.ts';
import { hasFlag } from '../../core/run/state.ts';
import { FLAG } from '../../core/run/states.ts';
import type { Customers } from '../../desk/customers.ts';
import { customerPageOf } from '../../report/customer/customer-data.ts';
import type { CustomerPage, WordKind } from '../../report/customer/page-data.ts';
import { CONTROLS, release, type Words } from '../../runner/controls.ts';
import type { RunHost } from '../../runner/host.ts';
import type { JsonObject } from '../../std/json.ts';
import { ActRefusedError } from './act-refused.ts';
import { devicesWith, nodesNamed, ownTargets, targetsOfNodes, type OwnTargets } from './own-targets.ts';
import type { Standing } from './standing.ts';
import { bareInput } from './views.ts';

export interface Wish {
  readonly kind: WordKind;
  /** As somebody wrote it; null or blank: no node is named. */
  readonly targets: string | null;
  readonly text: string;
  /** Of a counter-offer, Unix ms. */
  readonly window: { readonly from: number; readonly to: number } | null;
}

/** Whose word it is: the customer's own, or one that the lead writes down after a call. */
interface Speaker {
  readonly role: 'lead' | 'customer';
  /** In the desk's book. */
  readonly by: string;
  /** In the run's journal. */
  readonly runBy: string;
  /** Stands before the words there; may be empty. */
  readonly prefix: string;
}

interface Done {
  /** A sentence on what the word leaves behind. */
  readonly leaves: string;
  /** Only recorded: the policy wants a second person to say the same. */
  readonly isAsked: boolean;
}

/** What the word is about, and what it does to a run; null: nothing. */
interface Meant {
  readonly data: JsonObject;
  readonly say: ((host: RunHost) => string) | null;
  /** Where nothing is said to a run. */
  readonly leaves: string;
}

const TEXT_MAX = 2_000;

/**
 * Says it to the run where there is something to say, then writes it in the desk. Throws ActRefusedError and what the runner refuses with;
 * then nothing was written.
 */
export async function carryOut(customers: Customers, standing: Standing, wish: Wish, speaker: Speaker): Promise<Done> {
  const { plan, customer, header, host } = standing;
  const text = wish.text.trim();
  if (text.length > TEXT_MAX) throw new ActRefusedError(`the words are longer than ${TEXT_MAX} characters; say it shorter`);
  const { offers, phase } = customerPageOf(bareInput(customers, standing));
  const { data, say, leaves } = meaning(wish, standing, speaker, { offers, isOver: phase === 'settled' || phase === 'aborted' });
  if (say !== null && header !== null && host === null) {
    throw new ActRefusedError('nobody carries this maintenance on at the moment, so nothing was done; call the maintenance team');
  }
  const said = say !== null && host !== null ? say(host) : leaves;
  await customers.say({ plan: plan.id, customer, by: speaker.by, role: speaker.role, kind: wish.kind, text: wordsOf(wish, text), data });
  return { leaves: said, isAsked: said.startsWith('recorded:') };
}

interface Situation {
  readonly offers: CustomerPage['offers'];
  readonly isOver: boolean;
}

function meaning(wish: Wish, standing: Standing, speaker: Speaker, { offers, isOver }: Situation): Meant {
  if (wish.kind === 'release') {
    if (offers.release === null) throw new ActRefusedError('nothing is left to release');
    return releaseOf(wish, standing, speaker);
  }
  if (wish.kind === 'recall') {
    if (offers.recall === null) throw new ActRefusedError('there is nothing that a recall would change now');
    return recallOf(wish, standing, speaker);
  }
  if (wish.kind === 'counter') {
    if (offers.counter === null)
      throw new ActRefusedError('the work on your nodes has begun; call the maintenance team to change its window');
    const leaves = 'the proposal is recorded; until it is answered, the present window stands';
    return { data: windowOf(wish, standing.now), say: null, leaves };
  }
  if (isOver) throw new ActRefusedError('the work is over, so nothing is left to choose about');
  return { data: {}, say: null, leaves: 'the choice is recorded; the maintenance team carries it out' };
}

/** Before there is a run, the word waits in the desk for it. */
function releaseOf({ targets, text }: Wish, { plan, customer, header }: Standing, { runBy, prefix }: Speaker): Meant {
  const own = ownTargets(plan, customer);
  const nodes = nodesNamed(own, targets ?? '');
  const named = targetsOfNodes(own, nodes);
  const say = (host: RunHost): string => {
    const open = unreleased(host, named);
    if (open.length === 0) throw new ActRefusedError('all of these are released already');
    return releaseWithDevices(host, own, open, { by: runBy, why: prefix + (text.trim() || 'released') });
  };
  return {
    data: { targets: fold(nodes) },
    say: header === null ? null : say,
    leaves: 'kept for the run: each may be drained once its wave and window are open',
  };
}

/** Without a name: all of the customer's. Never the run as a whole, which others are in as well. */
function recallOf({ targets, text }: Wish, { plan, customer }: Standing, { runBy, prefix }: Speaker): Meant {
  const own = ownTargets(plan, customer);
  const named = (targets ?? '').trim();
  const nodes = named === '' ? null : nodesNamed(own, named);
  const all = nodes === null ? own.all : targetsOfNodes(own, nodes);
  const words = { by: runBy, why: prefix + (text.trim() || 'recalled'), targets: foldNames(all) };
  return {
    data: nodes === null ? {} : { targets: fold(nodes) },
    say: (host) => CONTROLS.recall(host, words),
    leaves: '',
  };
}

/** By telephone or call there may be words alone. */
function windowOf({ window, text }: Wish, now: number): JsonObject {
  if (window === null) {
    if (text.trim() === '') throw new ActRefusedError('a proposal needs a window, or words that say when');
    return {};
  }
  const { from, to } = window;
  if (to <= from) throw new ActRefusedError('the window ends before it begins; give a later end');
  if (to <= now) throw new ActRefusedError('the window is over already; give a later one');
  return { from, to };
}

/** The desk keeps no proposal without a word. */
function wordsOf({ kind }: Wish, text: string): string {
  return kind === 'counter' && text === '' ? 'another window, without further words' : text;
}

/** `targets`: nodes and domains. Switches and links of the customer go with the last node behind them. */
export function releaseWithDevices(host: RunHost, own: OwnTargets, targets: readonly string[], words: Pick<Words, 'by' | 'why'>): string {
  const opening = new Set(targets);
  const given = [...own.targetOf].flatMap(([node, target]) => (opening.has(target) || isReleased(host, target) ? [node] : []));
  const devices = unreleased(host, devicesWith(own, nodeSetOf(given)));
  return release(host, { ...words, targets: foldNames([...targets, ...devices]) });
}

export function unreleased(host: RunHost, targets: readonly string[]): string[] {
  return targets.filter((target) => !isReleased(host, target));
}

function isReleased({ chronicle: { state, program } }: RunHost, target: string): boolean {
  const id = program.idOf.get(target);
  return id !== undefined && hasFlag(state, id, FLAG.released);
}
