// A command on the node: guarded and journalled when it is destructive, judged by its exit code, run at most once per attempt.
import type { Act, Result } from '../../core/ports.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { textOf, type JsonObject } from '../../std/json.ts';
import type { RunHost } from '../host.ts';
import { deadlineOf, end, guarded, intend, keyOf, seenData, timeIsUp, wordsOf } from './common.ts';

export async function runBody(host: RunHost, target: number, step: ProgramStep, argv: readonly string[], turn: number): Promise<void> {
  const shell = host.caller(target, step.by);
  if (!shell) {
    end(host, target, turn, 'failed', { why: `this cluster has no ${step.by} driver` });
    return;
  }
  while (host.alive(target, turn)) {
    if (!(await mayRun(host, target, step, turn))) return;
    const result = await shell.act(
      commandOf(host, target, argv, true),
      host.name(target),
      keyOf(host, target, step),
      deadlineOf(host, target, step),
    );
    if (!host.alive(target, turn)) return;
    const ended = judge(result);
    if (ended) {
      end(host, target, turn, ended.how, { why: ended.why, data: result.evidence });
      return;
    }
    host.waitingFor[target] = `an answer to ${step.name}: ${wordsOf(result)}`;
    if (timeIsUp(host, target, step, turn, host.waitingFor[target] ?? 'an answer')) return;
    await host.tick(host.parts.pace.nodePollMs);
  }
}

/** The act that runs these words on a node, with what the placeholders stand for. */
export function commandOf(host: RunHost, target: number, argv: readonly string[], once: boolean): Act {
  const chain = host.parts.program.chains[host.parts.program.chainOf[target] as number];
  const versions = Object.values(chain?.components ?? {});
  const previous = previousOf(host, target);
  return {
    role: 'shell',
    do: 'run',
    argv,
    version: versions.length === 1 ? (versions[0] as string) : null,
    previous: previous === null ? {} : { [host.name(target)]: previous },
    once,
  };
}

/** The version that ran at hand-over; null = nobody could tell. */
export function previousOf(host: RunHost, target: number, component?: string): string | null {
  const versions: JsonObject = host.chronicle.versions[target] ?? {};
  const value = component === undefined ? Object.values(versions)[0] : versions[component];
  return typeof value === 'string' ? value : null;
}

async function mayRun(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<boolean> {
  if (!step.destructive) return host.alive(target, turn);
  const seen = await guarded(host, target, step, turn);
  if (!seen) return false;
  return intend(host, target, step, turn, { act: 'run', key: keyOf(host, target, step), seen: seenData(seen) });
}

/** done with exit 0 is done; any other exit failed; everything else is asked again under the same key. */
function judge(result: Result): { how: 'done' | 'failed'; why: string } | null {
  if (result.outcome !== 'done') return null;
  const exit = result.evidence['exit'];
  if (exit === 0) return { how: 'done', why: '' };
  const words = textOf(result.evidence['stderr']) || textOf(result.evidence['stdout']);
  return { how: 'failed', why: `exit ${textOf(exit)}${words === '' ? '' : `: ${words.slice(-300)}`}` };
}
