// The console on a real run: real slurmctld, slurmds and sshds behind it, real Chromium before it.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { realParts } from '../testbed/requirements.ts';
import { showViolations } from './checkers/check-run.ts';
import { hasChromium, openBrowser, openPage } from './console/browser.ts';
import { accessible, control, PATIENCE_MS, say, untilState } from './console/night.ts';
import { Site } from './real/site.ts';

const POLICY = 'canary: "n1"\ngates: {returned: 70%, soak: 3s, failureRate: 60%}\njobs: {then: wait}\n';

realParts(describe, 'console on the testbed', () => {
  it.skipIf(!hasChromium && process.env['PITSTOP_REQUIRE_REAL'] !== '1')(
    'a real maintenance followed, paused, resumed and mopped up from the page; the map shows it, each page is accessible',
    { timeout: 300_000 },
    async () => {
      await using site = await Site.open({ nodes: 6, bootSeconds: 2, faults: [{ node: 'n5', fault: 'neverBack' }] }, POLICY);
      const browser = await openBrowser();
      try {
        await using console = await site.serveConsole();
        await site.makePlan('catalogue.host-os.steps.activate.timeout=20s');
        const run = await site.begin();
        const faults: string[] = [];
        const page = await openPage(browser, { theme: 'light', widthPx: 1_280 }, faults);
        await page.goto(`${console.url}/runs/${run}`);
        await control(page, 'Pause', 'a look at the canary');
        await untilState(page, 'paused');
        await control(page, 'Resume', 'seen');
        await untilState(page, 'returned', 'settled');
        await settle(page);
        await site.until(run, 'settled', ({ state }) => state === 'settled');
        await looked(page, `${console.url}/runs/${run}`, 'main svg');
        await looked(page, `${console.url}/runs/${run}?target=n5`, 'main svg');
        await looked(page, `${console.url}/runs/${run}/retro`, 'main h1');
        await looked(page, `${console.url}/?replay=run:${run}`, 'input[type=range]');
        await looked(page, `${console.url}/?as=table`, 'table');
        await page
          .getByText(/in service|returned/)
          .first()
          .waitFor({ timeout: PATIENCE_MS });
        expect(faults).toEqual([]);
        const events = await site.client().runs.events({ run, from: 1, limit: 10_000, waitMs: 0 });
        expect(events.map(({ why }) => why)).toEqual(expect.arrayContaining(['a look at the canary', 'seen', 'the board is on its way']));
        expect(showViolations(await site.check(run, true))).toBe('');
      } finally {
        await browser.close();
      }
    },
  );
});

/** The node that never came back: somebody gives it up, with the reason. */
async function settle(page: Page): Promise<void> {
  const row = page.locator('section', { hasText: 'Mop-up' }).getByRole('row', { name: /^n5/ });
  await row.getByRole('button', { name: 'drop', exact: true }).and(page.locator(':enabled')).click({ timeout: PATIENCE_MS });
  await say(page, 'Drop', 'the board is on its way');
}

async function looked(page: Page, url: string, ready: string): Promise<void> {
  await page.goto(url);
  await page.locator(ready).first().waitFor({ timeout: PATIENCE_MS });
  await accessible(page, url);
}
