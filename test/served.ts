// A server of the real bin with a port, in the foreground of a test, for as long as the test wants it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Desk } from './pitstop.ts';

const BIN = fileURLToPath(new URL('../bin/pitstop.mjs', import.meta.url));

export interface Served {
  readonly url: string;
  /** All that it said so far. */
  said(): string;
  /** Resolves with the exit code. */
  end(): Promise<number | null>;
}

/** `pitstop serve --listen 127.0.0.1:0` and more; resolves once it answers there. Rejects with its words when it ends before. */
export function serveAt(desk: Desk, ...more: readonly string[]): Promise<Served> {
  const env = { ...process.env, PITSTOP_STATE: desk.state, NO_COLOR: '1', TZ: 'UTC' };
  const args = [BIN, 'serve', '--listen', '127.0.0.1:0', ...more];
  const child = spawn(process.execPath, args, { cwd: desk.folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    void ended.then((exit) => reject(new Error(`serve ended with ${exit}: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = /listening on (http:\S+)\n/.exec(said)?.[1];
      if (url === undefined) return;
      const end = (): Promise<number | null> => {
        child.kill('SIGTERM');
        return ended;
      };
      resolve({ url, said: () => said, end });
    });
  });
}
