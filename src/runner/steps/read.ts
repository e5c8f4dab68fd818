// Conform: what RUNS, not what is burnt. Reads each component's version from the target, by the words of a command, by a vendor's tool or by
// the BMC's firmware inventory, and compares it with what the plan wants.
import { argvOf, type Reading } from '../../core/change/procedure.ts';
import { readAs } from '../../core/reading/read-as.ts';
import type { Role } from '../../core/ports.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { textOf } from '../../std/json.ts';
import type { RunHost } from '../host.ts';
import { deadlineOf, end, keyOf, timeIsUp } from './common.ts';
import { commandOf, previousOf } from './run.ts';

export interface Reads {
  readonly by: Role;
  readonly read: { readonly [component: string]: Reading };
}

/** Component -> version that runs, or why nobody can say. */
export interface ReadVersions {
  readonly versions: { readonly [component: string]: string };
  readonly silent: { readonly [component: string]: string };
}

export async function readBody(host: RunHost, target: number, step: ProgramStep, read: Reads['read'], turn: number): Promise<void> {
  const wanted = wantedVersions(host, target, step);
  while (host.alive(target, turn)) {
    const seen = await readVersions(host, target, { by: step.by, read }, keyOf(host, target, step), deadlineOf(host, target, step));
    if (!host.alive(target, turn)) return;
    const { versions, silent } = seen;
    if (Object.keys(silent).length === 0) {
      const wrong = Object.entries(versions).filter(([c, version]) => wanted[c] !== undefined && wanted[c] !== version);
      if (wrong.length === 0) end(host, target, turn, 'done', { data: { versions } });
      else
        end(host, target, turn, 'failed', {
          why: wrong.map(([c, v]) => `${c} runs ${v}, wanted ${wanted[c]}`).join('; '),
          data: { versions },
        });
      return;
    }
    const whys = Object.entries(silent).map(([component, why]) => (why === '' ? component : `${component} (${why})`));
    host.waitingFor[target] = `the version of ${whys.join(', ')}`;
    if (timeIsUp(host, target, step, turn, host.waitingFor[target] ?? 'a version')) return;
    await host.tick(host.parts.pace.nodePollMs);
  }
}

export async function readVersions(
  host: RunHost,
  target: number,
  { by, read }: Reads,
  key: string,
  deadline: number,
): Promise<ReadVersions> {
  const versions: { [component: string]: string } = {};
  const silent: { [component: string]: string } = {};
  const until = Math.min(deadline, host.now() + host.parts.pace.callTimeoutMs);
  for (const [component, reading] of Object.entries(read)) {
    const seen =
      by === 'bmc' ? await readInventory(host, target, reading) : await readOne(host, target, by, reading, `${key}/${component}`, until);
    if ('version' in seen) versions[component] = seen.version;
    else silent[component] = seen.why;
  }
  return { versions, silent };
}

type Seen = { readonly version: string } | { readonly why: string };

async function readOne(host: RunHost, target: number, by: Role, reading: Reading, key: string, until: number): Promise<Seen> {
  const caller = host.caller(target, by);
  if (!caller) return { why: `this cluster has no ${by} driver` };
  const result = await caller.act(commandOf(host, target, by, argvOf(reading), false), host.name(target), key, until);
  const words = result.evidence['stdout'];
  if (result.outcome !== 'done' || typeof words !== 'string') return { why: textOf(result.evidence['why']) };
  if (result.evidence['exit'] !== 0) return { why: `exit ${textOf(result.evidence['exit'])}` };
  // Whatever was cut off says nothing: the part that is meant may be missing.
  if (result.evidence['cut'] === true) return { why: 'more output than is kept' };
  if ('run' in reading) {
    const seen = readAs(reading.as, words, reading.part ?? null);
    // Cards that disagree are an answer, and never the version that is wanted.
    return 'why' in seen && seen.kind === 'mixed' ? { version: seen.why } : seen;
  }
  return { version: words.trim() };
}

async function readInventory(host: RunHost, target: number, reading: Reading): Promise<Seen> {
  const [id = ''] = argvOf(reading);
  const { facts, why } = await host.look(target, 'bmc');
  if (facts?.role !== 'bmc') return { why };
  const version = facts.firmware?.[id];
  return version === undefined ? { why: `the BMC lists no firmware ${id}` } : { version };
}

function wantedVersions(host: RunHost, target: number, step: ProgramStep): { [component: string]: string | undefined } {
  const components = host.parts.program.chains[step.chain]?.components ?? {};
  if (!step.back) return components;
  return Object.fromEntries(Object.keys(components).map((component) => [component, previousOf(host, target, component) ?? undefined]));
}
