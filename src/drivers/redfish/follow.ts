// Following an update to its end: by its task, through a reboot of the BMC, and by the versions when the task is forgotten.
import { sleep } from '../../std/clock.ts';
import { showDuration } from '../../std/duration.ts';
import type { NodeBmc } from './bmc.ts';
import { isGone, RedfishError, wordsOf } from './failure.ts';
import { readInventory, readUpdateService, versionsOf } from './firmware.ts';
import type { UpdateRecord } from './records.ts';
import { describeTask, isTask, viewOf, type TaskView } from './tasks.ts';
import { stringOf } from './document.ts';

/** After a reboot of the BMC its tasks and versions come back one after the other: so many looks must agree that a task is gone. */
const GONE_LOOKS = 3;
/** A task that only waits is seen so often before it counts as staged. */
const WAITING_LOOKS = 3;
const STILL_MS = 120_000;

export type UpdateEnd = NonNullable<UpdateRecord['end']>;

export interface Following {
  readonly bmc: NodeBmc;
  readonly mark: string;
  readonly record: UpdateRecord;
  /** The components asked for; empty: whatever the image is for. */
  readonly components: readonly string[];
  readonly pollMs: number;
  readonly say: (words: string) => void;
}

/** The task's end, or the words with which it was lost sight of. */
export type Followed = { readonly end: UpdateEnd } | { readonly lost: string; readonly last: TaskView | null };

/** Ends with the signal at the latest. Rejects only for bugs of ours. */
export async function followUpdate(following: Following, signal: AbortSignal): Promise<Followed> {
  const { bmc, pollMs, record } = following;
  const watch = new Watch(following);
  let link = record.task;
  let gone = 0;
  while (!signal.aborted) {
    try {
      const seen = link === null ? null : await lookAtTask(bmc, link, signal);
      if (seen === 'gone' || seen === null) {
        gone += 1;
        const found = await findAgain(following, signal);
        if (found) {
          link = found.link;
          gone = 0;
          continue;
        }
        const verdict = gone < GONE_LOOKS ? null : await judgeByVersions(following, watch.last, signal);
        if (verdict) return verdict;
      } else {
        gone = 0;
        link = seen.link;
        const end = watch.see(seen);
        if (end) return { end };
      }
    } catch (error) {
      if (error instanceof RedfishError && error.kind === 'stranger') return { lost: error.message, last: watch.last };
      watch.miss(wordsOf(error));
    }
    await sleep(bmc.client.clock, pollMs, signal);
  }
  return { lost: `given up while the update was under way (${watch.words})`, last: watch.last };
}

/** What was seen of the task so far. */
class Watch {
  last: TaskView | null = null;
  words = 'not seen yet';
  #waited = 0;
  #changedAt: number;
  readonly #following: Following;

  constructor(following: Following) {
    this.#following = following;
    this.#changedAt = following.bmc.client.clock.now();
  }

  see(view: TaskView): UpdateEnd | null {
    const now = this.#following.bmc.client.clock.now();
    if (view.percent !== this.last?.percent || view.state !== this.last.state) this.#changedAt = now;
    this.last = view;
    this.#waited = view.waiting ? this.#waited + 1 : 0;
    const stillMs = now - this.#changedAt;
    const still = stillMs > STILL_MS && !view.ended ? `, unchanged for ${showDuration(stillMs)}` : '';
    this.words = `update ${view.percent === null ? view.state : `${view.percent} %`}${still}`;
    this.#following.say(this.words);
    if (view.ended) return endOf(view, view.failed ? 1 : 0, view.messages.at(-1) ?? view.state);
    if (this.#waited >= WAITING_LOOKS) return endOf(view, 0, `written, and waits for a reset (task state ${view.state})`);
    return null;
  }

  miss(why: string): void {
    const at = this.last?.percent;
    this.words = `update${at === null || at === undefined ? '' : `, last seen at ${at} %`}: ${why}`;
    this.#following.say(this.words);
  }
}

function endOf(view: TaskView, exit: 0 | 1, why: string): UpdateEnd {
  return { exit, why: `task ${view.id} ${view.state}: ${why}`, percent: view.percent, messages: [...view.messages] };
}

/** The link may be of the task, or of a task monitor (DSP0266, "Task monitors"), which leads to it. */
async function lookAtTask(bmc: NodeBmc, link: string, signal: AbortSignal): Promise<TaskView | 'gone'> {
  try {
    const { body, status } = await bmc.client.read(link, signal);
    if (isTask(body)) return viewOf(stringOf(body['@odata.id']) ?? link, body);
    const state = status === 202 ? 'Running' : 'Completed';
    return viewOf(link, { Id: 'monitor', TaskState: state });
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/** A task that carries our mark, or, if the BMC never named ours, the only one that came since. */
async function findAgain({ bmc, mark, record }: Following, signal: AbortSignal): Promise<TaskView | null> {
  const { tasks } = await bmc.busy(await bmc.machine(signal), signal);
  return taskOfOurs(tasks, mark, record);
}

export function taskOfOurs(tasks: readonly TaskView[], mark: string, record: UpdateRecord | null): TaskView | null {
  const marked = tasks.findLast((task) => task.mark === mark);
  if (marked || !record) return marked ?? null;
  const named = tasks.find((task) => task.link === record.task);
  if (named) return named;
  const since = tasks.filter((task) => !record.tasksBefore.includes(task.link) && task.mark === null);
  return record.task === null && since.length === 1 ? (since[0] ?? null) : null;
}

/** null: it still works, or does not tell; look again. */
async function judgeByVersions(following: Following, last: TaskView | null, signal: AbortSignal): Promise<Followed | null> {
  const { bmc, record, components, say } = following;
  const machine = await bmc.machine(signal);
  const busy = await bmc.busy(machine, signal);
  if (busy.words !== '') {
    say(`update: its task is gone, but ${busy.words}`);
    return null;
  }
  const inventory = await readInventory(bmc.client, machine, await readUpdateService(bmc.client, machine, signal), signal);
  if (!inventory || inventory.remark !== '') return null;
  const now = versionsOf(inventory);
  const before = record.versionsBefore;
  const changed = Object.keys(now).filter((id) => before[id] !== undefined && now[id] !== before[id]);
  const asked = components.length > 0 ? components : changed;
  const told = changed.map((id) => `${id} ${before[id]} -> ${now[id]}`).join(', ');
  if (asked.length > 0 && asked.every((id) => changed.includes(id))) {
    return {
      end: {
        exit: 0,
        why: `its task is gone, and the versions changed: ${told}`,
        percent: last?.percent ?? null,
        messages: [...(last?.messages ?? [])],
      },
    };
  }
  const seen = last ? `last seen: ${describeTask(last)}` : 'it was never seen';
  return { lost: `its task is gone (${seen}), and the versions are ${told === '' ? 'as before' : `changed in part: ${told}`}`, last };
}
