// The console's built files: compressed as they lie there, for ever in the browser where their name tells their content, one page for the rest.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { HttpEnv } from './door.ts';
import { plainPage } from './plain-page.ts';
import { refuse, wantsPage } from './refusal.ts';

/** `folder`: web/build, which may be built, or built anew, while the server runs; null: there is none to serve. */
export function consoleFiles(folder: string | null) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      const message = `${c.req.method} is not taken here: use GET`;
      return refuse(c, { status: 405, code: 'METHOD_NOT_SUPPORTED', message, headers: { allow: 'GET, HEAD' } });
    }
    const asked = folder === null ? null : fileAt(folder, c.req.path);
    const hit = asked === null ? null : await openFile(c, asked);
    if (hit) return hit;
    if (!wantsPage(c) || c.req.path.startsWith('/_app/')) return refuse(c, { status: 404, code: 'NOT_FOUND', message: 'no such page' });
    const page = folder === null ? null : await openFile(c, join(folder, 'index.html'));
    return page ?? notBuilt(c);
  };
}

/** null: the path leads out of the folder, or is none. */
function fileAt(folder: string, path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (/[\0\\]/.test(decoded) || decoded.split('/').some((part) => part.startsWith('.'))) return null;
  const file = join(folder, decoded);
  return file.startsWith(folder + sep) ? file : null;
}

async function openFile(c: Context<HttpEnv>, file: string): Promise<Response | null> {
  const type = TYPES[extname(file)];
  if (type === undefined) return null;
  const accepted = (c.req.header('accept-encoding') ?? '').split(',').map((part) => part.split(';')[0]?.trim());
  for (const { coding, ending } of CODINGS) {
    if (coding !== null && !accepted.includes(coding)) continue;
    const found = await stat(file + ending).catch(() => null);
    if (!found?.isFile()) continue;
    c.set('face', 'console');
    const etag = `W/"${found.size.toString(16)}-${Math.trunc(found.mtimeMs).toString(16)}"`;
    const headers = {
      'content-type': type,
      'cache-control': c.req.path.startsWith('/_app/immutable/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'Accept-Encoding',
      etag,
      ...(coding === null ? {} : { 'content-encoding': coding }),
    };
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
    const length = { 'content-length': String(found.size) };
    if (c.req.method === 'HEAD') return c.body(null, 200, { ...headers, ...length });
    return c.body(Readable.toWeb(createReadStream(file + ending)) as ReadableStream, 200, { ...headers, ...length });
  }
  return null;
}

const CODINGS = [
  { coding: 'br', ending: '.br' },
  { coding: 'gzip', ending: '.gz' },
  { coding: null, ending: '' },
] as const;

/** Nothing else is handed out. */
const TYPES: { readonly [ending: string]: string } = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

function notBuilt(c: Context<HttpEnv>): Response {
  c.set('face', 'page');
  const body = [
    '<p>The server runs, and its API answers. The console is not built here:</p>',
    '<pre>npm run build:web</pre>',
    '<p>Then load this page again. Meanwhile: <a href="/api/reference">what the API offers</a>.</p>',
  ];
  return c.html(plainPage('The console is not built', body), 503);
}
