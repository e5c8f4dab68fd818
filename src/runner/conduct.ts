// A run from its creation to its end: confirmation, leases, baseline, the work, the gates' words, leases back. Every part can be taken
// up again after a crash, because it asks the chronicle what was done already.
import { atRest, returnGateMet, runStateOf, statusOf } from '../core/run/status.ts';
import { COMMAND } from '../core/run/commands.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG, stageCode, WAVE_STATES } from '../core/run/states.ts';
import { watchAllocator } from './allocator-watch.ts';
import { takeBaseline } from './baseline.ts';
import { untilConsented } from './consents.ts';
import type { RunHost } from './host.ts';
import { JobDesk } from './jobs.ts';
import { onlyOf } from './only.ts';
import { giveLeases, leasesOf, renewLeases, takeLeases } from './leases.ts';
import { watchLinks } from './link-watch.ts';
import { keepSilences } from './silence.ts';
import { keepSoaks } from './soak.ts';
import { watch } from './watch.ts';
import { keepWindows } from './windows.ts';

/** Stages in which a person decides what becomes of a target. */
const FOR_PEOPLE: ReadonlySet<number> = new Set([stageCode('straggling'), stageCode('parked')]);

/** Resolves when the run has ended for good: every target settled, dropped or untouched, and everything of ours given back. */
export async function conduct(host: RunHost): Promise<void> {
  keepSoaks(host);
  noteWaves(host);
  await host.until(() => host.chronicle.state.run.confirmed || host.chronicle.state.run.aborted);
  const leases = leasesOf(host);
  if (host.stopped === null && !host.chronicle.state.run.aborted) await begin(host);
  const over = (): boolean => finished(host);
  const jobs = new JobDesk(host);
  const background = [
    watch(host, over, (facts) => jobs.round(facts)),
    keepWindows(host, over),
    renewLeases(host, leases, () => quiet(host)),
    gateTimer(host, over),
    watchLinks(host, over),
    watchAllocator(host, over),
    keepSilences(host, () => quiet(host), over),
  ];
  await host.until(() => quiet(host));
  if (host.stopped === null && host.chronicle.state.run.begun) await noteReturnGate(host);
  if (host.stopped === null && leases.length > 0 && !leasesGiven(host)) await giveLeases(host, leases);
  if (host.stopped === null) await host.parts.journal.free(host.run, settledNames(host));
  await host.until(over);
  await Promise.all(background);
  if (host.stopped === null) await host.parts.journal.finish(host.run, host.now());
}

/** Nothing of the run is open any more; stragglers may still wait for people. */
function quiet(host: RunHost): boolean {
  const { run } = host.chronicle.state;
  if (host.stopped !== null) return true;
  if (run.aborted && !run.begun) return true;
  return atRest(host.chronicle) && ['settled', 'aborted'].includes(runStateOf(host.chronicle));
}

function finished(host: RunHost): boolean {
  return host.stopped !== null || (quiet(host) && !host.chronicle.state.stage.some((stage) => FOR_PEOPLE.has(stage)));
}

async function begin(host: RunHost): Promise<void> {
  if (host.chronicle.state.run.begun) {
    if (!leasesGiven(host)) await takeLeases(host, leasesOf(host));
    return;
  }
  await untilConsented(host);
  if (host.stopped !== null || host.chronicle.state.run.aborted) return;
  const refused = await takeLeases(host, leasesOf(host));
  if (refused !== null) {
    host.feed(-1, 'abort', { by: 'pitstop', why: refused });
    return;
  }
  leaveOthers(host);
  releaseOwn(host);
  const baseline = await takeBaseline(host);
  if (host.stopped !== null || host.chronicle.state.run.aborted) return;
  if (baseline === 0)
    host.feed(-1, 'abort', {
      by: 'pitstop',
      why: 'empty baseline: not one target is in service, so nothing could be shown to have come back',
    });
  else host.feed(-1, 'begin', { data: { baseline } });
}

/** With `--only`, the plan's other targets are not taken. */
function leaveOthers(host: RunHost): void {
  const { program, header } = host.parts;
  const only = onlyOf(program, header.options);
  if (only === null) return;
  const wanted = new Set(only);
  for (const [target, name] of program.targets.entries())
    if (!wanted.has(name)) host.feed(target, 'skip', { why: 'not taken: left out by --only' });
}

/** A cluster without customer is the operator's own: confirming the counts released it. */
function releaseOwn(host: RunHost): void {
  const { program } = host.parts;
  for (const [target, cluster] of program.clusterOf.entries()) {
    const own = program.clusters[cluster]?.customer === null;
    if (own && !hasFlag(host.chronicle.state, target, FLAG.released)) host.feed(target, 'release', { by: 'operator' });
  }
}

/** What another run may have while stragglers of this one still wait for people. */
function settledNames(host: RunHost): string[] {
  return host.parts.program.targets.filter((_, target) => !FOR_PEOPLE.has(host.chronicle.state.stage[target] as number));
}

function leasesGiven(host: RunHost): boolean {
  return host.chronicle.acts.some((act) => act.kind === 'lease' && act.data['given'] === true);
}

function noteWaves(host: RunHost): void {
  host.onCommand((command, wave, code) => {
    if (command !== COMMAND.wave) return;
    const word = WAVE_STATES[code];
    if (word !== 'passed' && word !== 'held') return;
    const shown = statusOf(host.chronicle).waves[wave];
    const verdict = word === 'passed' ? 'pass' : 'hold';
    void host.write({
      target: -1,
      kind: 'gate',
      step: wave,
      note: {
        why: `gate of wave ${shown?.id}: ${verdict}`,
        data: { gate: shown?.id ?? '', verdict, settled: shown?.settled ?? 0, failed: shown?.failed ?? 0, targets: shown?.targets ?? 0 },
      },
    });
  });
}

/** Journals once, at the moment it is met, that the return gate passed; and holds when it stays unmet for too long after the bulk. */
async function gateTimer(host: RunHost, over: () => boolean): Promise<void> {
  await host.until(() => over() || bulkDone(host) || gateMet(host));
  await noteReturnGate(host);
  if (over() || gateMet(host)) return;
  await Promise.race([host.sleep(host.parts.program.gateTimeoutMs), host.until(() => over() || gateMet(host))]);
  await noteReturnGate(host);
  if (over() || gateMet(host)) return;
  host.feed(-1, 'gate-timeout', { why: 'return gate: not met in time after the bulk was done' });
  await host.until(() => over() || gateMet(host));
  await noteReturnGate(host);
}

async function noteReturnGate(host: RunHost): Promise<void> {
  const noted = host.chronicle.acts.some((act) => act.kind === 'gate' && act.data['gate'] === 'return' && act.data['verdict'] === 'pass');
  if (noted || host.stopped !== null || !gateMet(host)) return;
  const status = statusOf(host.chronicle);
  await host.write({
    target: -1,
    kind: 'gate',
    note: {
      why: 'return gate: pass',
      data: { gate: 'return', verdict: 'pass', returned: status.returned, need: status.returnNeed, baseline: status.baseline },
    },
  });
}

function gateMet(host: RunHost): boolean {
  return host.chronicle.state.run.begun && returnGateMet(host.chronicle);
}

/** Every target has been through its first pass: back, out, or a straggler. */
function bulkDone(host: RunHost): boolean {
  const { state } = host.chronicle;
  if (!state.run.begun) return false;
  const done = ['returned', 'settled', 'dropped', 'skipped', 'straggling'].map((stage) => stageCode(stage as 'settled'));
  return state.stage.every((stage, target) => done.includes(stage) || hasFlag(state, target, FLAG.straggler));
}
