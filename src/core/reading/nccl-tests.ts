// The output of a program of nccl-tests (all_reduce_perf and its like): a row a size, wrong values, the average bus bandwidth.

interface NcclRow {
  readonly bytes: number;
  /** GB/s; null: not measured. */
  readonly outOfPlace: number | null;
  readonly inPlace: number | null;
  /** Wrong values of both; null: not validated (`-c 0`), or an old version that prints an error instead of a count. */
  readonly wrong: number | null;
}

export interface NcclReport {
  readonly rows: readonly NcclRow[];
  /** GB/s as the program prints it at its end; of several runs in one output the least. null: no run came to its end. */
  readonly avgBusbw: number | null;
  /** GB/s, the best of all rows; null: no row. */
  readonly peakBusbw: number | null;
  /** Wrong values as counted at the end; null: not told. */
  readonly outOfBounds: number | null;
  /** Runs that began and runs that came to their end. */
  readonly began: number;
  readonly ended: number;
  /** Lines in which NCCL, CUDA or mpirun says what failed; at most ten. */
  readonly faults: readonly string[];
}

const NUMBER = '(\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|N/A|nan|inf)';
/** Size, count, type, up to two more columns (redop, root), then time, algbw, busbw and wrong, twice. Launchers put a label in front. */
const ROW = new RegExp(`(?:^|[\\s:>])(\\d+)\\s+\\d+\\s+[a-z]\\w*(?:\\s+\\S+){0,2}?${`\\s+${NUMBER}`.repeat(8)}\\s*$`);
const FAULT =
  /NCCL WARN|NCCL failure|Test failure|Cuda failure|CUDA error|unhandled \w+ error|mpirun detected|exited on signal|^ERROR|srun: error/;
const FAULTS_MAX = 10;

/** Never throws; a run that was cut off has no average. Rows are GB/s of 10^9 bytes, as printed. */
export function parseNcclTests(stdout: string): NcclReport {
  const counts = /#wrong/.test(stdout);
  const lines = stdout.split('\n');
  const rows = lines.flatMap((line): NcclRow[] => {
    const match = ROW.exec(line);
    if (!match || line.trimStart().startsWith('#')) return [];
    const [bytes = 0, , , out = NaN, wrongOut = NaN, , , inside = NaN, wrongIn = NaN] = match.slice(1).map(Number);
    const wrong = [wrongOut, wrongIn].filter((count) => counts && Number.isFinite(count));
    return [
      { bytes, outOfPlace: finite(out), inPlace: finite(inside), wrong: wrong.length === 0 ? null : wrong.reduce((sum, n) => sum + n, 0) },
    ];
  });
  const averages = figures(stdout, /# Avg bus bandwidth\s*:\s*(\S+)/g);
  const bounds = figures(stdout, /# Out of bounds values\s*:\s*(\S+)/g);
  const speeds = rows.flatMap(({ outOfPlace, inPlace }) => [outOfPlace, inPlace]).filter((speed) => speed !== null);
  return {
    rows,
    avgBusbw: averages.length === 0 ? null : finite(Math.min(...averages)),
    peakBusbw: speeds.length === 0 ? null : Math.max(...speeds),
    outOfBounds: bounds.length === 0 ? null : finite(bounds.reduce((sum, n) => sum + n, 0)),
    began: Math.max(lines.filter((line) => /#\s+size\s+count\s+type/.test(line)).length, rows.length > 0 ? 1 : 0),
    ended: averages.length,
    faults: lines
      .map((line) => line.trim())
      .filter((line) => FAULT.test(line))
      .slice(0, FAULTS_MAX),
  };
}

function figures(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map(([, figure]) => Number(figure));
}

function finite(figure: number): number | null {
  return Number.isFinite(figure) ? figure : null;
}
