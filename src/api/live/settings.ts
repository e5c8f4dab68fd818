// Figures of the live maps: how often, and how much is kept for those who come back.

/** Changes are told together, so often. */
export const BATCH_MS = 100;

/** Messages kept for whoever comes back, and changes in all of them together: some 30 MB at most. */
export const KEPT = 2_000;
export const CHANGES_MAX = 500_000;
