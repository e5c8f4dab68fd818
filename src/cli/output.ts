// The shapes in which commands answer: one JSON document, findings as lines, small tables.
import type { Finding } from '../core/finding.ts';
import { foldNames, isNodeName } from '../core/fleet/nodeset.ts';
import type { Terminal } from './terminal.ts';

export function printJson(terminal: Terminal, document: unknown): void {
  terminal.out(`${JSON.stringify(document, null, 2)}\n`);
}

/** `error   n7: slurmctld does not know it (slurm-node-unknown)`, errors first; what holds for many targets is one line. */
export function findingLines(findings: readonly Finding[]): string[] {
  const order = { error: 0, warning: 1, info: 2 };
  const alike = new Map<string, { finding: Finding; targets: string[] }>();
  for (const finding of findings.toSorted((a, b) => order[a.severity] - order[b.severity])) {
    const key = JSON.stringify([finding.severity, finding.rule, finding.message]);
    const group = alike.get(key);
    if (group) group.targets.push(finding.target);
    else alike.set(key, { finding, targets: [finding.target] });
  }
  return [...alike.values()].map(({ finding: { severity, rule, message }, targets }) => {
    const named = targets.filter((target) => target !== '');
    const where = named.every(isNodeName) ? foldNames(named) : named.join(', ');
    return `${severity.padEnd(7)} ${where === '' ? '' : `${clip(where, 80)}: `}${message} (${rule})`;
  });
}

/** Columns as wide as their widest cell; the last one is left as it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** At most `length` characters, the last one "…" where something was cut. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

/** Items in as few lines as they fit, separated by "; ". */
export function flowed(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last === undefined || last.length + item.length + 2 > width) lines.push(item);
    else lines[lines.length - 1] = `${last}; ${item}`;
  }
  return lines;
}
