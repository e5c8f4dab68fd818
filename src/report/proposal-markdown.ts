// A proposal as Markdown: for a pull request, a ticket, a wiki.
import { documentMarkdown } from './document-markdown.ts';
import { proposalDocument } from './proposal-document.ts';
import type { Proposal } from './proposal.ts';

export function proposalMarkdown(proposal: Proposal): string {
  return documentMarkdown(proposalDocument(proposal));
}
