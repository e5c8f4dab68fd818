// The server's face: the contract's procedures over HTTP on a Unix socket of the state folder, which only its owner can open.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { chmodSync, rmSync } from 'node:fs';
import { RPCHandler } from '@orpc/server/node';
import { onError, ORPCError } from '@orpc/server';
import { createRouter, type ApiParts } from './handlers.ts';

export interface ApiServer {
  readonly server: Server;
  close(): Promise<void>;
}

/** Largest request body: a plan of 100,000 nodes is well below. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** Listens on the socket; a stale one of a dead server is replaced. The caller holds the state folder's lock, so no live one is. */
export async function listen(parts: ApiParts, socket: string): Promise<ApiServer> {
  const handler = createHandler(parts);
  const server = createServer((request, response) => {
    if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) {
      response.writeHead(413).end();
      return;
    }
    void answer(handler, request, response);
  });
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(socket, 0o600);
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createHandler(parts: ApiParts) {
  return new RPCHandler(createRouter(parts), { interceptors: [onError(report)] });
}

async function answer(handler: ReturnType<typeof createHandler>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { matched } = await handler.handle(request, response, { prefix: '/rpc', context: {} });
  if (!matched) response.writeHead(404).end('no such procedure\n');
}

/** Refusals are answers; what has no status of its own is a bug of ours, and the log of `serve` is where it is looked for. */
function report(error: unknown): void {
  if (error instanceof ORPCError && error.status < 500) return;
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
