// A return curve so small that it stands in a row of a table.

/** SVG path of the steps in a box of that size; '' while there is nothing to see. */
export function thumbPath(
  points: readonly (readonly [min: number, count: number])[],
  total: number,
  widthPx: number,
  heightPx: number,
): string {
  const endMin = points.at(-1)?.[0] ?? 0;
  if (total <= 0 || endMin <= 0) return '';
  const x = (min: number): number => Math.round((Math.max(0, min) / endMin) * widthPx * 10) / 10;
  const y = (count: number): number => Math.round((1 - Math.min(1, count / total)) * heightPx * 10) / 10;
  const byX = new Map<number, number>();
  for (const [min, count] of points) byX.set(x(min), y(count));
  return `M0 ${heightPx}${[...byX].map(([px, up]) => `H${px}V${up}`).join('')}H${widthPx}`;
}
