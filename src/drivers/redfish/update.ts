// Firmware updates: at most one at a time on a BMC, and the same intent never twice.
import type { JsonObject } from '../../std/json.ts';
import type { NodeBmc } from './bmc.ts';
import type { Answer } from './client.ts';
import { linkOf } from './document.ts';
import { readInventory, readUpdateService, versionsOf, type Inventory, type UpdateService } from './firmware.ts';
import { followUpdate, taskOfOurs, type UpdateEnd } from './follow.ts';
import { findImage, objectionTo, sendImage, type Image } from './image.ts';
import type { Machine } from './machine.ts';
import type { Records, UpdateRecord } from './records.ts';
import { isTask, markOf, type TaskView } from './tasks.ts';
import { refused, unsent, verdictOf, type Verdict } from './verdict.ts';

export interface UpdateContext {
  readonly records: Records;
  readonly folder: string;
  readonly pollMs: number;
  readonly uploadTimeoutMs: number;
  readonly say: (words: string) => void;
}

export interface UpdateOrder {
  readonly image: string;
  readonly components: readonly string[];
  readonly key: string;
}

/** Follows what the same key began before; else looks, refuses or begins, and follows. Never rejects but for bugs of ours. */
export async function update(bmc: NodeBmc, order: UpdateOrder, context: UpdateContext, signal: AbortSignal): Promise<Verdict> {
  const mark = markOf(order.key, bmc.target);
  const record = context.records.read(mark);
  if (record?.end) return ended(record.end);
  try {
    const started = await bmc.alone(() => startOrFind(bmc, order, { record, mark }, context, signal), signal);
    return 'outcome' in started ? started : await follow(bmc, order, started, context, signal);
  } catch (error) {
    return record === null ? unsent(error) : verdictOf(error, true);
  }
}

interface Known {
  readonly record: UpdateRecord | null;
  readonly mark: string;
}

/** The record of an update that is under way or has ended, or why there is none to follow. */
async function startOrFind(
  bmc: NodeBmc,
  order: UpdateOrder,
  { record, mark }: Known,
  context: UpdateContext,
  signal: AbortSignal,
): Promise<UpdateRecord | Verdict> {
  const machine = await bmc.machine(signal);
  await bmc.power(machine, signal);
  const busy = await bmc.busy(machine, signal);
  const known = beganBefore(busy.tasks, mark, record, bmc.target);
  if (known) return known;
  if (busy.words !== '') return refused(`${bmc.target}: no update now: ${busy.words}`);
  const ready = await prepare(bmc, machine, order, context.folder, signal);
  if (typeof ready === 'string') return refused(`${bmc.target}: ${ready}`);
  const fresh: UpdateRecord = {
    target: bmc.target,
    task: null,
    tasksBefore: busy.tasks.map(({ link }) => link),
    versionsBefore: versionsOf(ready.inventory),
    end: null,
  };
  context.records.write(mark, fresh);
  return begin(bmc, { ...ready, fresh, mark }, context, signal);
}

interface Ready {
  readonly service: UpdateService;
  readonly inventory: Inventory;
  readonly image: Image;
  readonly targets: readonly string[];
}

/** The record with the task it belongs to, if this intent began before; also when only the BMC remembers. */
function beganBefore(tasks: readonly TaskView[], mark: string, record: UpdateRecord | null, target: string): UpdateRecord | null {
  const task = taskOfOurs(tasks, mark, record);
  if (task) return { ...(record ?? { target, tasksBefore: [], versionsBefore: {}, end: null }), task: task.link };
  return record?.task ? record : null;
}

/** A string says why it cannot begin. */
async function prepare(bmc: NodeBmc, machine: Machine, order: UpdateOrder, folder: string, signal: AbortSignal): Promise<Ready | string> {
  const service = await readUpdateService(bmc.client, machine, signal);
  if (!service) return 'it has no update service';
  const image = await findImage(order.image, folder);
  if (typeof image === 'string') return image;
  const objection = objectionTo(image, service);
  if (objection !== '') return objection;
  const inventory = (await readInventory(bmc.client, machine, service, signal)) ?? { items: new Map(), remark: '' };
  const targets: string[] = [];
  for (const id of order.components) {
    const item = inventory.items.get(id);
    if (!item) return `its inventory has no ${id}; it has: ${[...inventory.items.keys()].join(', ') || 'nothing'}`;
    if (!item.updateable) return `${id} is not updateable, its inventory says`;
    targets.push(item.link);
  }
  return { service, inventory, image, targets };
}

async function begin(
  bmc: NodeBmc,
  ready: Ready & { readonly fresh: UpdateRecord; readonly mark: string },
  context: UpdateContext,
  signal: AbortSignal,
): Promise<UpdateRecord | Verdict> {
  const { service, image, targets, fresh, mark } = ready;
  const onSent = (percent: number): void => context.say(`image sent to ${percent} %`);
  context.say(image.kind === 'file' ? 'image sent to 0 %' : 'asked to fetch the image');
  let answer: Answer;
  try {
    answer = await sendImage(bmc.client, service, { image, targets, mark, uploadTimeoutMs: context.uploadTimeoutMs, onSent }, signal);
  } catch (error) {
    const verdict = verdictOf(error, false);
    if (verdict.outcome === 'refused') context.records.remove(mark);
    return verdict;
  }
  const task = isTask(answer.body) ? linkOf(answer.body) : answer.location;
  if (task === null) {
    return { outcome: 'accepted', evidence: { why: 'it took the image and names no task: look at the versions', status: answer.status } };
  }
  const record = { ...fresh, task };
  context.records.write(mark, record);
  return record;
}

async function follow(
  bmc: NodeBmc,
  order: UpdateOrder,
  record: UpdateRecord,
  context: UpdateContext,
  signal: AbortSignal,
): Promise<Verdict> {
  const mark = markOf(order.key, bmc.target);
  const { components } = order;
  const followed = await followUpdate({ bmc, mark, record, components, pollMs: context.pollMs, say: context.say }, signal);
  if ('end' in followed) {
    context.records.write(mark, { ...record, end: followed.end });
    return ended(followed.end);
  }
  const { last, lost } = followed;
  return { outcome: 'unknown', evidence: { why: lost, percent: last?.percent ?? null, messages: last?.messages ?? [] } };
}

function ended(end: UpdateEnd): Verdict {
  const evidence: JsonObject = { ...end };
  return { outcome: 'done', evidence };
}
