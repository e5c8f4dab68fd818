// From minutes won to places in a small bar: all rows of a table share the range, and zero is always in it.

export interface Gain {
  readonly diffMin: number | null;
  readonly lowMin: number | null;
  readonly highMin: number | null;
}

export interface GainRange {
  readonly fromMin: number;
  readonly toMin: number;
}

export function gainRange(gains: readonly (Gain | undefined)[]): GainRange {
  const times = gains.flatMap((gain) => (gain ? [gain.diffMin, gain.lowMin, gain.highMin] : [])).filter((min) => min !== null);
  const [fromMin, toMin] = [Math.min(0, ...times), Math.max(0, ...times)];
  return toMin - fromMin < 0.1 ? { fromMin, toMin: fromMin + 1 } : { fromMin, toMin };
}

/** In pixels from the left of a bar that is so wide. */
export function gainX(min: number, { fromMin, toMin }: GainRange, widthPx: number): number {
  return Math.round(((Math.min(toMin, Math.max(fromMin, min)) - fromMin) / (toMin - fromMin)) * widthPx * 10) / 10;
}
