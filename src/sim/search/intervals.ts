// Stretches of time, half open, in minutes.

export type Interval = readonly [fromMin: number, toMin: number];

/** What is left of the stretches without others; sorted, joined where they touch, none empty. */
export function subtract(stretches: readonly Interval[], others: readonly Interval[]): Interval[] {
  const left = others.reduce<readonly Interval[]>(
    (open, [from, to]) =>
      open
        .flatMap(([start, end]): Interval[] => [
          [start, Math.min(end, from)],
          [Math.max(start, to), end],
        ])
        .filter(([start, end]) => start < end),
    stretches,
  );
  const joined: [number, number][] = [];
  for (const [start, end] of [...left].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}
