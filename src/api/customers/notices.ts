// What a page says of the act that was just done: one of a few sentences, chosen by a word in the address. Nothing of the address is shown.
import type { Notice, WordKind } from '../../report/customer/page-data.ts';

const DONE: { readonly [word in WordKind | 'asked']: string } = {
  release: 'the nodes you named are released. Each may be emptied once its turn and its window have come.',
  counter: 'the maintenance team has your proposal. Until they answer, the present window stands.',
  recall: 'the recall has been passed on. What was not touched yet stays in service; the rest comes back in the fastest safe order.',
  'sooner-unvalidated': 'the maintenance team sees that you would rather have your nodes sooner, unvalidated.',
  'later-validated': 'the maintenance team sees that you would rather have your nodes validated.',
  asked: 'your word is recorded. Somebody of the maintenance team must say the same within an hour before it is carried out.',
};

export const SENT_ALREADY: Notice = {
  kind: 'refused',
  text: 'this form was sent already, and what it did stands. Look below where it shows.',
};
export const STALE_FORM: Notice = {
  kind: 'refused',
  text: 'this form is too old, or not of this page, so nothing was done. Send it again from here.',
};
export const NO_FORM: Notice = { kind: 'refused', text: 'the form said nothing that can be done here, so nothing was done.' };

export type DoneWord = keyof typeof DONE;

/** null: no such word. */
export function noticeOf(word: string | null): Notice | null {
  return word !== null && Object.hasOwn(DONE, word) ? { kind: 'done', text: DONE[word as DoneWord] } : null;
}
