// Real Chromium for tests, benches and showings of the console: pages in a theme and size, accessibility, pictures against kept ones.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import pixelmatch from 'pixelmatch';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { PNG } from 'pngjs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file)) ?? null;

export const hasChromium = CHROMIUM !== null;

export interface Look {
  readonly theme: 'light' | 'dark';
  readonly widthPx: number;
  readonly heightPx?: number;
  readonly scripts?: boolean;
}

/** Software rendering, as on a machine without a GPU. Throws where there is no Chromium. */
export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error('no Chromium on this machine: apt-get install chromium');
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-quic', '--disable-gpu'] });
}

/** Every error of the page's scripts, and every answer of 500 and above, is put into `faults`. */
export async function openPage(browser: Browser, look: Look, faults: string[]): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    colorScheme: look.theme,
    viewport: { width: look.widthPx, height: look.heightPx ?? 900 },
    javaScriptEnabled: look.scripts ?? true,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.url()}: ${response.status()}`);
  });
  return page;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of WCAG 2.2 A and AA, one line each; empty: none. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return found.violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 4)
          .map(({ html }) => html.slice(0, 200))
          .join(' | ')}`,
    );
  });
}

const FONT = "* { font-family: 'DejaVu Sans' !important; caret-color: transparent !important; }";
const KEPT = resolve(import.meta.dirname, 'screens');
/** Share of pixels that may differ: anti-aliasing of another build of Chromium. A map without its nodes is more than that. */
export const DIFFERENT_SHARE_MAX = 0.002;

/**
 * Share (0..1) of pixels that differ from the kept picture, in a font that every machine has. With PITSTOP_KEEP_SCREENS=1 the picture is kept
 * instead. A different size counts as all of them; the new picture and the difference are then beside the kept one, not in Git.
 */
export async function differenceFrom(page: Page, name: string): Promise<number> {
  await page.addStyleTag({ content: FONT });
  await page.evaluate('document.fonts.ready.then(() => null)');
  const shot = await page.screenshot({ animations: 'disabled' });
  const file = join(KEPT, `${name}.png`);
  if (process.env['PITSTOP_KEEP_SCREENS'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, shot);
    return 0;
  }
  const [kept, now] = [PNG.sync.read(readFileSync(file)), PNG.sync.read(shot)];
  const { width, height } = kept;
  if (now.width !== width || now.height !== height) return 1;
  const diff = new PNG({ width, height });
  const different = pixelmatch(kept.data, now.data, diff.data, width, height, { threshold: 0.15 });
  if (different / (width * height) > DIFFERENT_SHARE_MAX) {
    writeFileSync(join(KEPT, `${name}.now.png`), shot);
    writeFileSync(join(KEPT, `${name}.diff.png`), PNG.sync.write(diff));
  }
  return different / (width * height);
}
