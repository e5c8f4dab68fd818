// Conform: what RUNS, not what is burnt. Reads each component's version from the node and compares it with what the plan wants.
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { deadlineOf, end, keyOf, timeIsUp } from './common.ts';
import { commandOf, previousOf } from './run.ts';

export async function readBody(
  host: RunHost,
  target: number,
  step: ProgramStep,
  read: { readonly [component: string]: readonly string[] },
  turn: number,
): Promise<void> {
  const wanted = wantedVersions(host, target, step);
  while (host.alive(target, turn)) {
    const seen = await readVersions(host, target, read, keyOf(host, target, step), deadlineOf(host, target, step));
    if (!host.alive(target, turn)) return;
    const silent = Object.keys(read).filter((component) => seen[component] === undefined);
    if (silent.length === 0) {
      const wrong = Object.entries(seen).filter(([component, version]) => wanted[component] !== undefined && wanted[component] !== version);
      if (wrong.length === 0) end(host, target, turn, 'done', { data: { versions: seen } });
      else
        end(host, target, turn, 'failed', {
          why: wrong.map(([c, v]) => `${c} runs ${v}, wanted ${wanted[c]}`).join('; '),
          data: { versions: seen },
        });
      return;
    }
    host.waitingFor[target] = `the version of ${silent.join(', ')}`;
    if (timeIsUp(host, target, step, turn, host.waitingFor[target] ?? 'a version')) return;
    await host.tick(host.parts.pace.nodePollMs);
  }
}

/** Component -> version that runs, for those that answered. */
export async function readVersions(
  host: RunHost,
  target: number,
  read: { readonly [component: string]: readonly string[] },
  key: string,
  deadline: number,
): Promise<{ [component: string]: string }> {
  const shell = host.caller(target, 'shell');
  const versions: { [component: string]: string } = {};
  if (!shell) return versions;
  const until = Math.min(deadline, host.now() + host.parts.pace.callTimeoutMs);
  for (const [component, argv] of Object.entries(read)) {
    const result = await shell.act(commandOf(host, target, argv, false), host.name(target), `${key}/${component}`, until);
    const words = result.evidence['stdout'];
    if (result.outcome === 'done' && result.evidence['exit'] === 0 && typeof words === 'string') versions[component] = words.trim();
  }
  return versions;
}

function wantedVersions(host: RunHost, target: number, step: ProgramStep): { [component: string]: string | undefined } {
  const components = host.parts.program.chains[step.chain]?.components ?? {};
  if (!step.back) return components;
  return Object.fromEntries(Object.keys(components).map((component) => [component, previousOf(host, target, component) ?? undefined]));
}
