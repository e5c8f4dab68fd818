// The lead's night as somebody clicks it, in a real browser: each function one thing that a person does on a page.
import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { violations } from './browser.ts';

/** A page that loads for ever is a fault, not a slow machine. */
export const PATIENCE_MS = 60_000;

/** Writes both documents in the editor and saves them as a plan; resolves on the page of that plan. */
export async function writePlan(page: Page, url: string, fleet: string, change: string, policy: string): Promise<void> {
  await page.goto(`${url}/plans/new`);
  await page.getByLabel('Fleet').selectOption(fleet);
  await fillEditor(page, 'change.yaml', change);
  await fillEditor(page, 'policy.yaml', policy);
  await page.getByRole('button', { name: 'Save as a plan' }).click();
  await say(page, 'Save', 'for tonight');
  await page.waitForURL(/\/plans\/[0-9a-f]{8,}/, { timeout: PATIENCE_MS });
}

/** Replaces all of a document in the code editor. */
async function fillEditor(page: Page, label: string, text: string): Promise<void> {
  const editor = page.locator(`.cm-content[aria-label="${label}"]`);
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

/** Answers the dialog that is open: a reason, and the button that does it. */
export async function say(page: Page, action: string, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: action, exact: true }).click();
  await dialog.waitFor({ state: 'detached', timeout: PATIENCE_MS });
}

/** Presses a control of the run and says why. */
export async function control(page: Page, name: string, reason: string): Promise<void> {
  const button = page.locator('section', { hasText: 'Controls' }).getByRole('button', { name: `${name}…`, exact: true });
  await button.and(page.locator(':enabled')).click({ timeout: PATIENCE_MS });
  await say(page, name, reason);
}

/** Waits until the run's state is shown as one of these. */
export async function untilState(page: Page, ...states: readonly string[]): Promise<void> {
  const chip = page.locator('main .chip').filter({ hasText: new RegExp(`(${states.join('|')})`) });
  await chip.first().waitFor({ timeout: PATIENCE_MS * 2 });
}

/** No violation of WCAG A and AA on what the page shows now. */
export async function accessible(page: Page, what: string): Promise<void> {
  expect({ what, violations: await violations(page) }).toEqual({ what, violations: [] });
}
