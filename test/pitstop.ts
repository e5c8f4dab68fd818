// Runs the real bin for tests, in a folder and with a state folder of the test's own.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/pitstop.mjs', import.meta.url));

export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with documents in it, and beside it a state folder whose server, if any was started, is stopped at the end. */
export class Desk implements AsyncDisposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'pit-'));
  readonly folder = mkdtempSync(join(this.#root, 'd'));
  readonly state = join(this.#root, 's');

  /** Of every process that is started here. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PITSTOP_STATE: this.state, NO_COLOR: '1', TZ: 'UTC' };
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = join(this.folder, name);
      mkdirSync(dirname(file), { recursive: true });
      // Executable, since some of them stand in for a command.
      writeFileSync(file, text, { mode: 0o755 });
    }
  }

  /** Ends with the command's own exit code; it is given no terminal and no input. */
  pitstop(...args: readonly string[]): Promise<Ended> {
    return this.pitstopWith({}, ...args);
  }

  pitstopWith(more: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> {
    const env = { ...this.env, ...more };
    const child = spawn(process.execPath, [BIN, ...args], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit) => resolve({ exit, stdout, stderr }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(this.state)) await this.pitstop('down');
    rmSync(this.#root, { recursive: true, force: true });
  }
}
