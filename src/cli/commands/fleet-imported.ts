// What `fleet import` does with the fleet file that the server made of a live system: to a file, as JSON, or to stdout.
import { z } from 'zod';
import { writeWhole } from '../../files/read-text.ts';
import { counted } from '../../std/share.ts';
import { printJson } from '../output.ts';
import type { Terminal } from '../terminal.ts';

/** The fleet file's text for people, and the same as a document. */
export const importedSchema = z.object({ text: z.string(), document: z.unknown(), nodes: z.number().int() });

export interface Wanted {
  readonly output?: string;
  readonly json?: true;
}

/** `next`: what somebody has to do with the file. */
export function giveImported(
  terminal: Terminal,
  { text, document, nodes }: z.output<typeof importedSchema>,
  { output, json }: Wanted,
  next: (file: string) => string,
): void {
  if (output !== undefined) {
    writeWhole(output, text);
    terminal.err(`${output}: ${counted(nodes, 'node')}; next: ${next(output)}\n`);
  }
  if (json) printJson(terminal, document);
  else if (output === undefined) terminal.out(text);
}
