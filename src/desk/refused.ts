// What the desk says when it does not take something, and the checks that every part of it shares.

/** Said by every part of the desk for bad input; nothing was written. */
export class DeskRefusedError extends Error {
  override name = 'DeskRefusedError';
  /** What was refused, with its value: "token ci". Never a secret. */
  readonly what: string;
  readonly why: string;
  /** What to do instead. */
  readonly mend: string;
  constructor(what: string, why: string, mend: string) {
    super(`${what}: ${why}; ${mend}`);
    this.what = what;
    this.why = why;
    this.mend = mend;
  }
}

/** Refuses text that is empty or longer than `charsMax`. `field` names it for people. */
export function needText(field: string, value: string, charsMax: number): void {
  if (value.trim() === '') throw new DeskRefusedError(field, 'is empty', 'say it in a few words');
  if (value.length > charsMax)
    throw new DeskRefusedError(field, `has ${value.length} characters, at most ${charsMax} are kept`, 'say it shorter');
}

/** Refuses an entry that does not say who and why. */
export function needWho(words: { readonly by: string; readonly why: string }): void {
  needText('by', words.by, 200);
  needText('why', words.why, 4_000);
}
