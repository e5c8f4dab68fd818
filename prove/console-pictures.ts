// The README's pictures of the console, taken in real Chromium from a demo in the middle of its maintenance.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import type { RunView } from '../src/api/contract/schemas.ts';
import type { Client } from '../src/cli/client.ts';
import { connectTo } from '../src/cli/remote.ts';
import { openBrowser } from '../test/console/browser.ts';
import { ensureBuilt } from '../web/ensure-built.ts';
import { HOME } from './command.ts';

const IMAGES = resolve(HOME, 'docs/images');
/** The pictures are taken when so many of the 512 are back. */
const BACK = 150;

export async function takePictures(): Promise<string> {
  await ensureBuilt();
  const args = ['bin/pitstop.mjs', 'demo', '--console', '--port', '0'];
  const child = spawn(process.execPath, args, { cwd: HOME, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const browser = await openBrowser();
  try {
    const { url, run } = await new Promise<{ url: string; run: string }>((found, fail) => {
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const [, url, run] = /(http:\/\/127\.0\.0\.1:\d+)\/runs\/(\S+)/.exec(said) ?? [];
        if (url !== undefined && run !== undefined) found({ url, run });
      });
      void ended.then(() => fail(new Error(said)));
    });
    const client = connectTo({ url, token: null });
    const { planId } = await untilBack(client, run);
    const link = await linkOf(client, url, planId);
    await picture(browser, `${url}/`, 'dark', 'map-dark.png');
    await picture(browser, `${url}/runs/${run}`, 'light', 'run-light.png');
    await picture(browser, link, 'light', 'customer-light.png');
    return 'docs/images/map-dark.png, run-light.png, customer-light.png';
  } finally {
    await browser.close();
    child.kill('SIGINT');
    await ended;
  }
}

async function untilBack(client: Client, run: string): Promise<RunView> {
  for await (const { view } of await client.runs.follow({ run })) if (view.returned >= BACK) return view;
  throw new Error(`${run} ended before ${BACK} were back`);
}

async function linkOf(client: Client, url: string, plan: string): Promise<string> {
  const { path } = await client.customers.share({ plan, customer: 'aurora', days: 1, reason: 'a picture' });
  return `${url}${path}/`;
}

async function picture(browser: Browser, url: string, theme: 'light' | 'dark', name: string): Promise<void> {
  const context = await browser.newContext({ colorScheme: theme, viewport: { width: 1_280, height: 820 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('canvas, svg').first().waitFor();
  // What is still being fetched when the page is there.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 500))))');
  await page.screenshot({ path: resolve(IMAGES, name) });
  await context.close();
}
