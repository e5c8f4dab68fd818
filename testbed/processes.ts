// Who of a testbed still runs, for tests that it leaves nobody behind.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Command lines of all processes that name this folder in their arguments or environment. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({ command: readText(`/proc/${pid}/cmdline`), environment: readText(`/proc/${pid}/environ`) }))
    .filter(({ command, environment }) => command.includes(folder) || environment.includes(folder))
    .map(({ command }) => command.replaceAll('\0', ' '));
}

/** The file's text, or nothing when the file or its process has gone meanwhile. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
