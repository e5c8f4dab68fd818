// A whole Pitstop server with the console, in a state folder of its own, for tests, benches and showings in a browser.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Client } from '../../src/cli/client.ts';
import { stateFolderAt, type StateFolder } from '../../src/cli/state-folder.ts';
import { ensureBuilt } from '../../web/ensure-built.ts';
import { Serving } from '../serving.ts';

export class ConsoleServer implements AsyncDisposable {
  /** Its owner's, over the socket. */
  readonly client: Client;
  readonly state: StateFolder;
  readonly #serving: Serving;

  private constructor(serving: Serving, state: StateFolder) {
    this.client = connect(state.socket);
    this.state = state;
    this.#serving = serving;
  }

  /** `args` are more of `pitstop serve`. */
  static async start(args: readonly string[] = []): Promise<ConsoleServer> {
    const state = stateFolderAt(mkdtempSync(join(tmpdir(), 'pitc-')));
    await ensureBuilt();
    return new ConsoleServer(await Serving.start({ ...process.env, PITSTOP_STATE: state.folder }, args), state);
  }

  get url(): string {
    return this.#serving.url;
  }

  get pid(): number {
    return this.#serving.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#serving[Symbol.asyncDispose]();
    rmSync(this.state.folder, { recursive: true, force: true });
  }
}
