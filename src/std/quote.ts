// The one place where an argument list becomes a command line: every driver that needs a shell goes through here.

/** A POSIX shell command line that runs exactly this argument list, whatever the arguments hold. NUL cannot be passed and throws. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteArgument).join(' ');
}

/** One argument, quoted for a POSIX shell only where it must be. */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) throw new ArgumentQuotingError(argument);
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

export class ArgumentQuotingError extends Error {
  override name = 'ArgumentQuotingError';
  constructor(argument: string) {
    super(`an argument holds a NUL byte, which no command line can carry: ${JSON.stringify(argument)}`);
  }
}
