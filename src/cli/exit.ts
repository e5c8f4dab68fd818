// Exit codes, which scripts rely on (docs/reference/cli.md), and how every error becomes one.
import { ORPCError } from '@orpc/client';
import { CommanderError } from 'commander';
import { BadInputError, showProblem } from '../files/problem.ts';

export const EXIT = {
  done: 0,
  /** A gate, check or comparison says no; a run that is held, aborted or short. */
  no: 1,
  badInput: 2,
  /** An outside system, or our own server, did not answer. */
  silent: 3,
  /** A bug of ours. */
  bug: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Failure {
  readonly exit: ExitCode;
  /** For stderr; empty when it was said already. */
  readonly text: string;
  /** For `--json`: the same for scripts. */
  readonly error: { readonly exit: ExitCode; readonly kind: string; readonly message: string; readonly problems?: readonly object[] };
}

/** What was asked for cannot be done as asked; the message says what to do instead. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Something that had to answer did not, in time. */
export class SilentError extends Error {
  override name = 'SilentError';
}

/** A value on the command line that cannot be used, shown like one in a file; `col` is from 1, within the value. */
export function badArgument(option: string, value: string, why: string, mend: string, col = 1): BadInputError {
  return new BadInputError([{ file: option, line: 1, col, value, why, mend }]);
}

/** Never throws. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return ofCommander(error);
  if (error instanceof BadInputError) {
    const problems = error.problems.map((problem) => ({ ...problem, text: showProblem(problem) }));
    return {
      exit: EXIT.badInput,
      text: error.message,
      error: { exit: EXIT.badInput, kind: 'bad-input', message: error.message, problems },
    };
  }
  if (error instanceof UsageError) return failure(EXIT.badInput, 'usage', error.message);
  if (error instanceof SilentError) return failure(EXIT.silent, 'silent', error.message);
  if (error instanceof ORPCError) return ofServer(error);
  if (serverIsGone(error)) return failure(EXIT.silent, 'silent', 'the server went away while it was asked; ask again, it is started anew');
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return failure(EXIT.bug, 'bug', `this is a bug of ours: please report it with the lines below\n${stack}`);
}

/** Nobody listens on the socket, or the one who did has ended. */
export function serverIsGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code);
}

function failure(exit: ExitCode, kind: string, message: string): Failure {
  return { exit, text: message, error: { exit, kind, message } };
}

/** Commander has written its own words to stderr by the time it throws. */
function ofCommander(error: CommanderError): Failure {
  const exit = error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  return { exit, text: '', error: { exit, kind: 'usage', message: error.message.replace(/^error: /, '') } };
}

function ofServer(error: ORPCError<string, unknown>): Failure {
  switch (error.code) {
    case 'BAD_INPUT':
    case 'NOT_FOUND':
    case 'REFUSED':
      return failure(EXIT.badInput, error.code.toLowerCase().replace('_', '-'), error.message);
    case 'BAD_REQUEST':
      return failure(EXIT.badInput, 'bad-input', `the server cannot use what was sent: ${JSON.stringify(error.data ?? error.message)}`);
    case 'UNAUTHORIZED':
    case 'FORBIDDEN':
    case 'TOO_MANY_REQUESTS':
      return failure(EXIT.badInput, error.code.toLowerCase().replaceAll('_', '-'), error.message);
    case 'OUTSIDE':
      return failure(EXIT.silent, 'silent', error.message);
    default:
      return failure(
        EXIT.bug,
        'bug',
        `this is a bug of ours, in the server (its log has the stack, see STATE/serve.log): ${error.message}`,
      );
  }
}
