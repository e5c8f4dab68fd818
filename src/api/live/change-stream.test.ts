import { describe, expect, it } from 'vitest';
import { ChangeStream } from './change-stream.ts';

interface Message {
  readonly seq: number;
  readonly size: number;
}

const WHOLE = { seq: -1, size: 0 };

function streamOf(kept: number, weightMax = 1_000): ChangeStream<Message> {
  return new ChangeStream<Message>({ kept, weigh: ({ size }) => size, weightMax, floor: 0 });
}

function follow(stream: ChangeStream<Message>, after: number | null, signal?: AbortSignal) {
  return stream.follow({ after, signal, whole: () => [WHOLE], tell: ([one]) => one ?? WHOLE, atOnce: false });
}

function publish(stream: ChangeStream<Message>, from: number, to: number, size = 1): void {
  for (let seq = from; seq <= to; seq++) stream.publish({ seq, size });
}

async function seqs(iterator: AsyncIterator<Message, undefined>, count: number): Promise<(number | 'end')[]> {
  const read: (number | 'end')[] = [];
  for (let i = 0; i < count; i++) {
    const { done, value } = await iterator.next();
    read.push(done ? 'end' : value.seq);
  }
  return read;
}

describe('those who follow', () => {
  it('begin with everything, and are then told what is new, also what comes while they wait', async () => {
    const stream = streamOf(10);
    publish(stream, 1, 3);
    const follower = follow(stream, null);
    expect(await seqs(follower, 1)).toEqual([-1]);
    const next = seqs(follower, 2);
    publish(stream, 4, 5);
    expect(await next).toEqual([4, 5]);
  });

  it('everything comes in parts, and then what is new since the first of them', async () => {
    const stream = streamOf(10);
    const parts = [
      { seq: -1, size: 1 },
      { seq: -2, size: 1 },
      { seq: -3, size: 1 },
    ];
    const follower = stream.follow({ after: null, whole: () => parts, tell: ([one]) => one ?? WHOLE, atOnce: false });
    expect(await seqs(follower, 1)).toEqual([-1]);
    publish(stream, 1, 2);
    expect(await seqs(follower, 4)).toEqual([-2, -3, 1, 2]);
  });

  it('go on from the last number they saw, and from the floor; from any other they begin anew', async () => {
    const stream = streamOf(10);
    publish(stream, 1, 3);
    expect(await seqs(follow(stream, 1), 2)).toEqual([2, 3]);
    expect(await seqs(follow(stream, 0), 3)).toEqual([1, 2, 3]);
    expect(await seqs(follow(stream, 77), 1)).toEqual([-1]);
  });

  it('come back too late: everything; just in time: what is kept', async () => {
    const stream = streamOf(10);
    publish(stream, 1, 100);
    expect(await seqs(follow(stream, 89), 1)).toEqual([-1]);
    expect(await seqs(follow(stream, 90), 10)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
  });

  it('never read: they are cut, nothing is kept for them, and they are told so when they read', async () => {
    const stream = streamOf(10);
    const idle = follow(stream, null);
    const slow = follow(stream, null);
    expect(await seqs(slow, 1)).toEqual([-1]);
    publish(stream, 1, 5);
    expect(await seqs(slow, 2)).toEqual([1, 2]);
    publish(stream, 6, 40);
    expect(stream.followers).toBe(0);
    expect(await seqs(slow, 2)).toEqual(['end', 'end']);
    expect(await seqs(idle, 1)).toEqual(['end']);
    expect(await seqs(follow(stream, 40 - 3), 3)).toEqual([38, 39, 40]);
  });

  it('large messages: older ones go before there are too many', async () => {
    const stream = streamOf(10, 30);
    publish(stream, 1, 8, 10);
    expect(await seqs(follow(stream, 1), 1)).toEqual([-1]);
    expect(await seqs(follow(stream, 7), 1)).toEqual([8]);
  });

  it('end when the client has gone or the server stops, also while they wait', async () => {
    const stream = streamOf(10);
    const gone = new AbortController();
    const [first, second] = [follow(stream, 0, gone.signal), follow(stream, 0)];
    const waiting = [seqs(first, 1), seqs(second, 1)];
    gone.abort();
    expect(stream.followers).toBe(1);
    stream.close();
    expect(await Promise.all(waiting)).toEqual([['end'], ['end']]);
    expect(await seqs(follow(stream, 0), 1)).toEqual(['end']);
  });

  it('who takes all at once is told in one what came since the last read', async () => {
    const stream = streamOf(10);
    const sizes = stream.follow({ after: 0, whole: () => [-1], tell: (messages) => messages.length, atOnce: true });
    expect((await sizes.next()).value).toBe(0);
    publish(stream, 1, 7);
    expect((await sizes.next()).value).toBe(7);
  });
});
