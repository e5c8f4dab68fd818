// What the pool and its workers say to each other. The plan travels once; after that only numbers do.
import type { ModelAbout, Spec } from '../rehearse/asking.ts';

export type ToWorker =
  | { readonly kind: 'model'; readonly model: number; readonly spec: Spec }
  | { readonly kind: 'run'; readonly model: number; readonly from: number; readonly count: number }
  | { readonly kind: 'forget'; readonly model: number };

export interface FromWorker {
  readonly model: number;
  readonly from: number;
  readonly about: ModelAbout;
  readonly rows: Float64Array<ArrayBuffer>;
  readonly tookMs: number;
}
