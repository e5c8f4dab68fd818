// The typed client of the contract, over the state folder's Unix socket.
import { request } from 'node:http';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../api/contract/contract.ts';

export type Client = ContractRouterClient<Contract>;

export function connect(socket: string): Client {
  return createORPCClient(new RPCLink({ url: 'http://pitstop/rpc', fetch: (input, init) => overSocket(socket, new Request(input, init)) }));
}

/** `fetch` over a Unix socket: Node's own takes none. */
async function overSocket(socket: string, ask: Request): Promise<Response> {
  const body = Buffer.from(await ask.arrayBuffer());
  const { pathname, search } = new URL(ask.url);
  return new Promise((resolve, reject) => {
    const headers = { ...Object.fromEntries(ask.headers), 'content-length': String(body.length) };
    const sent = request(
      { socketPath: socket, method: ask.method, path: pathname + search, headers, signal: ask.signal, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const empty = answer.statusCode === 204 || answer.statusCode === 304;
          resolve(
            new Response(empty ? null : Buffer.concat(chunks), {
              status: answer.statusCode ?? 500,
              headers: Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
            }),
          );
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
