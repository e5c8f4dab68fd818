// Runs a command of this machine at most once for a key, whoever asks how often and whoever dies in between: a folder made by mkdir is
// the claim, the command runs in a session of its own and outlives us, and all who ask wait for its exit code.
import { createHash } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, type Clock } from '../../std/clock.ts';

export interface OnceCall {
  /** Where claims are kept. */
  readonly folder: string;
  readonly key: string;
  readonly argv: readonly string[];
  readonly clock: Clock;
  /** Ends the waiting, not the command. */
  readonly signal: AbortSignal;
  /** Starts `argv` and resolves when the starter, not the command, has ended. */
  readonly launch: (argv: readonly string[]) => Promise<void>;
}

export type OnceEnd =
  | { readonly is: 'ended'; readonly exit: number; readonly stdout: string; readonly stderr: string; readonly repeat: boolean }
  /** It was started and ended without leaving an exit code; the claim stays, so that it never runs again under this key. */
  | { readonly is: 'lost' }
  | { readonly is: 'not-started'; readonly why: string }
  | { readonly is: 'waiting' };

const OUTPUT_CHARACTERS_MAX = 65_536;
const POLL_MS = 50;
/** Between the claim and the runner's word that it runs. */
const START_MS = 5_000;

export async function runOnce(call: OnceCall): Promise<OnceEnd> {
  const name = `pitstop-${createHash('sha256').update(call.key).digest('hex').slice(0, 32)}`;
  const claim = join(call.folder, name);
  const made = await claimed(claim);
  if (typeof made === 'string') return { is: 'not-started', why: made };
  if (made) {
    try {
      // Not through the caller's signal: once claimed, it is started.
      await call.launch(['/bin/sh', '-c', LAUNCH, 'pitstop', RUNNER, claim, ...call.argv]);
    } catch (error) {
      if (tellNobody(claim)) {
        await rm(claim, { recursive: true, force: true });
        return { is: 'not-started', why: error instanceof Error ? error.message : String(error) };
      }
    }
  }
  return waited(call, claim, !made);
}

/** true: made now. A text: why it cannot be made. */
async function claimed(claim: string): Promise<boolean | string> {
  try {
    await mkdir(claim, { mode: 0o700 });
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') return `cannot claim it: ${message}`;
    const { uid } = await stat(claim);
    return uid === process.getuid?.() ? false : `the claim ${claim} belongs to somebody else`;
  }
}

async function waited({ clock, signal }: OnceCall, claim: string, repeat: boolean): Promise<OnceEnd> {
  const since = clock.now();
  for (;;) {
    const who = read(join(claim, 'who'));
    const isGone = who !== null && !isAlive(who);
    // Asked after the look at the process: its last word may have come just before its end.
    const exit = read(join(claim, 'rc'));
    if (exit !== null) return ended(claim, Number(exit), repeat);
    if (isGone) return { is: 'lost' };
    if (who === null && clock.now() - since > START_MS) tellNobody(claim);
    if (signal.aborted) return { is: 'waiting' };
    await sleep(clock, POLL_MS, signal);
  }
}

async function ended(claim: string, exit: number, repeat: boolean): Promise<OnceEnd> {
  const tail = async (name: string): Promise<string> =>
    (await readFile(join(claim, name), 'utf8').catch(() => '')).slice(-OUTPUT_CHARACTERS_MAX).trim();
  return { is: 'ended', exit, stdout: await tail('out'), stderr: await tail('err'), repeat };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Says in the runner's place that nobody runs; only one of the two can say it, and the runner then does not start. */
function tellNobody(claim: string): boolean {
  const mine = join(claim, `nobody.${process.pid}`);
  try {
    writeFileSync(mine, 'nobody - -\n');
    linkSync(mine, join(claim, 'who'));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** `PID BOOT START`: together they name one process for ever. One of its group counts too: a killed shell may leave the command running. */
function isAlive(who: string): boolean {
  const [pid = '', boot, start] = who.split(' ');
  if (boot !== read('/proc/sys/kernel/random/boot_id')) return false;
  const own = fieldsOf(pid);
  // Another process has its number by now: then its group is no more.
  if (own && own.start !== start) return false;
  if (own && isLive(own.state)) return true;
  return readdirSync('/proc').some((id) => {
    const fields = fieldsOf(id);
    return fields?.group === pid && isLive(fields.state);
  });
}

function isLive(state: string): boolean {
  return state !== 'Z' && state !== 'X';
}

function fieldsOf(pid: string): { readonly state: string; readonly group: string; readonly start: string } | null {
  const text = /^\d+$/.test(pid) ? read(`/proc/${pid}/stat`) : null;
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', group: fields[2] ?? '', start: fields[19] ?? '' };
}

/** Ends at once; the runner has a session of its own. */
const LAUNCH = `runner=$1; shift; setsid /bin/sh -c "$runner" pitstop "$@" </dev/null >/dev/null 2>&1 &`;

/** Tells first who it is, as a hard link, which only one can make: a caller that gave up on it made one before, and then it must not start. */
const RUNNER = `claim=$1; shift
read -r boot </proc/sys/kernel/random/boot_id; read -r line </proc/$$/stat
own() { shift 19; printf %s "$1"; }
printf '%s %s %s\\n' "$$" "$boot" "$(own \${line##*) })" >"$claim/who.$$" && ln "$claim/who.$$" "$claim/who" 2>/dev/null || exit 0
("$@") </dev/null >"$claim/out" 2>"$claim/err"
printf '%s\\n' "$?" >"$claim/rc.$$" && mv "$claim/rc.$$" "$claim/rc"`;
