// The retro as one HTML file: to send to a customer, to print, to keep.
import type { Retro } from '../core/retro/retro.ts';
import { documentHtml } from './document-html.ts';
import { retroDocument } from './retro-document.ts';

export function retroHtml(retro: Retro): string {
  return documentHtml(retroDocument(retro), 'Retro');
}
