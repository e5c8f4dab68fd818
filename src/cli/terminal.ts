// Where a command speaks: answers to stdout, everything else to stderr, questions only where somebody sits.
import { createInterface } from 'node:readline/promises';

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Somebody can be asked, and a view can be redrawn in place. */
  readonly interactive: boolean;
  readonly color: boolean;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** The line that was typed, trimmed; null = no answer (end of input, or Ctrl-C). */
  readonly ask: (question: string) => Promise<string | null>;
  /** Aborted at the first Ctrl-C after the first use; a command that never asks for it is ended by Ctrl-C as usual. */
  readonly interrupted: () => AbortSignal;
}

export function processTerminal(): Terminal {
  const interactive = process.stdin.isTTY && process.stderr.isTTY;
  endQuietlyOnClosedPipe();
  let interrupt: AbortController | null = null;
  const interrupted = (): AbortSignal => {
    if (!interrupt) {
      const controller = new AbortController();
      // Kept for the life of the process: the bin passes the terminal's Ctrl-C on a second time.
      process.on('SIGINT', () => controller.abort());
      process.on('SIGTERM', () => controller.abort());
      interrupt = controller;
    }
    return interrupt.signal;
  };
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive,
    color: interactive && !process.env['NO_COLOR'],
    size: () => ({ columns: process.stderr.columns || 100, rows: process.stderr.rows || 40 }),
    ask: (question) => askLine(question, interrupted()),
    interrupted,
  };
}

async function askLine(question: string, signal: AbortSignal): Promise<string | null> {
  if (signal.aborted) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
    const answer = await Promise.race([lines.question(question, { signal }), closed]);
    return answer === null ? null : answer.trim();
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    lines.close();
  }
}

/** `pitstop events RUN | head` is no error of anybody. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
