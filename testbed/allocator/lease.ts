// The lease hooks of the movers: lease.ts FOLDER take MOVER [SECONDS=3600] | verify MOVER [SECONDS=8] | give MOVER. `verify` believes the mover alone: it
// waits so long for its word, and exits 0 only when the mover runs and says itself that it is paused.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { argv, exit, kill, stderr, stdout } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { moverFiles, pausedUntil, readStatus } from './mover-files.ts';

const LEASE_SECONDS = 3600;
const WAIT_SECONDS = 8;
const PAUSE_MS = 50;

const [folder = '', verb = '', name = '', seconds] = argv.slice(2);
if (name === '') fail('take MOVER [SECONDS] | verify MOVER [SECONDS] | give MOVER', 2);
const { lease } = moverFiles(folder, name);

if (verb === 'take') {
  const until = Date.now() + Number(seconds ?? LEASE_SECONDS) * 1000;
  writeFileSync(`${lease}.new`, `paused until ${until}\n`);
  renameSync(`${lease}.new`, lease);
  stdout.write(`${name}: paused until ${new Date(until).toISOString()}\n`);
} else if (verb === 'verify') await verify(Number(seconds ?? WAIT_SECONDS) * 1000);
else if (verb === 'give') rmSync(lease, { force: true });
else fail(`no such command: ${verb}`, 2);

async function verify(waitMs: number): Promise<void> {
  const asked = Date.now();
  for (;;) {
    const wanted = pausedUntil(folder, name, Date.now());
    if (wanted === null) return fail('there is no lease on it, or it has run out');
    const said = readStatus(folder, name);
    // Only words said after the question count: older ones may be those of a mover that has died, or has been restarted without its lease.
    if (said && said.at >= asked && said.pausedUntil === wanted && isAlive(said.pid)) return;
    if (Date.now() - asked > waitMs) return fail(said ? `it does not say that it is paused until ${wanted}` : 'it has never said anything');
    await pause(PAUSE_MS);
  }
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
}

function fail(why: string, code = 1): never {
  stderr.write(`lease on ${name}: ${why}\n`);
  exit(code);
}
