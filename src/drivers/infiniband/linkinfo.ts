// What `iblinkinfo -l` prints: the state of every port, as its own end tells it.
import { guidOf } from './netdiscover.ts';

export interface PortSeen {
  /** Node GUID of a switch, port GUID of an HCA. */
  readonly guid: string;
  readonly port: number;
  readonly lid: number;
  /** null: it did not tell. */
  readonly state: 'down' | 'initialize' | 'active' | null;
  readonly remote: { readonly guid: string; readonly port: number } | null;
}

export interface LinkInfo {
  readonly ports: readonly PortSeen[];
  readonly problems: readonly { readonly line: number; readonly text: string; readonly why: string }[];
}

const REMOTE = String.raw`(?:0x([0-9a-f]{16})\s+\d+\s+(\d+))?`;
const LINE = new RegExp(
  String.raw`^0x([0-9a-f]{16}) ".*"\s+(\d+)\s+(\d+)\[[^\]]*\] ==\((?:.*\s)?([A-Za-z]+)\/\s*[A-Za-z]+\)==>\s+${REMOTE}\[[^\]]*\] ".*" \(.*\)$`,
);
const STATES: { readonly [word: string]: PortSeen['state'] } = {
  Down: 'down',
  Init: 'initialize',
  Initialize: 'initialize',
  Armed: 'initialize',
  Active: 'active',
};

/** Never throws. */
export function parseLinkInfo(text: string): LinkInfo {
  const ports: PortSeen[] = [];
  const problems: { line: number; text: string; why: string }[] = [];
  let line = 0;
  for (const whole of text.split('\n')) {
    line += 1;
    const row = whole.trimEnd();
    if (row === '') continue;
    const match = LINE.exec(row);
    if (!match) {
      problems.push({ line, text: row.slice(0, 200), why: 'not a line that iblinkinfo -l prints, or cut off' });
      continue;
    }
    const [, guid, lid, port, word = '', remote, remotePort] = match;
    ports.push({
      guid: guidOf(guid),
      port: Number(port),
      lid: Number(lid),
      state: STATES[word] ?? null,
      remote: remote === undefined ? null : { guid: guidOf(remote), port: Number(remotePort) },
    });
  }
  return { ports, problems };
}
