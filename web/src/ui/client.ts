// The typed client of the contract, in the browser: calls, streams that go on after a break, and errors in one shape.
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { ClientRetryPlugin, type ClientRetryPluginContext } from '@orpc/client/plugins';
import type { ContractRouterClient, InferContractRouterOutputs } from '@orpc/contract';
import type { Contract } from '../../../src/api/contract/contract.ts';

export type Answers = InferContractRouterOutputs<Contract>;
export type Who = Answers['server']['who'];

let csrf: string | null = null;

/** Sent with every call of a browser session. */
export function useCsrf(value: string | null): void {
  csrf = value;
}

const link = new RPCLink<ClientRetryPluginContext>({
  url: () => `${location.origin}/rpc`,
  headers: () => ({ 'x-pitstop-csrf': csrf ?? 'loopback' }),
  plugins: [new ClientRetryPlugin()],
});

export const api: ContractRouterClient<Contract, ClientRetryPluginContext> = createORPCClient(link);

const RETRY_MS_MAX = 10_000;

/** For streams: reconnects for ever, goes on from the last event it had. `onBreak` is told of every break, and of the way back. */
export function goingOn(onBreak: (broken: boolean) => void): ClientRetryPluginContext {
  return {
    retry: Number.POSITIVE_INFINITY,
    retryDelay: ({ attemptIndex }) => Math.min(RETRY_MS_MAX, 500 * 2 ** attemptIndex),
    shouldRetry: ({ error }) => !(error instanceof ORPCError && error.status >= 400 && error.status < 500 && error.status !== 429),
    onRetry: () => {
      onBreak(true);
      return (isSuccess) => {
        if (isSuccess) onBreak(false);
      };
    },
  };
}

/** Any error as a sentence for people, and whether signing in would help. */
export interface Trouble {
  readonly message: string;
  readonly code: string;
  readonly status: number;
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof ORPCError) return { message: error.message, code: String(error.code), status: error.status };
  if (error instanceof DOMException && error.name === 'AbortError') return { message: 'stopped', code: 'ABORTED', status: 0 };
  const message = error instanceof Error ? error.message : String(error);
  return { message: `the server does not answer (${message})`, code: 'SILENT', status: 0 };
}
