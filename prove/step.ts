// One promise of a showing, and how it is kept before everybody's eyes.

export interface Step {
  readonly name: string;
  readonly promises: string;
  /** Resolves with what was measured, for people; throws when the promise is not kept. */
  readonly show: () => Promise<string>;
}
