// The README's first command as somebody types it: `npm start` opens the console on a simulated site with a maintenance under way, says where,
// and leaves nothing behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { RunView } from '../src/api/contract/schemas.ts';

const HOME = resolve(import.meta.dirname, '..');

it('npm start: an address, a run in progress behind it, and an end that cleans up', async () => {
  // A group of its own, so that Ctrl-C can reach npm and what it started, as in a terminal.
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0'], { cwd: HOME, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  // Not its exit: npm may be gone before what it started has said its last word.
  const ended = once(child, 'close');
  let said = '';
  const run = await new Promise<{ url: string; name: string }>((found, fail) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, url, name] = /(http:\/\/127\.0\.0\.1:\d+)\/runs\/(\S+)/.exec(said) ?? [];
      if (url !== undefined && name !== undefined) found({ url, name });
    });
    void ended.then(() => fail(new Error(said)));
  });
  try {
    const page = await fetch(`${run.url}/runs/${run.name}`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<script');
    const view = (await (await fetch(`${run.url}/api/runs/${run.name}`)).json()) as RunView;
    expect(view).toMatchObject({ change: 'july-image', targets: 512, stopped: null });
    expect(['planned', 'running']).toContain(view.state);
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await ended;
  }
  expect(said).toContain('the demo has cleaned up after itself');
}, 200_000);
