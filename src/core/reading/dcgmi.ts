// The output of `dcgmi diag`, as a table or with `-j`: every test with its result, and what it says of failures.

type DiagStatus = 'pass' | 'fail' | 'warn' | 'skip';

interface DiagTest {
  readonly name: string;
  readonly status: DiagStatus;
  /** Which GPUs failed and why, in the tool's words. */
  readonly says: readonly string[];
}

export interface DiagReport {
  readonly tests: readonly DiagTest[];
  /** false: the output was cut off, or is none of this tool. */
  readonly whole: boolean;
  readonly faults: readonly string[];
}

/**
 * Unproven: never seen from GPUs of ours; the forms are those of DCGM's documentation (the table since DCGM 1, with a line a GPU
 * since 4; the
 * JSON of `-j` under "DCGM GPU Diagnostic" or, since 4, "DCGM Diagnostic").
 */
export function parseDcgmiDiag(stdout: string): DiagReport {
  const text = stdout.trim();
  return text.startsWith('{') ? fromJson(text) : fromTable(text);
}

const WORDS: readonly (readonly [RegExp, DiagStatus])[] = [
  [/\b(fail|error)/i, 'fail'],
  [/\bwarn/i, 'warn'],
  [/\bskip/i, 'skip'],
  [/\bpass/i, 'pass'],
];
const RANK: readonly DiagStatus[] = ['skip', 'pass', 'warn', 'fail'];

function statusOf(text: string): DiagStatus | null {
  return WORDS.find(([word]) => word.test(text))?.[1] ?? null;
}

const worse = (a: DiagStatus, b: DiagStatus): DiagStatus => (RANK.indexOf(b) > RANK.indexOf(a) ? b : a);

function fromTable(text: string): DiagReport {
  const tests: { name: string; status: DiagStatus; says: string[] }[] = [];
  const faults: string[] = [];
  let section = '';
  let whole = false;
  for (const line of text.split('\n').map((one) => one.trim())) {
    const head = /^[|+]-{3,} +(\w+) +-+\+/.exec(line)?.[1];
    if (head !== undefined) section = head;
    whole = /^\+-+\+-+\+$/.test(line) && tests.length + faults.length > 0;
    const row = /^\| ?(.*?) *\| ?(.*?) *\|$/.exec(line);
    const [, name = '', result = ''] = row ?? [];
    if (!row || head !== undefined || section === '' || section === 'Metadata') continue;
    const last = tests.at(-1);
    const status = /^(GPU ?\d+: *)?(pass|fail|warn|skip)/i.test(result) ? statusOf(result) : null;
    if (name === 'Error' && status === null) faults.push(result);
    else if (/^(Info|Warning|Error|)$/.test(name)) {
      if (last && status !== null && name === '') last.status = worse(last.status, status);
      if (last && (status === null || status === 'fail' || status === 'warn')) last.says.push(result);
      else if (!last && status === null && faults.length > 0) faults.push(`${faults.pop()} ${result}`);
    } else if (status !== null) tests.push({ name, status, says: [] });
  }
  return { tests, whole, faults };
}

function fromJson(text: string): DiagReport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { tests: [], whole: false, faults: ['the JSON is not whole'] };
  }
  const root = field(parsed, 'DCGM Diagnostic') ?? field(parsed, 'DCGM GPU Diagnostic');
  const error = field(root, 'runtime_error');
  const faults = typeof error === 'string' && error !== '' ? [error] : [];
  const tests = list(field(root, 'test_categories')).flatMap((category) =>
    list(field(category, 'tests')).map((test): DiagTest => {
      const results = [...list(field(test, 'results')), field(test, 'test_summary')].filter((result) => result !== undefined);
      // A status that nobody knows is no pass.
      const statuses = results.map((result) => statusOf(String(field(result, 'status'))) ?? 'fail');
      const says = results.flatMap((result) => warningsOf(field(result, 'warnings')));
      return { name: String(field(test, 'name')), status: statuses.reduce(worse, 'skip'), says };
    }),
  );
  return { tests, whole: root !== undefined, faults };
}

function warningsOf(warnings: unknown): string[] {
  const all = Array.isArray(warnings) ? (warnings as readonly unknown[]) : [warnings];
  return all
    .map((one) => (typeof one === 'string' ? one : field(one, 'warning')))
    .filter((one): one is string => typeof one === 'string' && one !== '');
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? (value as { readonly [key: string]: unknown })[key] : undefined;
}
