// What `ibqueryerrors` prints: the error counters of every port that has some.
import { guidOf } from './netdiscover.ts';

interface PortErrors {
  /** Node GUID of a switch, port GUID of an HCA. */
  readonly guid: string;
  readonly port: number;
  readonly counters: { readonly [counter: string]: number };
}

export interface QueryErrors {
  readonly ports: readonly PortErrors[];
  /** Ports whose counters could not be read. */
  readonly unread: readonly {
    readonly description: string;
    /** null: it had none. */ readonly lid: number | null;
    readonly port: number;
  }[];
  /** Questions without an answer that name no port. */
  readonly unreadElsewhere: number;
  /** It ends with a summary; without it, it is cut off. */
  readonly complete: boolean;
  readonly problems: readonly { readonly line: number; readonly text: string; readonly why: string }[];
}

const ROW = /^\s+GUID 0x([0-9a-f]{1,16}) port (\d+|ALL):((?: \[[^\]]*\])+)$/;
const UNREAD = /query failed on (.*), (?:Lid (\d+)|DR path .*) port (\d+)/g;

/** Never throws. */
export function parseQueryErrors(stdout: string, stderr: string): QueryErrors {
  const ports: PortErrors[] = [];
  const problems: { line: number; text: string; why: string }[] = [];
  const rows = stdout.split('\n');
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '' || row.startsWith('##') || row.startsWith('Errors for ') || /^\s+Link info:/.test(row)) continue;
    const match = ROW.exec(row.trimEnd());
    const counters = match ? countersOf(match[3] ?? '') : null;
    if (!match || !counters)
      problems.push({ line: index + 1, text: row.slice(0, 200), why: 'not a line that ibqueryerrors prints, or cut off' });
    else if (match[2] !== 'ALL') ports.push({ guid: guidOf(match[1]), port: Number(match[2]), counters });
  }
  const unread = [...stderr.matchAll(UNREAD)].map(([, description = '', lid, port]) => ({
    description: description.trim(),
    lid: lid === undefined ? null : Number(lid),
    port: Number(port),
  }));
  const failures = Number(/^##\s+(\d+) PMA query failures/m.exec(stdout)?.[1] ?? 0);
  return {
    ports,
    unread,
    unreadElsewhere: Math.max(0, failures - unread.length),
    complete: /^## Summary: \d+ nodes checked/m.test(stdout) && /^## Suppressed:/m.test(stdout),
    problems,
  };
}

function countersOf(text: string): { [counter: string]: number } | null {
  const parts = text.trim().slice(1, -1).split('] [');
  const pairs = parts.map((part) => /^(\w+) == (\d+)(?: \([^)]*\))?$/.exec(part));
  if (pairs.some((pair) => pair === null)) return null;
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', Number(pair[2])]] : [])).filter(([, value]) => value !== 0));
}
