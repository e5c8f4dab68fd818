// A command of a procedure as a dry run shows it.
import { quoteCommand } from '../../std/quote.ts';

/** Placeholders whose value differs by target stay as they are written. */
export function describeRun({ argv, version }: { readonly argv: readonly string[]; readonly version: string | null }): string {
  return quoteCommand(version === null ? argv : argv.map((word) => word.replaceAll('{version}', version)));
}
