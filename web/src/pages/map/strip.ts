// The geometry of the curve under the map: how many were back when, over the time of a run.

export interface Strip {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly total: number;
}

/** An SVG path of steps; '' where there is nothing. */
export function stepPath(points: readonly (readonly [number, number])[], strip: Strip): string {
  if (points.length === 0 || strip.total === 0) return '';
  const steps = points.map(([at, count]) => `H${xOf(at, strip).toFixed(1)}V${yOf(count, strip).toFixed(1)}`);
  return `M0 ${yOf(0, strip).toFixed(1)}${steps.join('')}`;
}

export function xOf(atMs: number, { fromMs, toMs, widthPx }: Strip): number {
  const share = (atMs - fromMs) / Math.max(1, toMs - fromMs);
  return Math.min(1, Math.max(0, share)) * widthPx;
}

export function yOf(count: number, { total, heightPx }: Strip): number {
  return heightPx - 1 - (count / Math.max(1, total)) * (heightPx - 2);
}
