// The only place that reads and writes the files themselves: text in, text out whole or not at all.
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BadInputError } from './problem.ts';

const FILE_MB_MAX = 256;

/** The file's text. Throws BadInputError when it cannot be read. */
export function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > FILE_MB_MAX * 1_048_576) throw unusable(file, `larger than ${FILE_MB_MAX} MB`, 'give another file');
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    if (error instanceof TypeError) throw unusable(file, 'not UTF-8 text', 'save it as UTF-8');
    throw unusable(file, ...reasonOf(error));
  }
}

/** Names of the files in the folder that end in one of the endings, sorted. Throws BadInputError when it cannot be read. */
export function listFiles(folder: string, endings: readonly string[]): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => endings.some((ending) => name.endsWith(ending)) && !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    throw unusable(folder, ...reasonOf(error));
  }
}

export function folderExists(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Replaces the file in one step: readers see the old content or the new one, also after a crash. Throws BadInputError. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    const handle = openSync(temporary, 'w', 0o644);
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unusable(file, ...reasonOf(error));
  }
}

function reasonOf(error: unknown): [string, string] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? [`cannot be used (${code || String(error)})`, 'check the path'];
}

const REASONS: Readonly<Record<string, [string, string]>> = {
  ENOENT: ['there is no such file or folder', 'check the path'],
  EACCES: ['no permission', 'check who owns it'],
  EPERM: ['no permission', 'check who owns it'],
  EISDIR: ['is a folder', 'give a file'],
  ENOTDIR: ['a part of the path is not a folder', 'check the path'],
};

function unusable(file: string, why: string, mend: string): BadInputError {
  return new BadInputError([{ file, line: 1, col: 1, value: '', why, mend }]);
}
