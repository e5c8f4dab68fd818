// Loopback ports for one testbed: a block below the ephemeral range (32768), held for its life so that testbeds side by side never share one.
import { createServer, type Server } from 'node:net';

const firstPort = 10_240;
const lastPort = 32_767;

class PortsTakenError extends Error {
  override readonly name = 'PortsTakenError';
}

export interface PortBlock {
  /** Free ports, ascending and without a gap. */
  readonly ports: readonly number[];
  /** Lets another testbed have the block. */
  release(): void;
}

/** Takes `count` adjacent ports that nobody listens on. The block's first port stays bound and is not among them. */
export async function takePorts(count: number): Promise<PortBlock> {
  const size = Math.max(256, 2 ** Math.ceil(Math.log2(count + 1)));
  const blocks = Math.floor((lastPort - firstPort + 1) / size);
  const from = Math.floor(Math.random() * blocks);
  for (let tried = 0; tried < blocks; tried += 1) {
    const first = firstPort + ((from + tried) % blocks) * size;
    const guard = await listen(first);
    if (guard === undefined) continue;
    const ports = Array.from({ length: count }, (_, index) => first + 1 + index);
    if (await allFree(ports)) return { ports, release: () => guard.close() };
    guard.close();
  }
  throw new PortsTakenError(`no ${count} adjacent free ports between ${firstPort} and ${lastPort}`);
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  const servers = await Promise.all(ports.map(listen));
  const closed = servers.filter((server) => server !== undefined).map((server) => new Promise((done) => server.close(done)));
  await Promise.all(closed);
  return closed.length === ports.length;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => done(server));
  });
}
