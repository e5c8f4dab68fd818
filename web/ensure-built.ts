// Builds the console when its files are newer than the build, so that `npm start` and tests always have one. Run by itself it does just that.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const WEB = import.meta.dirname;
const BUILT = join(WEB, 'build', 'index.html');
/** What the console is made of. */
const SOURCES = [join(WEB, 'src'), resolve(WEB, '../src/api/contract'), resolve(WEB, '../src/chart')];

/** Whoever comes second waits for the first: two builds at once would ruin each other's files. */
const LOCK = join(WEB, '.building');
const LOCK_MS_MAX = 180_000;

export async function ensureBuilt(): Promise<void> {
  while (!isBuilt()) {
    if (takeLock()) {
      try {
        return await build();
      } finally {
        rmSync(LOCK, { recursive: true, force: true });
      }
    }
    await pause(100);
  }
}

function isBuilt(): boolean {
  return existsSync(BUILT) && statSync(BUILT).mtimeMs > newest() && !existsSync(LOCK);
}

/** One of a process that died is taken over. */
function takeLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > LOCK_MS_MAX) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}

async function build(): Promise<void> {
  process.stderr.write('building the console (a few seconds, once) ...\n');
  const vite = resolve(WEB, '../node_modules/vite/bin/vite.js');
  await new Promise<void>((done, fail) => {
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: WEB, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', fail);
    child.once('exit', (code) => (code === 0 ? done() : fail(new Error(`the console could not be built: ${said}`))));
  });
}

function newest(): number {
  const files = SOURCES.flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Math.max(...[...files, join(WEB, 'vite.config.ts'), join(WEB, 'package.json')].map((file) => statSync(file).mtimeMs));
}

if (import.meta.main) await ensureBuilt();
