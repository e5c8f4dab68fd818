// A bug of ours: the caller gets an id and no more, and the log of `serve` has the stack under the same id.
import { randomBytes } from 'node:crypto';
import { ORPCError } from '@orpc/server';
import { blotSecrets } from '../../desk/secret.ts';

export type Log = (line: string) => void;

/** What the caller is told. `where`: a procedure or a path without anything that callers chose. */
export function ourBug(log: Log, error: unknown, where: string): { readonly id: string; readonly message: string } {
  const id = randomBytes(4).toString('hex');
  log(blotSecrets(`bug ${id} in ${where}: ${tell(error)}`));
  return { id, message: `this is our bug; the server's log has it as ${id}` };
}

/** Lets answers through, and makes an answer of everything else. */
export function hidingBugs(log: Log) {
  const hide = (error: unknown, path: readonly string[]): unknown => {
    if (error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR') return error;
    const { id, message } = ourBug(log, error, path.join('.'));
    return new ORPCError('INTERNAL_SERVER_ERROR', { status: 500, message, data: { id } });
  };
  return async ({ path, next }: { path: readonly string[]; next: () => Promise<unknown> }): Promise<unknown> => {
    try {
      const output = await next();
      return isStream(output) ? hidingInStream(output, (error) => hide(error, path)) : output;
    } catch (error) {
      throw hide(error, path);
    }
  };
}

/** By hand, since a generator cannot be ended while it waits for its next value. */
function hidingInStream(stream: AsyncIterator<unknown>, hide: (error: unknown) => unknown): AsyncIterableIterator<unknown> {
  return {
    next: async () => {
      try {
        return await stream.next();
      } catch (error) {
        throw hide(error);
      }
    },
    return: async (value?: unknown) => (await stream.return?.(value)) ?? { done: true, value },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isStream(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}

/** With what lies behind it: of an output that does not fit the contract that is the only telling part. */
function tell(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const issues = 'issues' in error ? `\n${JSON.stringify(error.issues)}` : '';
  const cause = error.cause === undefined ? '' : `\ncause: ${tell(error.cause)}`;
  return `${error.stack ?? error.message}${issues}${cause}`;
}
