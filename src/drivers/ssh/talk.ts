// Says one script to a shell on a node and hears it out: what it printed after its mark, how it ended, or that nobody knows.
import type { ClientChannel } from 'ssh2';
import type { Clock } from '../../std/clock.ts';
import { Tail } from '../shared/tail.ts';
import type { SshConnection } from './connection.ts';
import { MARK } from './scripts.ts';

/** Of each of stdout and stderr the end is kept. */
const OUTPUT_BYTES_MAX = 65_536;
/** A child that went into the background may hold the output open for ever. */
const AFTER_EXIT_MS = 1_000;

export interface Talk {
  /** exit: the shell ended. broken: the connection did, before it. limit: the signal came first. */
  readonly end: 'exit' | 'broken' | 'limit';
  /** The script's shell, which leads its process group; null: not even its first line is known to have run. */
  readonly pid: string | null;
  /** What the script said of itself in its mark, e.g. ["ran"]; null: it did not come to that. */
  readonly mark: readonly string[] | null;
  /** After the mark, trimmed. */
  readonly stdout: string;
  readonly stderr: string;
  /** Something was cut off at the front. */
  readonly cut: boolean;
  readonly exit: number | null;
  readonly signal: string | null;
}

/** Never rejects: from here on the script may have run. */
export function talk(connection: SshConnection, channel: ClientChannel, script: string, clock: Clock, signal: AbortSignal): Promise<Talk> {
  return new Promise((resolve) => {
    const out = new MarkedOutput();
    const err = new MarkedOutput();
    let exit: { code: number | null; signal: string | null } | null = null;
    let cancel: (() => void) | null = null;
    const settle = (end: Talk['end']): void => {
      signal.removeEventListener('abort', abandon);
      forget();
      cancel?.();
      resolve(told(end, out, err, exit));
    };
    const abandon = (): void => settle('limit');
    channel.on('data', (chunk: Buffer) => out.add(chunk));
    channel.stderr.on('data', (chunk: Buffer) => err.add(chunk));
    channel.on('exit', (code: number | null, name?: string) => {
      exit = { code, signal: name ?? null };
      cancel = clock.after(AFTER_EXIT_MS, () => {
        settle('exit');
        channel.close();
      });
    });
    channel.on('close', () => settle(exit ? 'exit' : 'broken'));
    channel.on('error', () => undefined);
    // The data that came before the end is still on its way through the channel then.
    const forget = connection.onClose(() => setImmediate(() => settle(exit ? 'exit' : 'broken')));
    if (signal.aborted) return abandon();
    signal.addEventListener('abort', abandon, { once: true });
    channel.end(script);
  });
}

/** Ends the channel. Resolves to false when the node does not even close the channel. */
export function hangUp(connection: SshConnection, channel: ClientChannel, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(AFTER_EXIT_MS, () => resolve(false));
    const ended = (): void => {
      cancel();
      resolve(true);
    };
    channel.once('close', ended);
    connection.onClose(ended);
    try {
      channel.close();
    } catch {
      ended();
    }
  });
}

function told(end: Talk['end'], out: MarkedOutput, err: MarkedOutput, exit: { code: number | null; signal: string | null } | null): Talk {
  return {
    end,
    pid: err.mark?.[0] ?? null,
    mark: out.mark,
    stdout: out.text(),
    stderr: err.text(),
    cut: out.cut || err.cut,
    exit: exit?.code ?? null,
    signal: exit?.signal ?? null,
  };
}

/** Output of which the part up to the script's mark (what a talkative login shell printed) is dropped. */
class MarkedOutput {
  mark: readonly string[] | null = null;
  #tail = new Tail(OUTPUT_BYTES_MAX);

  get cut(): boolean {
    return this.#tail.cut;
  }

  add(chunk: Buffer): void {
    this.#tail.add(chunk);
    if (this.mark === null) this.#findMark();
  }

  text(): string {
    return this.#tail.text().trim();
  }

  #findMark(): void {
    const all = this.#tail.bytes();
    const start = all.indexOf(`\n${MARK}`);
    const end = start < 0 ? -1 : all.indexOf('\n', start + 1);
    if (end < 0) return;
    const words = all
      .subarray(start + 1 + MARK.length, end)
      .toString('utf8')
      .trim();
    this.mark = words === '' ? [] : words.split(' ');
    this.#tail = new Tail(OUTPUT_BYTES_MAX);
    this.#tail.add(all.subarray(end + 1));
  }
}
