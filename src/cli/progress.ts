// Words for whoever waits: nothing for what is quick, a line on stderr for what takes over two seconds.
import type { Terminal } from './terminal.ts';

const QUIET_MS = 2_000;
const AGAIN_MS = 10_000;

/** The work's result; while it takes, `what` is said with the seconds it has taken. */
export async function slowly<T>(terminal: Terminal, what: string, work: Promise<T>): Promise<T> {
  const began = performance.now();
  const say = (): void => terminal.err(`${what} (${Math.round((performance.now() - began) / 1_000)} s)\n`);
  let again: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say();
    again = setInterval(say, AGAIN_MS);
  }, QUIET_MS);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
}
