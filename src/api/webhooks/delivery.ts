// Tells one hook, in order and one at a time: signed, again after a failure with longer and longer pauses, and given up in the end.
import { createHmac, randomInt } from 'node:crypto';
import type { Journal } from '../../core/ports.ts';
import type { Webhook } from '../../files/webhooks-file.ts';
import { sleep, type Clock } from '../../std/clock.ts';
import { showDuration } from '../../std/duration.ts';
import { batchOf, OUTBOX, pages, type Batch } from './outbox.ts';

export interface DeliveryParts {
  readonly journal: Journal;
  /** The wall's. */
  readonly clock: Clock;
  readonly pace: DeliveryPace;
  /** To the server's log: words without secrets. */
  readonly say: (line: string) => void;
  /** To the run's journal. */
  readonly note: (run: string, hook: string, why: string) => void;
}

export interface DeliveryPace {
  /** How long the receiver may take to answer. */
  readonly answerMs: number;
  /** The first pause after a failure; each later one is twice as long, up to `pauseMaxMs`; half of it more or less by chance. */
  readonly pauseMs: number;
  readonly pauseMaxMs: number;
  /** An event that is older is tried once, and not again. */
  readonly giveUpMs: number;
}

export const DELIVERY_PACE: DeliveryPace = { answerMs: 10_000, pauseMs: 1_000, pauseMaxMs: 300_000, giveUpMs: 3_600_000 };

/** Of the outbox: all batches before `batch` and the first `events` of it are behind us. */
interface Cursor {
  readonly batch: number;
  readonly events: number;
}

export class Delivery {
  readonly #hook: Webhook;
  readonly #parts: DeliveryParts;
  readonly #closing = new AbortController();
  #cursor: Cursor;
  #woken = Promise.withResolvers<void>();
  #running: Promise<void> = Promise.resolve();

  private constructor(hook: Webhook, parts: DeliveryParts, cursor: Cursor) {
    this.#hook = hook;
    this.#parts = parts;
    this.#cursor = cursor;
  }

  /** Goes on where this hook was; a new one begins with what comes now. */
  static async open(hook: Webhook, parts: DeliveryParts): Promise<Delivery> {
    const { journal } = parts;
    let cursor: Cursor | null = null;
    for await (const { data } of pages(journal, streamOf(hook), 1)) {
      const { batch, events } = data;
      if (typeof batch === 'number' && typeof events === 'number') cursor = { batch, events };
    }
    if (cursor === null) {
      let last = 0;
      for await (const { seq } of pages(journal, OUTBOX, 1)) last = seq;
      cursor = { batch: last + 1, events: 0 };
    }
    const delivery = new Delivery(hook, parts, cursor);
    await delivery.#keep('begin', '', cursor);
    delivery.#running = delivery.#run();
    return delivery;
  }

  wake(): void {
    this.#woken.resolve();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#woken = Promise.withResolvers();
      try {
        for await (const entry of pages(this.#parts.journal, OUTBOX, this.#cursor.batch)) {
          const batch = batchOf(entry);
          if (batch) await this.#tell(batch);
          if (this.#closing.signal.aborted) return;
          this.#cursor = { batch: entry.seq + 1, events: 0 };
        }
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#parts.say(`webhook ${this.#hook.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await this.#woken.promise;
    }
  }

  async #tell(batch: Batch): Promise<void> {
    const begin = batch.seq === this.#cursor.batch ? this.#cursor.events : 0;
    for (let i = begin; i < batch.events.length; i++) {
      const told = batch.events[i];
      if (!told || !(this.#hook.events as readonly string[]).includes(told.event)) continue;
      const why = await this.#insist(batch, i);
      if (this.#closing.signal.aborted) return;
      this.#cursor = { batch: batch.seq, events: i + 1 };
      await this.#keep(why === null ? 'sent' : 'given-up', why ?? '', this.#cursor);
      if (why === null) continue;
      const words = `webhook ${this.#hook.name} was not told of ${told.event}: ${why}`;
      this.#parts.say(`run ${batch.run}: ${words}`);
      this.#parts.note(batch.run, this.#hook.name, words);
    }
  }

  /** null: it was taken. Else why it was given up; also when we are closing. */
  async #insist(batch: Batch, i: number): Promise<string | null> {
    const { clock, pace, say } = this.#parts;
    for (let attempt = 0; ; attempt++) {
      const why = await this.#post(batch, i, attempt);
      if (why === null || this.#closing.signal.aborted) return why;
      const age = clock.now() - batch.writtenAt;
      const pauseMs = Math.min(pace.pauseMaxMs, pace.pauseMs * 2 ** attempt) * (0.5 + randomInt(1_000) / 1_000);
      if (age + pauseMs > pace.giveUpMs) return `${why} (${attempt + 1} tries, given up ${showDuration(age)} after it happened)`;
      if (attempt === 0) say(`webhook ${this.#hook.name}: ${why}; it is tried again`);
      await sleep(clock, pauseMs, this.#closing.signal);
    }
  }

  /** null: taken. Why not, without the address, which may be a secret of its own. */
  async #post(batch: Batch, i: number, attempt: number): Promise<string | null> {
    const { clock, pace } = this.#parts;
    const { name, url, secret } = this.#hook;
    const told = batch.events[i];
    const id = `${batch.seq}-${i}`;
    const { run, change, simulated } = batch;
    const sentAt = new Date(clock.now()).toISOString();
    const at = new Date(told?.at ?? 0).toISOString();
    const body = JSON.stringify({ id, event: told?.event, run, change, simulated, at, sentAt, data: told?.data });
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'pitstop-webhook',
      'x-pitstop-delivery': id,
      'x-pitstop-event': told?.event ?? '',
      'x-pitstop-attempt': String(attempt + 1),
      'x-pitstop-timestamp': sentAt,
      'x-pitstop-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    };
    const late = new AbortController();
    const cancel = clock.after(pace.answerMs, () => late.abort());
    const signal = AbortSignal.any([late.signal, this.#closing.signal]);
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await response.body?.cancel();
      return response.ok ? null : `${name} answered ${response.status}`;
    } catch (error) {
      if (late.signal.aborted) return `${name} did not answer within ${pace.answerMs / 1_000} s`;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
      return `${name} was not reached (${cause && 'code' in cause ? String(cause.code) : 'no connection'})`;
    } finally {
      cancel();
    }
  }

  async #keep(kind: 'begin' | 'sent' | 'given-up', why: string, { batch, events }: Cursor): Promise<void> {
    const entry = { at: this.#parts.clock.now(), kind, by: 'pitstop', why, data: { batch, events } };
    await this.#parts.journal.appendStream(streamOf(this.#hook), entry);
  }
}

function streamOf({ name }: Webhook): string {
  return `webhooks/${name}`;
}
