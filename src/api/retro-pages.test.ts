import { describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api-server.ts';
import { testPlan } from '../../test/plans.ts';
import { TwinRun } from '../../test/twin-run.ts';
import type { Plan } from '../core/plan/plan.ts';
import { ChromiumMissingError, PrintError } from '../files/print-pdf.ts';
import type { Runs } from '../runner/runs.ts';
import { createPages } from './retro-pages.ts';

const parsePlan = (text: string) => JSON.parse(text) as Plan;

async function settled(): Promise<{ runs: Runs; run: string }> {
  const t = await new TwinRun(testPlan({ nodes: 3, canary: 0 }), {}, { flushMs: 0 }).confirmed();
  await t.untilState('settled');
  // Nobody drives it any more, so it is read from the journal.
  return { runs: { journal: t.journal, get: () => null } as unknown as Runs, run: t.run };
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

describe('the review of a run', () => {
  it('as a page, and printed from the same', async () => {
    const { runs, run } = await settled();
    const pages = createPages({ runs, parsePlan }, (html) => Promise.resolve(bytes(html)));
    const { status, html } = await pages.retro(run, { query: new URLSearchParams(), languages: '' });
    expect([status, html.startsWith('<!doctype html>'), html.includes(run)]).toEqual([200, true, true]);
    expect(await pages.retroPdf(run)).toEqual({ status: 200, pdf: bytes(html) });
    expect((await pages.retro('../x', { query: new URLSearchParams(), languages: '' })).status).toBe(404);
    expect((await pages.retroPdf('nothing')).status).toBe(404);
  });

  it('one is printed at a time; without Chromium that is said', async () => {
    const { runs, run } = await settled();
    const printing = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    const pages = createPages({ runs, parsePlan }, () => printing.promise);
    const first = pages.retroPdf(run);
    expect(await pages.retroPdf(run)).toMatchObject({ status: 503 });
    printing.reject(new ChromiumMissingError('install one'));
    expect(await first).toEqual({ status: 404, words: 'install one' });
    const broken = createPages({ runs, parsePlan }, () => Promise.reject(new PrintError('ended')));
    expect(await broken.retroPdf(run)).toEqual({ status: 502, words: 'ended' });
    expect(await broken.retroPdf(run)).toEqual({ status: 502, words: 'ended' });
  });

  it('over HTTP to whoever may look, as what it is', async () => {
    const { runs, run } = await settled();
    const pages = createPages({ runs, parsePlan }, (html) => Promise.resolve(bytes(html)));
    const api = await openTestApi({ parts: { pages } });
    try {
      const headers = { authorization: `Bearer ${(await api.mint('viewer')).secret}` };
      expect((await fetch(`${api.url}/retro/${run}.pdf`)).status).toBe(401);
      const pdf = await fetch(`${api.url}/retro/${run}.pdf`, { headers });
      expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
      expect((await fetch(`${api.url}/retro/${run}.html`, { headers })).headers.get('content-type')).toContain('text/html');
      expect((await fetch(`${api.url}/retro/none.pdf`, { headers })).status).toBe(404);
      expect((await fetch(`${api.url}/retro/${run}.exe`, { headers })).status).toBe(404);
    } finally {
      await api.close();
    }
  });
});
