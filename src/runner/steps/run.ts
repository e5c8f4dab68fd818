// A command on the target, by the shell of a node, on the fabric's management machine or on ours: guarded and journalled when it is
// destructive, judged by its exit code, run at most once per attempt.
import type { Act, Result, Role } from '../../core/ports.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import { textOf, type JsonObject } from '../../std/json.ts';
import { behindText } from '../behind.ts';
import type { RunHost } from '../host.ts';
import { wordsOf } from '../words.ts';
import { deadlineOf, end, intend, keyOf, seenData, timeIsUp } from './common.ts';
import { guarded } from './guarded.ts';

export function runBody(host: RunHost, target: number, step: ProgramStep, argv: readonly string[], turn: number): Promise<void> {
  return actUntilAnswered(host, target, step, turn, commandOf(host, target, step.by, argv, true));
}

/** The same act under the same key until it has an answer; destructive steps look and journal anew before each asking. */
export async function actUntilAnswered(host: RunHost, target: number, step: ProgramStep, turn: number, act: Act): Promise<void> {
  const caller = host.caller(target, step.by);
  if (!caller) {
    end(host, target, turn, 'failed', { why: `this cluster has no ${step.by} driver` });
    return;
  }
  while (host.alive(target, turn)) {
    if (!(await mayAct(host, target, step, turn, act.do))) return;
    const result = await caller.act(act, host.name(target), keyOf(host, target, step), deadlineOf(host, target, step));
    if (!host.alive(target, turn)) return;
    const ended = judge(act, result);
    if (ended) {
      end(host, target, turn, ended.how, { why: ended.why, data: result.evidence });
      return;
    }
    host.waitingFor[target] = `an answer to ${step.name}: ${wordsOf(result)}`;
    if (timeIsUp(host, target, step, turn, host.waitingFor[target] ?? 'an answer')) return;
    await host.tick(host.parts.pace.nodePollMs);
  }
}

/** The act that runs these words, with what the placeholders stand for. */
export function commandOf(host: RunHost, target: number, by: Role, argv: readonly string[], once: boolean): Act {
  if (by === 'local') return { role: 'local', do: 'run', argv };
  const chain = host.parts.program.chains[host.parts.program.chainOf[target] as number];
  const versions = Object.values(chain?.components ?? {});
  const previous = previousOf(host, target);
  return {
    role: by === 'fabric' ? 'fabric' : 'shell',
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

async function mayAct(host: RunHost, target: number, step: ProgramStep, turn: number, act: string): Promise<boolean> {
  if (!step.destructive) return host.alive(target, turn);
  const seen = await guarded(host, target, step, turn);
  if (!seen) return false;
  const shown = host.kind(target) === 'node' ? seenData(seen) : { cleared: behindText(host, target) };
  return intend(host, target, step, turn, { act, key: keyOf(host, target, step), seen: shown });
}

/** done with exit 0 is done; any other exit failed; everything else is asked again under the same key. */
function judge(act: Act, result: Result): { how: 'done' | 'failed'; why: string } | null {
  // A BMC that took an image and has no task for it tells no more; what runs afterwards is for conform to see.
  if (act.do === 'update' && result.outcome === 'accepted') return { how: 'done', why: '' };
  // A file that is not the one that was planned never becomes it by asking again.
  if (act.do === 'push' && result.outcome === 'refused' && wordsOf(result).includes('SHA-256'))
    return { how: 'failed', why: wordsOf(result) };
  if (result.outcome !== 'done') return null;
  const exit = result.evidence['exit'];
  // A file that was pushed has no exit code: it is there, with its digest.
  if (exit === 0 || exit === undefined) return { how: 'done', why: '' };
  const words = textOf(result.evidence['stderr']) || textOf(result.evidence['stdout']) || textOf(result.evidence['why']);
  return { how: 'failed', why: `exit ${textOf(exit)}${words === '' ? '' : `: ${words.slice(-300)}`}` };
}
