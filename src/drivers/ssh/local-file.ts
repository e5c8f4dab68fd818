// A file of the server's machine that is to be pushed: its digest is taken once for all nodes, and again only when the file has changed.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
}

/** Bad input: the file cannot be read, or is another one than was meant. */
export class LocalFileError extends Error {
  override name = 'LocalFileError';
}

interface Digested {
  /** Changes whenever the file does, as far as its folder tells. */
  readonly stamp: string;
  readonly digest: Promise<string>;
}

export class LocalFiles {
  readonly #digests = new Map<string, Digested>();

  /** Throws LocalFileError when there is no such file or its SHA-256 is not `sha256`. */
  async require(path: string, sha256: string): Promise<LocalFile> {
    const { size, mode, mtimeNs, ino } = await this.#stat(path);
    const stamp = `${ino} ${size} ${mtimeNs}`;
    let digested = this.#digests.get(path);
    if (digested?.stamp !== stamp) {
      digested = { stamp, digest: digestOf(path) };
      this.#digests.set(path, digested);
    }
    const digest = await this.#read(path, digested.digest);
    if (digest === sha256) return { path, bytes: Number(size), mode: Number(mode) & 0o777 };
    throw new LocalFileError(`${path} has the SHA-256 ${digest}, and ${sha256} is wanted: nothing was sent`);
  }

  async #stat(path: string) {
    const stats = await this.#read(path, stat(path, { bigint: true }));
    if (!stats.isFile()) throw new LocalFileError(`${path} is no file: nothing was sent`);
    return stats;
  }

  async #read<T>(path: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#digests.delete(path);
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      throw new LocalFileError(`${path} cannot be read (${code}): nothing was sent`, { cause: error });
    }
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
