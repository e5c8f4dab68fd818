// A page of HTML printed by a Chromium that is on this machine: one process a page, in a folder of its own that is gone afterwards.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** There is no Chromium to print with; the message says how to get one. */
export class ChromiumMissingError extends Error {
  override name = 'ChromiumMissingError';
}

/** Chromium was started, and there is no PDF. */
export class PrintError extends Error {
  override name = 'PrintError';
}

const VARIABLE = 'PITSTOP_CHROMIUM';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'] as const;
const TIMEOUT_MS = 60_000;
/** Of what it says on stderr, for the message. */
const WORDS_MAX = 2_000;

/** A path to run. Throws ChromiumMissingError. */
export function findChromium(env: NodeJS.ProcessEnv): string {
  const given = env[VARIABLE];
  if (given) {
    if (isProgram(given)) return given;
    throw new ChromiumMissingError(
      `${VARIABLE} ${given}: there is no program at this path; give the whole path of a Chromium, or unset it`,
    );
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found !== undefined) return found;
  throw new ChromiumMissingError(
    `a PDF is printed by Chromium, and none of ${NAMES.join(', ')} is on the PATH; install one, name one with ${VARIABLE}, or take the HTML and print it in a browser`,
  );
}

/** The page as PDF. Rejects with ChromiumMissingError and PrintError. */
export async function printPdf(html: string, env: NodeJS.ProcessEnv, timeoutMs: number = TIMEOUT_MS): Promise<Uint8Array<ArrayBuffer>> {
  const program = findChromium(env);
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-print-'));
  try {
    const [page, pdf] = [join(folder, 'page.html'), join(folder, 'page.pdf')];
    writeFileSync(page, html, { mode: 0o600 });
    const args = [
      '--headless',
      // Its sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${join(folder, 'profile')}`,
      '--no-pdf-header-footer',
      `--print-to-pdf=${pdf}`,
      pathToFileURL(page).href,
    ];
    const said = await run(program, args, { PATH: env['PATH'], HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' }, timeoutMs);
    if (!isFile(pdf)) throw new PrintError(`${program} printed nothing: ${said.trim().slice(-WORDS_MAX) || 'it said nothing either'}`);
    return new Uint8Array(readFileSync(pdf));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** What it said on stderr. Rejects with PrintError. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that its helpers end with it.
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let said = '';
    let isLate = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-WORDS_MAX);
    });
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new PrintError(`${program} could not be started: ${error.message}; check the program`));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      endGroup(child.pid);
      if (isLate)
        reject(new PrintError(`${program} had not printed after ${timeoutMs / 1_000} s, and was ended; try again, or print the HTML`));
      else if (code === 0) resolve(said);
      else reject(new PrintError(`${program} ended with ${signal ?? `exit code ${code}`}: ${said.trim()}`));
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended by itself.
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
