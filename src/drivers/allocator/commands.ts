// The command lines that hold and release, in one place, so that a dry run shows what a run does.
import type { Act, ActRequest } from '../../core/ports.ts';
import { quoteCommand } from '../../std/quote.ts';
import { holdReason } from './claim.ts';
import type { AllocatorSettings } from './options.ts';

export type AllocatorAct = Extract<Act, { role: 'allocator' }>;

/** A command line may hold 2 MiB on Linux; this stays far below, and is about 5,000 nodes. */
const NODES_CHARACTERS_MAX = 100_000;

/** The command for these nodes; null: the options name none. */
export function commandOf(settings: AllocatorSettings, act: AllocatorAct, nodes: readonly string[]): string[] | null {
  const argv = act.do === 'hold' ? settings.hold : settings.release;
  if (!argv) return null;
  const reason = holdReason(act.run, act.why);
  // Both in one pass: a `why` that holds "{run}" stays as somebody wrote it.
  const fill = (argument: string): string => argument.replaceAll(/\{(reason|run)\}/g, (_, name) => (name === 'run' ? act.run : reason));
  const filled = argv.flatMap((argument) => (argument === '{nodes}' ? nodes : [fill(argument)]));
  return argv.includes('{nodes}') ? filled : [...filled, ...nodes];
}

/** Parts that each fit one command line. */
export function partsOf(nodes: readonly string[]): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const node of nodes) {
    room -= node.length + 1;
    if (room < 0) {
      parts.push([]);
      room = NODES_CHARACTERS_MAX - node.length - 1;
    }
    parts.at(-1)?.push(node);
  }
  return parts;
}

/** For dry runs: what the act comes down to when nothing stands in its way. */
export function describeAct(settings: AllocatorSettings, { act, targets }: ActRequest): readonly string[] {
  if (act.role !== 'allocator') return [];
  return partsOf(targets).flatMap((part) => {
    const argv = commandOf(settings, act, part);
    return argv ? [quoteCommand(argv)] : [`refused: the options of the allocator driver name no command to ${act.do}`];
  });
}
