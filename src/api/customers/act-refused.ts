// What a customer asked for and cannot have, in words that may be shown to them.

/** Nothing was done. The message says why and what to do, and names nothing that is not theirs. */
export class ActRefusedError extends Error {
  override name = 'ActRefusedError';
}
