// The console in real Chromium: a lead's whole night clicked through on the twin, each page accessible and without a fault, the customer's page
// with scripts off, and pictures compared with kept ones.
import { existsSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFleetInForce } from '../src/files/fleet-file.ts';
import { showPlan } from '../src/files/plan-file.ts';
import { RICH } from '../src/report/retro-example.ts';
import { retroHtml } from '../src/report/retro-html.ts';
import { consoleDemo } from '../src/study/demo-console.ts';
import { planFrom } from '../src/study/make-plan.ts';
import { DIFFERENT_SHARE_MAX, differenceFrom, hasChromium, openBrowser, openPage } from './console/browser.ts';
import { ConsoleServer } from './console/console-server.ts';
import { accessible, control, PATIENCE_MS, say, untilState, writePlan } from './console/night.ts';

const required = process.env['PITSTOP_REQUIRE_REAL'] === '1';
if (!hasChromium && required) throw new Error('PITSTOP_REQUIRE_REAL=1, and there is no Chromium: apt-get install chromium');
if (!hasChromium) process.stderr.write('skipped: no Chromium on this machine, so the console is not looked at\n');

const FLEET = `fleet: night
timezone: UTC
clusters:
  - name: night
    mode: confirm
    nodes: "n[01-32]"
    gpusPerNode: 8
    racks: {of: 4, name: "r[1-8]"}
    units: {of: 16, rails: 4, name: "u[1-2]", leaf: "{unit}r{rail}"}
    drivers: {scheduler: twin, shell: twin, bmc: twin}
`;
/** On which nothing ever happens: for pictures. */
const STILL = FLEET.replaceAll('night', 'still').replace('n[01-32]', 's[01-32]').replace('r[1-8]', 'q[1-8]').replace('u[1-2]', 'v[1-2]');
const CHANGE = 'change: image\nwant: {host-os: "2025.07"}\n';
const POLICY = 'northStar: 2h\ngates: {returned: 90%, soak: 5m}\nlimits: {image-server: {count: 16, owner: imaging}}\n';
/** On this one, one node of the twin fails its check for ever, and nothing else goes wrong for good. */
const SEED = '77';

describe.skipIf(!hasChromium)('console', () => {
  let browser: Browser;
  let server: ConsoleServer;
  const faults: string[] = [];
  const url = (path = ''): string => `${server.url}${path}`;

  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), ConsoleServer.start()]);
    for (const text of [FLEET, STILL]) {
      await server.client.fleets.keep({ fleet: parseFleetInForce(text, 'fleet.yaml').fleet, folder: server.state.folder, catalogue: null });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it('night: plan, rehearse, approve, run, pause, straggler, return, retro', async () => {
    const page = await openPage(browser, { theme: 'dark', widthPx: 1_280 }, faults);
    await writePlan(page, url(), 'night', CHANGE, POLICY);
    await rehearsed(page);
    await begun(page);
    await page.waitForURL(/\/runs\/image-1/, { timeout: PATIENCE_MS });
    await control(page, 'Confirm', 'agreed');
    await control(page, 'Approve night.node.canary', 'the canary may go');
    await untilState(page, 'running');
    await control(page, 'Approve night.node.main', 'the canary is back');
    await control(page, 'Pause', 'a question');
    await untilState(page, 'paused');
    await accessible(page, 'run, paused');
    await control(page, 'Resume', 'answered');
    await mopUp(page);
    await untilState(page, 'returned', 'settled');
    await accessible(page, 'run, returned');
    await page.getByRole('link', { name: 'Retro' }).click();
    await page
      .getByRole('heading', { name: /retro|review/i })
      .first()
      .waitFor({ timeout: PATIENCE_MS });
    await accessible(page, 'retro');
    expect(faults).toEqual([]);
  }, 300_000);

  it('night: everything that was said is in the journal, with who and why', async () => {
    const events = await server.client.runs.events({ run: 'image-1', from: 1, limit: 10_000, waitMs: 0 });
    const whys = events.filter(({ by }) => by !== null).map(({ why }) => why);
    expect(whys).toEqual(expect.arrayContaining(['agreed', 'the canary may go', 'a question', 'answered']));
    const acts = await server.client.people.acts({});
    expect(acts.filter(({ outcome }) => outcome === 'done').map(({ procedure }) => procedure)).toEqual(
      expect.arrayContaining(['plans.save', 'runs.start', 'runs.control', 'runs.approve', 'runs.straggler']),
    );
  });

  it.each(['light', 'dark'] as const)(
    'pages: accessible and without faults, %s',
    async (theme) => {
      for (const widthPx of [1_280, 1_920]) {
        const page = await openPage(browser, { theme, widthPx }, faults);
        for (const [path, ready] of [
          ['/', 'canvas'],
          ['/?as=table', 'table'],
          ['/?replay=run:image-1', 'input[type=range]'],
          ['/plans', 'main h1'],
          ['/plans/new', '.cm-content'],
          ['/runs', 'main h1'],
          ['/runs/image-1', 'main svg'],
          ['/runs/image-1/retro', 'main h1'],
          ['/acts', 'table'],
          ['/settings', 'main h1'],
          ['/sign-in', 'main h1'],
          ['/api/reference', 'h1'],
        ] as const) {
          await page.goto(url(path));
          await page.locator(ready).first().waitFor({ timeout: PATIENCE_MS });
          await accessible(page, `${path} ${theme} ${widthPx}`);
        }
        await page.context().close();
      }
      expect(faults).toEqual([]);
    },
    300_000,
  );

  it('plan page: each face accessible and without faults', async () => {
    const [plan] = await server.client.plans.list();
    const page = await openPage(browser, { theme: 'light', widthPx: 1_280 }, faults);
    for (const tab of ['forecast', 'what-if', 'limits', 'questions', 'sequence', 'proposal', 'compare', 'document', 'customers']) {
      await page.goto(url(`/plans/${plan?.plan.slice(0, 12)}?tab=${tab}`));
      await page.locator('main h1').first().waitFor({ timeout: PATIENCE_MS });
      await page
        .locator('progress')
        .first()
        .waitFor({ state: 'detached', timeout: PATIENCE_MS * 2 });
      await accessible(page, tab);
    }
    expect(faults).toEqual([]);
  }, 300_000);

  it("customer: sees theirs and releases it, with scripts off; the other customer's names are nowhere", async () => {
    const { fleet, changes, policy } = consoleDemo();
    const plan = planFrom({ fleet, change: changes.now, policy, catalogue: null, inventory: null, nowMs: Date.now() });
    await server.client.plans.keep({ text: showPlan(plan), folder: server.state.folder, reason: 'agreed' });
    const { path } = await server.client.customers.share({ plan: plan.id, customer: 'aurora', days: 1, reason: 'for aurora' });
    const { run } = await server.client.runs.start({ plan: plan.id, only: null, twin: { speed: 60, seed: 1, options: {} }, now: null });
    await server.client.runs.control({ run, word: 'confirm', by: 'lead', reason: 'agreed', targets: null });
    const page = await openPage(browser, { theme: 'light', widthPx: 1_280, scripts: false }, faults);
    await page.goto(url(path));
    expect(await page.locator('script').count()).toBe(0);
    expect(await page.content()).not.toMatch(/borealis|hb2-/);
    await page.getByRole('button', { name: 'Release these nodes' }).click();
    await page
      .getByText(/released/i)
      .first()
      .waitFor({ timeout: PATIENCE_MS });
    const view = await server.client.runs.events({ run, from: 1, limit: 10_000, waitMs: 0 });
    expect(view.some(({ kind, by }) => kind === 'release' && by === 'customer aurora')).toBe(true);
    await page.context().close();
    const seen = await openPage(browser, { theme: 'dark', widthPx: 1_280 }, faults);
    await seen.goto(url(path));
    await accessible(seen, "the customer's page");
    await server.client.runs.control({ run, word: 'abort', by: 'lead', reason: 'the test is over', targets: null });
    expect(faults).toEqual([]);
  }, 200_000);

  it.each(['light', 'dark'] as const)(`pictures: as they were kept, but for ${DIFFERENT_SHARE_MAX} of the pixels, %s`, async (theme) => {
    const page = await openPage(browser, { theme, widthPx: 1_280 }, faults);
    const differences: { [name: string]: number } = {};
    for (const [name, path, ready] of [
      ['sign-in', '/sign-in', 'main h1'],
      ['map', '/?fleet=still', 'canvas'],
    ] as const) {
      await page.goto(url(path));
      await page.locator(ready).first().waitFor({ timeout: PATIENCE_MS });
      differences[name] = await differenceFrom(page, `${name}-${theme}`);
    }
    for (const [name, html] of [
      ['customer', readFileSync(new URL('../src/report/customer/customer-rich.golden.html.txt', import.meta.url), 'utf8')],
      ['retro', retroHtml(RICH)],
    ] as const) {
      await page.setContent(html);
      differences[name] = await differenceFrom(page, `${name}-${theme}`);
    }
    expect(Object.entries(differences).filter(([, share]) => share > DIFFERENT_SHARE_MAX)).toEqual([]);
  });
});

async function rehearsed(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Forecast' }).click();
  await page
    .getByRole('cell', { name: /^95 %/ })
    .or(page.getByRole('rowheader', { name: /^95 %/ }))
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  await accessible(page, 'plan');
}

/** On the twin, fast enough for a test and slow enough for a hand. */
async function begun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start a run' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Speed').fill('400');
  await dialog.getByLabel('Seed').fill(SEED);
  await dialog.getByRole('button', { name: 'Register the run' }).click();
}

/** The one node that fails its check: somebody takes it, tries once more, and gives it up. */
async function mopUp(page: Page): Promise<void> {
  const row = page.locator('section', { hasText: 'Mop-up' }).getByRole('row', { name: /^n05/ });
  const act = async (word: string, reason: string): Promise<void> => {
    await row
      .getByRole('button', { name: word, exact: true })
      .and(page.locator(':enabled'))
      .click({ timeout: PATIENCE_MS * 2 });
    await say(page, word.charAt(0).toUpperCase() + word.slice(1), reason);
  };
  await act('take', 'mine');
  await act('drop', 'the tray is ordered');
}

if (hasChromium && !existsSync(new URL('console/screens', import.meta.url)) && required) {
  throw new Error('there are no kept pictures: PITSTOP_KEEP_SCREENS=1 vitest run test/console.test.ts');
}
