// A command of this project or of the machine, run to its end for a showing.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const HOME = resolve(import.meta.dirname, '..');

/** What it printed; throws with all its words when it did not end with exit code 0. */
export function command(name: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(name, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let errors = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.on('error', fail);
    child.on('close', (code) =>
      code === 0 ? done(said.trim()) : fail(new Error(`${name} ${args.join(' ')}: exit ${code}\n${said}\n${errors}`)),
    );
  });
}
