// The tasks of a BMC as it shows them: which are updates, how far they are, how they ended, and in which words.
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../std/json.ts';
import type { BmcClient } from './client.ts';
import { membersOf } from './collection.ts';
import { at, linkOf, listOf, objectOf, shorten, stringOf, stringsOf } from './document.ts';
import { isGone, RedfishError } from './failure.ts';
import type { Machine } from './machine.ts';

const MESSAGES_KEPT = 20;
/** DSP0268, TaskState: these have ended. */
const ENDED = new Set(['Completed', 'Killed', 'Exception', 'Cancelled']);
/** These wait for somebody, or for a reset: no update is being written. */
const WAITING = new Set(['Pending', 'Service']);

export interface TaskView {
  readonly link: string;
  readonly id: string;
  readonly state: string;
  readonly ended: boolean;
  /** It waits, perhaps for the very reset that it would otherwise forbid. */
  readonly waiting: boolean;
  readonly failed: boolean;
  readonly percent: number | null;
  readonly messages: readonly string[];
  /** Our mark stands in the headers that the BMC kept of the request. */
  readonly mark: string | null;
  readonly isUpdate: boolean;
  readonly started: string;
}

/** What our requests for updates carry as User-Agent; OpenBMC keeps that header in the task. */
export function markOf(key: string, target: string): string {
  return `pitstop-update/${createHash('sha256').update(`${key}\0${target}`).digest('hex').slice(0, 20)}`;
}

/** Tasks that are or may be updates. Empty where the BMC has no task service. Rejects with RedfishError. */
export async function readUpdateTasks(client: BmcClient, machine: Machine, signal: AbortSignal): Promise<TaskView[]> {
  if (machine.taskService === null) return [];
  try {
    const tasks = linkOf((await client.get(machine.taskService, signal))['Tasks']);
    if (tasks === null) return [];
    const members = await membersOf(client, tasks, machine.expand, signal);
    const broken = members.find(({ document, gone }) => !document && !gone);
    if (broken) throw new RedfishError('nonsense', broken.why, { sent: true });
    return members.flatMap(({ link, document }) => (document ? [viewOf(link, document)] : [])).filter(({ isUpdate }) => isUpdate);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

export function isTask(document: JsonObject): boolean {
  return stringOf(document['TaskState']) !== null;
}

export function viewOf(link: string, task: JsonObject): TaskView {
  const state = stringOf(task['TaskState']) ?? 'unknown';
  const percent = task['PercentComplete'];
  const messages = listOf(task['Messages'])
    .map(objectOf)
    .filter((one) => one !== null);
  const critical = messages.some((one) => (one['MessageSeverity'] ?? one['Severity']) === 'Critical');
  const headers = stringsOf(at(task, 'Payload', 'HttpHeaders')) ?? [];
  const agent = headers.find((header) => /^user-agent:/i.test(header));
  const uri = stringOf(at(task, 'Payload', 'TargetUri'));
  return {
    link,
    id: stringOf(task['Id']) ?? link,
    state,
    ended: ENDED.has(state),
    waiting: WAITING.has(state),
    failed: (state !== 'Completed' && ENDED.has(state)) || task['TaskStatus'] === 'Critical' || (ENDED.has(state) && critical),
    percent: typeof percent === 'number' && percent >= 0 && percent <= 100 ? percent : null,
    messages: messages.slice(-MESSAGES_KEPT).flatMap((one) => wordsOfMessage(one)),
    mark: /pitstop-update\/[0-9a-f]{20}/.exec(agent ?? '')?.[0] ?? null,
    isUpdate: uri === null || /update|firmware|upload|push/i.test(uri),
    started: stringOf(task['StartTime']) ?? '',
  };
}

/** "task 7 Running, 40 %, since 2026-…" */
export function describeTask({ id, state, percent, started }: TaskView): string {
  return [`task ${id} ${state}`, ...(percent === null ? [] : [`${percent} %`]), ...(started === '' ? [] : [`since ${started}`])].join(', ');
}

function wordsOfMessage(message: JsonObject): string[] {
  const words = stringOf(message['Message']) ?? stringOf(message['MessageId']);
  return words === null ? [] : [shorten(words)];
}
