// Pushes a file to a node, whole or not at all: it grows under another name, is verified there, and only then renamed over the old one.
import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import { fillText } from '../../core/change/placeholders.ts';
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { Act, Result } from '../../core/ports.ts';
import { SshConnectError } from './failure.ts';
import type { SshHub } from './hub.ts';
import { LocalFileError, LocalFiles, type LocalFile } from './local-file.ts';
import { partPrefix, placeScript, pushProbeScript } from './push-scripts.ts';
import type { Talk } from './talk.ts';

export type PushAct = Extract<Act, { readonly role: 'shell'; readonly do: 'push' }>;

/** Pieces under way at once: half a megabyte a node, so that hundreds of nodes fit into memory. */
const PIECES_AT_ONCE = 16;
const PIECE_BYTES = 32_768;

interface Sending {
  readonly node: string;
  readonly file: LocalFile;
  sent: number;
}

export class Pusher {
  readonly #hub: SshHub;
  readonly #folder: string;
  readonly #files = new LocalFiles();
  readonly #sending = new Set<Sending>();

  constructor(hub: SshHub, folder: string) {
    this.#hub = hub;
    this.#folder = folder;
  }

  /** Rejects with SshConnectError, when nothing was sent, and with PlaceholderValueError. */
  async push(target: string, act: PushAct, signal: AbortSignal): Promise<Result> {
    const to = fillText(act.to, { node: target });
    const refused = (why: string): Result => ({ target, outcome: 'refused', evidence: { why, to } });
    try {
      const file = await this.#files.require(resolve(this.#folder, fillText(act.from, {})), act.sha256);
      const evidence = { to, bytes: file.bytes, sha256: act.sha256 };
      const probe = await this.#hub.speak(target, pushProbeScript(to, act.sha256), signal, null, () => undefined);
      const [word, ...rest] = probe.mark ?? [];
      if (probe.end !== 'exit' || word === undefined) return refused(`nothing was sent: ${silence(probe)}`);
      if (word === 'refused') return refused(rest.join(' '));
      if (word === 'same') return { target, outcome: 'done', evidence: { ...evidence, already: true } };
      const part = `${partPrefix(to, act.sha256)}${randomBytes(4).toString('hex')}`;
      await this.#send(target, file, part, signal);
      const placed = await this.#hub.speak(target, placeScript(part, to, act.sha256, file.mode), signal, null, () => undefined);
      if (placed.end === 'exit' && placed.mark?.[0] === 'placed') return { target, outcome: 'done', evidence };
      if (placed.end === 'exit' && placed.mark?.[0] === 'refused') return refused(placed.mark.slice(1).join(' '));
      return {
        target,
        outcome: 'unknown',
        evidence: { ...evidence, why: `sent, but nobody knows whether it is in place: ${silence(placed)}` },
      };
    } catch (error) {
      if (error instanceof LocalFileError || error instanceof SendError) return refused(error.message);
      throw error;
    }
  }

  /** One line a file: "n[1-3]: 40 % of F", or from the slowest to the fastest. */
  waitingFor(): string[] {
    const byFile = Map.groupBy(this.#sending, ({ file }) => file.path);
    return [...byFile].map(([path, all]) => {
      const shares = all.map(({ sent, file }) => Math.floor((100 * sent) / Math.max(1, file.bytes)));
      const [least, most] = [Math.min(...shares), Math.max(...shares)];
      const share = least === most ? `${least} %` : `${least} to ${most} %`;
      return `${foldNames(all.map(({ node }) => node))}: ${share} of ${basename(path)}`;
    });
  }

  async #send(node: string, file: LocalFile, part: string, signal: AbortSignal): Promise<void> {
    const sending: Sending = { node, file, sent: 0 };
    this.#sending.add(sending);
    try {
      await this.#hub.transfer(node, signal, (sftp) => put(sftp, sending, part, signal));
    } catch (error) {
      if (error instanceof SshConnectError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      const bytes = `${sending.sent} of ${file.bytes} bytes`;
      throw new SendError(`${part} could not be written (${bytes} sent): ${why}; the file that was there before still is`, {
        cause: error,
      });
    } finally {
      this.#sending.delete(sending);
    }
  }
}

class SendError extends Error {
  override name = 'SendError';
}

function put(sftp: SFTPWrapper, sending: Sending, part: string, signal: AbortSignal): Promise<void> {
  return new Promise((done, reject) => {
    const abort = (): void => reject(new Error('given up'));
    const broken = (): void => reject(new Error('the connection broke'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    sftp.once('close', broken);
    const options = {
      // Nobody else may read it before it is known to be whole; its own mode comes with its name.
      mode: 0o600,
      concurrency: PIECES_AT_ONCE,
      chunkSize: PIECE_BYTES,
      step: (sent: number): void => {
        sending.sent = sent;
      },
    };
    sftp.fastPut(sending.file.path, part, options, (error?: Error | null) => {
      signal.removeEventListener('abort', abort);
      sftp.removeListener('close', broken);
      if (error) reject(error);
      else done();
    });
  });
}

function silence(told: Talk): string {
  if (told.end === 'broken') return 'the connection broke';
  if (told.end === 'limit') return 'given up: the deadline passed, or the call was cancelled';
  if (told.pid === null) return 'the login shell did not start /bin/sh';
  return `the shell ended without saying how it went: ${told.stderr.slice(-300)}`;
}
