// The review of a run as a page of its own, and printed: what `pitstop retro` writes, without a command line.
import { retroOf } from '../core/retro/retro.ts';
import { printPdf } from '../files/print-pdf.ts';
import { retroHtml } from '../report/retro-html.ts';
import type { PageAnswer, Pages, PrintAnswer } from './http/pages.ts';
import { plainPage } from './http/plain-page.ts';
import type { ApiParts } from './parts.ts';
import { replay } from './replay.ts';

type RetroParts = Pick<ApiParts, 'runs' | 'parsePlan'>;

/** `print`: rejects with ChromiumMissingError where there is nothing to print with, and with PrintError. One at a time. */
export function createPages(
  parts: RetroParts,
  print: (html: string) => Promise<Uint8Array<ArrayBuffer>> = (html) => printPdf(html, process.env),
): Required<Pages> {
  let isPrinting = false;
  return {
    retro: async (run): Promise<PageAnswer> => {
      const html = await retroOfRun(parts, run);
      return html === null ? { status: 404, html: plainPage('404: no such run', []) } : { status: 200, html };
    },
    retroPdf: async (run): Promise<PrintAnswer> => {
      if (isPrinting) return { status: 503, words: 'another review is being printed: ask again in a few seconds' };
      isPrinting = true;
      try {
        const html = await retroOfRun(parts, run);
        return html === null ? { status: 404, words: 'no such run' } : { status: 200, pdf: await print(html) };
      } catch (error) {
        if (error instanceof Error && error.name === 'ChromiumMissingError') return { status: 404, words: error.message };
        if (error instanceof Error && error.name === 'PrintError') return { status: 502, words: error.message };
        throw error;
      } finally {
        isPrinting = false;
      }
    },
  };
}

/** null: there is no such run. */
async function retroOfRun({ runs, parsePlan }: RetroParts, run: string): Promise<string | null> {
  const header = (await runs.journal.runs()).find((candidate) => candidate.run === run);
  if (!header) return null;
  const plan = parsePlan(header.plan);
  return retroHtml(retroOf(header, plan, runs.get(run)?.host.chronicle ?? (await replay(runs.journal, run, plan))));
}
