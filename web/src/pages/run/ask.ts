// What a person is about to say to a run: the question a dialog puts, and the call that says it.
import { api, type Answers } from '../../ui/client.ts';

export interface Ask {
  readonly title: string;
  /** What it does and what it leaves behind. */
  readonly warning: string;
  readonly action: string;
  readonly danger: boolean;
  /** Preset node set to be confirmed or written; null: it is about the run as a whole. */
  readonly targets: string | null;
  readonly say: (reason: string, targets: string | null) => Promise<{ readonly leaves: string }>;
}

export type Offer = Answers['runs']['controls'][number];
type ControlWord = Parameters<typeof api.runs.control>[0]['word'];
type Act = Parameters<typeof api.runs.straggler>[0]['act'];
type LinkWay = Extract<Act, 'reseat' | 'clean' | 'swap'>;
type StragglerWord = Exclude<Act, LinkWay>;

const CONTROL_WORDS: readonly string[] = ['confirm', 'pause', 'resume', 'hold', 'abort', 'recall', 'release'] satisfies ControlWord[];
const STRAGGLER_WORDS: readonly string[] = ['take', 'retry', 'fixed', 'drop'] satisfies StragglerWord[];

/** What people can do to a link, and the word of the button. */
export const LINK_WAYS = [
  ['reseat', 'reseated'],
  ['clean', 'cleaned'],
  ['swap', 'swapped'],
] as const satisfies (readonly [LinkWay, string])[];

/** Words of the bar; those on single stragglers stand with the stragglers. */
export const isRunWord = ({ word }: Offer): boolean => CONTROL_WORDS.includes(word) || word === 'approve' || word === 'consent';
/** What tells one offer from the others. */
export const keyOf = ({ word, gate, targets }: Offer): string => [word, targets, gate ?? ''].join('-');
export const isStragglerWord = (word: string): word is StragglerWord => STRAGGLER_WORDS.includes(word);
const isControlWord = (word: string): word is ControlWord => CONTROL_WORDS.includes(word);

/** What the role must be at least; the server decides anyway. */
export const leastOf = (word: string): 'operator' | 'approver' => (word === 'approve' || word === 'consent' ? 'approver' : 'operator');

export function nameOf({ word, gate, targets }: Offer): string {
  const words = `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  if (targets === 'set') return word === 'approve' ? 'Approve a hand-over' : `${words} a set`;
  return gate === null ? words : `${words} ${gate === 'return' ? 'the return gate' : gate}`;
}

/** The question before one word of the bar. */
export function askOf(run: string, offer: Offer): Ask {
  const second =
    offer.pending === null ? '' : ` ${offer.pending.by} has said it already (“${offer.pending.why}”); with you it is carried out.`;
  const first = offer.pending === null && offer.people > 1 ? ` ${offer.people} people must say it: yours is the first.` : '';
  return {
    title: `${nameOf(offer)} · ${run}`,
    warning: `${offer.leaves.replace(/\.?$/, '.')}${second}${first}`,
    action: nameOf(offer),
    danger: offer.destructive,
    targets: offer.targets === 'set' ? '' : null,
    say: async (reason, targets) => {
      const { word, gate } = offer;
      // A word about a set must name one: without it, recall would be said of the whole run.
      if (offer.targets === 'set' && !targets) throw new Error('name the targets');
      if (isControlWord(word)) return api.runs.control({ run, word, reason, targets });
      return api.runs.approve({ run, reason, targets, gate });
    },
  };
}

const STRAGGLER_LEAVES: { readonly [word in StragglerWord]: string } = {
  take: 'You have it in hand, and everybody sees that; nothing is done to it.',
  retry: 'The failed step is tried again, on a fresh look at the target.',
  fixed: 'Pitstop looks what runs on it, validates it, and returns it.',
  drop: 'Given up: it keeps our drain and reservation, which name this run, until somebody lifts them by hand.',
};

/** The question before a word on one straggler; `leaves` as the server offers it, where it does. */
export function askStraggler(run: string, word: StragglerWord, target: string, leaves = ''): Ask {
  return {
    title: `${word.charAt(0).toUpperCase()}${word.slice(1)} ${target}`,
    warning: leaves === '' ? STRAGGLER_LEAVES[word] : leaves,
    action: word.charAt(0).toUpperCase() + word.slice(1),
    danger: word === 'drop',
    targets: target,
    say: (reason, targets) => api.runs.straggler({ run, act: word, reason, targets: targets ?? target }),
  };
}

/** The question before somebody says what was done to a link: about that link alone. */
export function askLink(run: string, way: LinkWay, link: string): Ask {
  const done = LINK_WAYS.find(([word]) => word === way)?.[1] ?? way;
  const action = done.charAt(0).toUpperCase() + done.slice(1);
  return {
    title: `${action} ${link}`,
    warning: 'It is kept with the link. Whether it helped is seen in the fabric; a node that waits for nothing else goes on by itself.',
    action,
    danger: false,
    targets: null,
    say: (reason) => api.runs.straggler({ run, act: way, reason, targets: link }),
  };
}
