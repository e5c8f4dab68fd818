// `pitstop serve` of the real bin with a free port of this machine, for as long as a test, a bench or a showing wants it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/pitstop.mjs', import.meta.url));

export class Serving implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #said: () => string;
  readonly #ended: Promise<unknown[]>;

  private constructor(url: string, child: ChildProcess, said: () => string, ended: Promise<unknown[]>) {
    this.url = url;
    this.#child = child;
    this.#said = said;
    this.#ended = ended;
  }

  /** `env` names the state folder; `args` are more of `serve`. Resolves once it listens; rejects with its words when it ends before. */
  static start(env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<Serving> {
    const all = [BIN, 'serve', '--listen', '127.0.0.1:0', ...args];
    const child = spawn(process.execPath, all, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'close');
    let said = '';
    return new Promise((found, fail) => {
      child.once('error', fail);
      void ended.then(([exit]) => fail(new Error(`serve ended with ${String(exit)}: ${said}`)));
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const url = /listening on (http:\S+)\n/.exec(said)?.[1];
        if (url !== undefined) found(new Serving(url, child, () => said, ended));
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All that it said so far. */
  said(): string {
    return this.#said();
  }

  /** Resolves with the exit code. */
  async end(): Promise<unknown> {
    this.#child.kill('SIGTERM');
    return (await this.#ended)[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
