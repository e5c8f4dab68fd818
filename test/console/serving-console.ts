// `pitstop serve` with the console on a free port of this machine, as a process that is ended when it is disposed of.
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { ensureBuilt } from '../../web/ensure-built.ts';

const BIN = resolve(import.meta.dirname, '../../bin/pitstop.mjs');

export class ServingConsole implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** `env` names the state folder. `args` are more of `serve`. Rejects with the server's words when it ends before it listens. */
  static async start(env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<ServingConsole> {
    await ensureBuilt();
    const child = spawn(process.execPath, [BIN, 'serve', '--listen', '127.0.0.1:0', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    return new ServingConsole(await addressOf(child), child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** The address that it says it listens at. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (url !== undefined) done(url);
    });
    child.once('exit', (code) => fail(new Error(`the server ended with ${code}: ${said}`)));
  });
}
