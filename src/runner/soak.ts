// The soak: a returned target is confirmed once it was still in service when its soak ended.
import { COMMAND } from '../core/run/commands.ts';
import { soakMsOf } from '../core/run/soaks.ts';
import { stageCode } from '../core/run/states.ts';
import type { RunHost } from './host.ts';

const RETURNED = stageCode('returned');

/** Soaks every target that returns from now on, and those that a replay found soaking. */
export function keepSoaks(host: RunHost): void {
  host.onCommand((command, target) => {
    if (command === COMMAND.returned) void soak(host, target);
  });
  for (const [target, stage] of host.chronicle.state.stage.entries()) if (stage === RETURNED) void soak(host, target);
}

async function soak(host: RunHost, target: number): Promise<void> {
  const since = host.chronicle.returnedAt[target] as number;
  const still = (): boolean =>
    host.stopped === null && host.chronicle.state.stage[target] === RETURNED && host.chronicle.returnedAt[target] === since;
  await host.sleep(Math.max(0, since + soakMsOf(host.parts.program, target) - host.now()));
  while (still()) {
    const why = await outOfService(host, target);
    if (!still()) return;
    if (why === '') return host.feed(target, 'soak-passed');
    if (why !== null) return host.feed(target, 'soak-failed', { why: `out of service at the end of its soak: ${why}` });
    await host.tick(host.parts.pace.pollMs);
  }
}

/** Empty: in service, or of what is no node: seen in the fabric. null: nobody answered. */
async function outOfService(host: RunHost, target: number): Promise<string | null> {
  const { facts } = await host.look(target, host.kind(target) === 'node' ? 'scheduler' : 'fabric');
  if (facts?.role === 'scheduler') return facts.inService ? '' : facts.state;
  if (facts?.role === 'fabric') return facts.present ? '' : 'the fabric does not show it';
  return null;
}
