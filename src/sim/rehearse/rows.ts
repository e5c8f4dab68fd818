// Results of scenarios as rows of one typed array: of a fixed width for a model, so that a worker hands a thousand of them over without a copy.
import { assert } from '../../std/assert.ts';
import { CLUSTER_MARKS, type ScenarioResult } from '../result.ts';
import type { ModelAbout } from './asking.ts';

const CURVE_POINTS = 100;

/** Single numbers of a row, by their place; the curve comes before them, clusters, steps and limits after. */
const FIELDS = ['gateMin', 'mopUpMin', 'gpuHoursNotReturned', 'stragglers', 'short', 'events'] as const;
export type RowField = (typeof FIELDS)[number];

export type RowShape = Pick<ModelAbout, 'clusters' | 'steps' | 'limits'>;

/** Numbers of one row. */
export function rowWidth({ clusters, steps, limits }: RowShape): number {
  return CURVE_POINTS + FIELDS.length + clusters.length * CLUSTER_MARKS.length + 2 * steps.length + limits.length;
}

/** Writes a result as row number `row`. */
export function writeRow(rows: Float64Array, row: number, shape: RowShape, result: ScenarioResult): void {
  const width = rowWidth(shape);
  let at = row * width;
  const put = (values: ArrayLike<number>, length: number): void => {
    assert(values.length === length, `a scenario has ${values.length} numbers where its model has ${length}`);
    rows.set(values, at);
    at += length;
  };
  put(result.curve, CURVE_POINTS);
  put(
    FIELDS.map((field) => result[field]),
    FIELDS.length,
  );
  assert(result.clusters.length === shape.clusters.length, 'a scenario has other clusters than its model');
  for (const marks of result.clusters) put(marks, CLUSTER_MARKS.length);
  put(result.waitMin, shape.steps.length);
  put(result.came, shape.steps.length);
  put(result.limitWaitMin, shape.limits.length);
}

/** When `percent` (1 ... 100) of the counted targets were back, by scenario. */
export function curveOf(rows: Float64Array, shape: RowShape, percent: number): Float64Array {
  return column(rows, rowWidth(shape), percent - 1);
}

/** One number of every scenario. */
export function fieldOf(rows: Float64Array, shape: RowShape, field: RowField): Float64Array {
  return column(rows, rowWidth(shape), CURVE_POINTS + FIELDS.indexOf(field));
}

/** When the mark (its place in CLUSTER_MARKS) of a cluster was reached, by scenario; NaN: it has no counted targets. */
export function clusterMarkOf(rows: Float64Array, shape: RowShape, cluster: number, mark: number): Float64Array {
  return column(rows, rowWidth(shape), CURVE_POINTS + FIELDS.length + cluster * CLUSTER_MARKS.length + mark);
}

/** Minutes that the targets which came to a step waited before it, summed, and how many came, by scenario. */
export function stepWaitOf(
  rows: Float64Array,
  shape: RowShape,
  step: number,
): { readonly waitMin: Float64Array; readonly came: Float64Array } {
  const width = rowWidth(shape);
  const first = CURVE_POINTS + FIELDS.length + shape.clusters.length * CLUSTER_MARKS.length;
  return { waitMin: column(rows, width, first + step), came: column(rows, width, first + shape.steps.length + step) };
}

/** Minutes that targets stood in the lines of a limit, summed, by scenario. */
export function limitWaitOf(rows: Float64Array, shape: RowShape, limit: number): Float64Array {
  const width = rowWidth(shape);
  return column(rows, width, width - shape.limits.length + limit);
}

function column(rows: Float64Array, width: number, at: number): Float64Array {
  const values = new Float64Array(rows.length / width);
  for (let row = 0; row < values.length; row++) values[row] = rows[row * width + at] as number;
  return values;
}
