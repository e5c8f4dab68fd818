// A proposal as one HTML file: to send, to show in a meeting, to print.
import { documentHtml } from './document-html.ts';
import { proposalDocument } from './proposal-document.ts';
import type { Proposal } from './proposal.ts';

export function proposalHtml(proposal: Proposal): string {
  return documentHtml(proposalDocument(proposal), 'Proposal');
}
