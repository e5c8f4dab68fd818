// Our reservations are called PREFIX-RUN.

export const reservationName = {
  of: (run: string, resPrefix: string): string => `${resPrefix}-${run}`,
  /** null: not one of ours. */
  runOf: (name: string, resPrefix: string): string | null =>
    name.startsWith(`${resPrefix}-`) && name.length > resPrefix.length + 1 ? name.slice(resPrefix.length + 1) : null,
};
