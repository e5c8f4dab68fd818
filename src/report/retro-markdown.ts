// The retro as Markdown: for a ticket, a wiki, the end of a run in the terminal.
import type { Retro } from '../core/retro/retro.ts';
import { documentMarkdown } from './document-markdown.ts';
import { retroDocument } from './retro-document.ts';

export function retroMarkdown(retro: Retro): string {
  return documentMarkdown(retroDocument(retro));
}
