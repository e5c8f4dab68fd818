// The members of a Redfish collection as documents: in one answer where the BMC offers that, else one by one, page after page.
import type { JsonObject } from '../../std/json.ts';
import type { BmcClient } from './client.ts';
import { linkOf, listOf, objectOf, stringOf } from './document.ts';
import { RedfishError, wordsOf } from './failure.ts';

const PAGES_MAX = 50;
const MEMBERS_MAX = 2_000;

export interface Member {
  readonly link: string;
  /** null: it could not be read; `why` has the words, `gone` whether it is simply not there. */
  readonly document: JsonObject | null;
  readonly why: string;
  readonly gone: boolean;
}

/** Rejects with RedfishError when the collection itself cannot be read. `expand`: the service root offers $expand. */
export async function membersOf(client: BmcClient, link: string, expand: boolean, signal: AbortSignal): Promise<Member[]> {
  const found: { readonly link: string; readonly document: JsonObject }[] = [];
  let next: string | null = expand ? `${link}?$expand=.($levels=1)` : link;
  for (let page = 0; next !== null; page++) {
    if (page >= PAGES_MAX || found.length > MEMBERS_MAX) {
      throw new RedfishError('nonsense', `${client.origin.host}: ${link} has no end`, { sent: true });
    }
    const document: JsonObject = await client.get(next, signal);
    if (!Array.isArray(document['Members'])) {
      throw new RedfishError('nonsense', `${client.origin.host}: ${link} is no collection: it has no Members`, { sent: true });
    }
    for (const one of listOf(document['Members'])) {
      const member = linkOf(one);
      const content = objectOf(one);
      if (member !== null) client.resolve(member);
      if (member !== null && content) found.push({ link: member, document: content });
    }
    next = stringOf(document['Members@odata.nextLink']);
  }
  return Promise.all(
    found.map(({ link: one, document }) =>
      isWhole(document) ? Promise.resolve({ link: one, document, why: '', gone: false }) : memberOf(client, one, signal),
    ),
  );
}

export async function memberOf(client: BmcClient, link: string, signal: AbortSignal): Promise<Member> {
  try {
    return { link, document: await client.get(link, signal), why: '', gone: false };
  } catch (error) {
    const gone = error instanceof RedfishError && error.status === 404;
    return { link, document: null, why: wordsOf(error), gone };
  }
}

/** More than a link to itself. */
function isWhole(document: JsonObject): boolean {
  return Object.keys(document).some((key) => !key.startsWith('@odata.'));
}
