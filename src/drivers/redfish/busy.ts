// Whether power may be taken now: no update under way, no copy to the second flash. What cannot be told counts as busy.
import type { BmcClient } from './client.ts';
import { memberOf } from './collection.ts';
import { RedfishError, wordsOf } from './failure.ts';
import { copyStatusOf, type Machine } from './machine.ts';
import { describeTask, readUpdateTasks, type TaskView } from './tasks.ts';

const COPY_ENDED = new Set(['Completed', 'Complete', 'Idle', 'NotRequired', 'None']);

export interface Busy {
  /** '': nothing. */
  readonly words: string;
  readonly tasks: readonly TaskView[];
}

/** Never rejects but for a caller who has given up. `copies`: every chassis that was ever seen to tell of a copy. */
export async function lookBusy(client: BmcClient, machine: Machine, copies: ReadonlySet<string>, signal: AbortSignal): Promise<Busy> {
  const [tasks, copying] = await Promise.all([lookAtTasks(client, machine, signal), lookAtCopies(client, machine, copies, signal)]);
  const running = tasks.list
    .filter((task) => !task.ended && !task.waiting)
    .map((task) => `a firmware update is under way: ${describeTask(task)}`);
  return { words: [tasks.unknown, ...running, copying].filter((words) => words !== '').join('; '), tasks: tasks.list };
}

async function lookAtTasks(
  client: BmcClient,
  machine: Machine,
  signal: AbortSignal,
): Promise<{ readonly list: readonly TaskView[]; readonly unknown: string }> {
  try {
    return { list: await readUpdateTasks(client, machine, signal), unknown: '' };
  } catch (error) {
    if (error instanceof RedfishError && error.kind === 'given-up') throw error;
    return { list: [], unknown: `it cannot be told whether an update is under way: ${wordsOf(error)}` };
  }
}

async function lookAtCopies(client: BmcClient, machine: Machine, copies: ReadonlySet<string>, signal: AbortSignal): Promise<string> {
  const unread = machine.unread.map((why) => `it cannot be told whether a background copy runs: ${why}`).slice(0, 1);
  const seen = await Promise.all(
    [...copies].map(async (link) => {
      const { document, why } = await memberOf(client, link, signal);
      if (!document) return `it cannot be told whether a background copy runs: ${why}`;
      const status = copyStatusOf(document);
      if (status === null) return `it cannot be told whether a background copy runs: ${link} tells nothing any more`;
      return COPY_ENDED.has(status) ? '' : `a background copy of firmware is under way: ${link.replace(/.*\//, '')} ${status}`;
    }),
  );
  const [first, ...more] = [...unread, ...seen].filter((words) => words !== '');
  return first === undefined ? '' : `${first}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}
