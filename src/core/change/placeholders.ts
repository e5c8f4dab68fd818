// Placeholders in argument lists: `{node} {version} {previous}`, and `{job}` where a job is asked. A value can never become an option
// (no leading dash) nor carry a character that a shell could read.

export const STEP_PLACEHOLDERS = ['node', 'version', 'previous'] as const;
/** In checks of several nodes; see `fillGroup`. */
export const CHECK_PLACEHOLDERS = [...STEP_PLACEHOLDERS, 'nodes', 'rail'] as const;
export const JOB_PLACEHOLDERS = ['job', 'node'] as const;
/** In drivers' options; all but the first are for the commands of an allocator. */
export const DRIVER_PLACEHOLDERS = ['node', 'nodes', 'reason', 'run'] as const;
/** In the names of a fleet file. */
export const NAME_PLACEHOLDERS = ['unit', 'rail'] as const;

export type PlaceholderValues = { readonly [placeholder: string]: string };

/** What may stand in for a placeholder. */
export const PLACEHOLDER_VALUE = /^(?!-)[A-Za-z0-9._:+-]{1,128}$/;

const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9_]*)\}/g;

export interface PlaceholderProblem {
  /** Characters into the text. */
  readonly at: number;
  readonly value: string;
  readonly why: string;
  readonly mend: string;
}

/** The first placeholder in the text that is not one of `allowed`, or null. */
export function checkPlaceholders(text: string, allowed: readonly string[]): PlaceholderProblem | null {
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (allowed.includes(match[1] ?? '')) continue;
    const known = allowed.map((name) => `{${name}}`).join(' ');
    return { at: match.index, value: match[0], why: 'unknown placeholder', mend: `known here: ${known}` };
  }
  return null;
}

/** Whether any of the arguments has the placeholder. */
export function usesPlaceholder(argv: readonly string[], placeholder: string): boolean {
  return argv.some((argument) => argument.includes(`{${placeholder}}`));
}

/** The argument list with its placeholders filled in. Throws PlaceholderValueError when one has no value or an unsafe one. */
export function fillArgv(argv: readonly string[], values: PlaceholderValues): string[] {
  return argv.map((argument) => fillText(argument, values));
}

/** An argument `{nodes}` becomes one argument for each of them, and `{rail}` its number; all else stays for later. Throws PlaceholderValueError. */
export function fillGroup(argv: readonly string[], nodes: readonly string[], rail: number | null): string[] {
  return argv.flatMap((argument) => {
    if (argument === '{nodes}') return nodes.map((node) => fillText('{node}', { node }));
    return rail === null ? [argument] : [argument.replaceAll('{rail}', String(rail))];
  });
}

/** As `fillArgv`, for one text such as a file name or an address. */
export function fillText(text: string, values: PlaceholderValues): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || !PLACEHOLDER_VALUE.test(value)) throw new PlaceholderValueError(name, value);
    return value;
  });
}

export class PlaceholderValueError extends Error {
  override name = 'PlaceholderValueError';
  constructor(placeholder: string, value: string | undefined) {
    super(
      value === undefined
        ? `{${placeholder}} has no value here`
        : `{${placeholder}} cannot be ${JSON.stringify(value)}: letters, digits and . _ : + - only, no leading dash, at most 128`,
    );
  }
}
