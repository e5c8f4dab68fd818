// The server's face for tests: the real router and desk on a journal in memory, on a real port of this machine, and people with tokens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Doors, listen } from '../src/api/http/listen.ts';
import type { AppOptions } from '../src/api/http/app.ts';
import { LIMITS } from '../src/api/http/rates.ts';
import type { ApiParts } from '../src/api/parts.ts';
import { createRouter } from '../src/api/router.ts';
import type { Role } from '../src/core/roles.ts';
import { type Desk, openDesk } from '../src/desk/desk.ts';
import { parsePlan } from '../src/files/plan-file.ts';
import { openSqliteJournal } from '../src/journal/sqlite/sqlite.ts';
import { Runs } from '../src/runner/runs.ts';
import { must } from '../src/std/assert.ts';
import { type Clock, wallClock } from '../src/std/clock.ts';

const DAY_MS = 86_400_000;

export interface TestApi {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly host: string;
  readonly socket: string;
  readonly desk: Desk;
  readonly log: string[];
  /** Moves the desk's clock on. */
  pass(ms: number): void;
  mint(role: Role, customer?: string): Promise<{ readonly id: string; readonly secret: string }>;
  /** A call of a procedure over RPC with a token, or with other headers. */
  rpc(procedure: string, input: unknown, headers: { readonly [name: string]: string }): Promise<Response>;
  /** Signs in with a token: what a browser then sends, and the value for its acts. */
  signIn(secret: string): Promise<{ readonly cookie: string; readonly csrf: string }>;
  close(): Promise<void>;
}

export interface TestApiWishes {
  readonly doors?: Partial<Doors>;
  readonly given?: Pick<AppOptions, 'limits' | 'sizes'>;
  readonly parts?: Partial<ApiParts>;
  /** Puts other procedures in the place of the real ones. */
  readonly router?: (real: Router) => Router;
}

type Router = ReturnType<typeof createRouter>;

export async function openTestApi({ doors = {}, given = {}, parts: wished = {}, router }: TestApiWishes = {}): Promise<TestApi> {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-api-'));
  const clock = movable();
  const journal = openSqliteJournal({ file: ':memory:', clock });
  const desk = await openDesk(journal, clock);
  const log: string[] = [];
  const runs = new Runs({
    journal,
    owner: 'test',
    openWorld: () => Promise.reject(new Error('no world here')),
    parsePlan: planOf,
    taken: () => {},
  });
  const socket = join(folder, 'api.sock');
  const parts = {
    ...unused(),
    runs,
    desk,
    version: '0.0.0',
    startedAt: new Date(),
    notResumed: [],
    parsePlan: planOf,
    stop: () => {},
    ...wished,
  };
  const server = await listen(
    parts,
    {
      socket,
      tcp: [{ host: '127.0.0.1', port: 0 }],
      requireToken: true,
      names: [],
      trustProxy: false,
      oidc: null,
      consoleFolder: null,
      ...doors,
    },
    (line) => log.push(line),
    { limits: { ...LIMITS, callsPerMinute: 1_000_000 }, ...given, ...(router ? { router: router(createRouter(parts)) } : {}) },
  );
  const host = `127.0.0.1:${must(server.listens[0], 'a port').port}`;
  const url = `http://${host}`;
  return {
    url,
    host,
    socket,
    desk,
    log,
    pass: (ms) => clock.pass(ms),
    mint: (role, customer) =>
      desk.tokens.mint({ name: `${role} 1`, role, customer: customer ?? null, expiresAt: clock.now() + DAY_MS, by: 'test', why: 'test' }),
    rpc: (procedure, input, headers) =>
      fetch(`${url}/rpc/${procedure.replace('.', '/')}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ json: input }),
      }),
    signIn: async (secret) => {
      const answer = await fetch(`${url}/sign-in`, { method: 'POST', body: JSON.stringify({ token: secret }) });
      const { csrf } = (await answer.json()) as { csrf: string };
      return { cookie: must(answer.headers.getSetCookie()[0]?.split(';')[0], 'a cookie'), csrf };
    },
    close: async () => {
      await server.close();
      await runs.close();
      await journal.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const bearer = (secret: string): { authorization: string } => ({ authorization: `Bearer ${secret}` });

const planOf = (text: string) => parsePlan(text, 'plan');

/** What these tests do not ask for: whoever does is told. */
function unused(): ApiParts {
  return new Proxy({} as ApiParts, {
    ownKeys: () => ['forecasts', 'learning', 'studies', 'site'],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    get: (_, part) =>
      new Proxy(
        {},
        {
          get: (_part, what) => () => {
            throw new Error(`${String(part)}.${String(what)} is not there in this test`);
          },
        },
      ),
  });
}

function movable(): Clock & { pass(ms: number): void } {
  const wall = wallClock();
  let ahead = 0;
  return {
    now: () => wall.now() + ahead,
    after: (ms, callback) => wall.after(ms, callback),
    pass: (ms) => {
      ahead += ms;
    },
  };
}
