// The console with a fabric in real Chromium: links that did not come back as they were, what was done to them, switches among the targets,
// and a run that nobody may begin before a stranger has consented.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../src/core/plan/plan.ts';
import { showPlan } from '../src/files/plan-file.ts';
import { hasChromium, openBrowser, openPage } from './console/browser.ts';
import { ConsoleServer } from './console/console-server.ts';
import { BAD_CABLES, sharedPlan, sitePlan } from './console/fabric-site.ts';
import { accessible, PATIENCE_MS, say } from './console/night.ts';

if (!hasChromium) process.stderr.write('skipped: no Chromium on this machine, so the console is not looked at\n');

const [GROWS] = BAD_CABLES.fabric.linkFaults.errors.links;

describe.skipIf(!hasChromium)('console with a fabric', () => {
  let browser: Browser;
  let server: ConsoleServer;
  const faults: string[] = [];
  const url = (path: string): string => `${server.url}${path}`;

  async function begun(plan: Plan, options: Record<string, unknown>): Promise<string> {
    await server.client.plans.keep({ text: showPlan(plan), folder: server.state.folder, reason: 'agreed' });
    const { run } = await server.client.runs.start({ plan: plan.id, only: null, twin: { speed: 300, seed: 1, options }, now: null });
    await server.client.runs.control({ run, word: 'confirm', by: 'lead', reason: 'agreed', targets: null });
    return run;
  }

  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), ConsoleServer.start()]);
    await begun(sitePlan(), { ...BAD_CABLES });
    await begun(sharedPlan(), {});
  }, 200_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it('links: each with its state, why, flaps and counters; what was done to one stands with it', async () => {
    const page = await openPage(browser, { theme: 'light', widthPx: 1_280 }, faults);
    await page.goto(url('/runs/site-1'));
    const grows = rowOf(page, GROWS);
    await grows.waitFor({ timeout: PATIENCE_MS });
    await grows.getByText('active-degraded').waitFor();
    await grows.getByText('errors grow: SymbolErrorCounter').waitFor();
    await grows.getByText('flaps: none').waitFor();
    await grows.getByText('1 error counter').click();
    await grows.getByText('SymbolErrorCounter', { exact: true }).waitFor();
    expect(
      await grows.evaluate((row) => row.getBoundingClientRect().right <= (row.closest('.scroll')?.getBoundingClientRect().right ?? 0)),
    ).toBe(true);

    const button = grows.getByRole('button', { name: `cleaned: ${GROWS}` });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText(`Cleaned ${GROWS}`).waitFor();
    await accessible(page, 'what was done to a link');
    await say(page, 'Cleaned', 'both ends');
    await grows.getByText('“both ends”').waitFor({ timeout: PATIENCE_MS });
    const { links } = await server.client.runs.status({ run: 'site-1' });
    expect(links.find(({ link }) => link === GROWS)?.tried).toMatchObject([{ way: 'clean', why: 'both ends' }]);
    await page.context().close();
    expect(faults).toEqual([]);
  }, 200_000);

  it.each([
    ['light', 1_280],
    ['dark', 1_920],
  ] as const)(
    'run page with links, the drawer of a switch, the retro, the map: accessible, %s %i',
    async (theme, widthPx) => {
      const page = await openPage(browser, { theme, widthPx }, faults);
      await page.goto(url('/runs/site-1'));
      await rowOf(page, GROWS).waitFor({ timeout: PATIENCE_MS });
      await accessible(page, `run ${theme}`);
      await rowOf(page, GROWS).getByRole('button', { name: 'Open u1r1, u1r1/3' }).click();
      const drawer = page.getByRole('complementary', { name: 'u1r1' });
      await drawer.getByText('10 links as at the hand-over').waitFor({ timeout: PATIENCE_MS });
      expect(await drawer.getByRole('table').first().innerText()).not.toMatch(/gpus|jobs|bootId|fabric\.links/);
      await accessible(page, `drawer ${theme}`);
      await page.goto(url('/runs/site-1/retro'));
      await page.getByRole('heading', { name: 'Links that did not come back' }).waitFor({ timeout: PATIENCE_MS });
      await page.getByRole('cell', { name: GROWS, exact: true }).waitFor();
      await accessible(page, `retro ${theme}`);
      await page.goto(url('/?fleet=site&run=site-1'));
      const box = page.getByRole('region', { name: 'Run' });
      await box.getByText('6 switches in it, not on the map').waitFor({ timeout: PATIENCE_MS });
      await box.getByText(/of 16 nodes back/).waitFor();
      await box.getByRole('button', { name: /^s1\b/ }).click();
      await page.getByRole('complementary', { name: 's1' }).waitFor();
      await accessible(page, `map ${theme}`);
      await page.context().close();
      expect(faults).toEqual([]);
    },
    200_000,
  );

  it('a run that a stranger must consent to: the page names who and where, and records it; then the run begins', async () => {
    const page = await openPage(browser, { theme: 'dark', widthPx: 1_280 }, faults);
    await page.goto(url('/runs/shared-1'));
    const asked = page.getByRole('region', { name: 'Nothing has begun' });
    await asked.getByText('m[01-24]').waitFor({ timeout: PATIENCE_MS });
    await asked.getByText('24 nodes').waitFor();
    await asked.getByText('pitstop consent shared-1 --customer borealis --to affected').waitFor();
    await accessible(page, 'consents');
    await asked.getByRole('button', { name: 'Record the consent of borealis' }).click({ timeout: PATIENCE_MS });
    await say(page, 'Record it', 'by mail, Kim');
    await asked.waitFor({ state: 'detached', timeout: PATIENCE_MS });
    const events = await server.client.runs.events({ run: 'shared-1', from: 1, limit: 10_000, waitMs: 0 });
    expect(events.find(({ kind }) => kind === 'consent')).toMatchObject({
      why: 'by mail, Kim',
      data: { customer: 'borealis', to: 'affected' },
    });
    await page.context().close();
    expect(faults).toEqual([]);
  }, 200_000);
});

const rowOf = (page: Page, link: string) =>
  page
    .getByRole('region', { name: 'Table of links' })
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name: `cleaned: ${link}` }) });
