// What the server and its study threads say to each other. Plans travel as text: it is copied at once, however large.
import type { AskKind, Asks } from './answers.ts';
import type { Progress } from './slices.ts';

export interface ToStudy {
  readonly kind: AskKind;
  /** JSON of plans. */
  readonly plans: readonly string[];
  readonly args: Asks[AskKind];
}

export type FromStudy =
  | { readonly say: 'progress'; readonly progress: Progress }
  | { readonly say: 'answer'; readonly answer: unknown }
  | { readonly say: 'error'; readonly message: string };
