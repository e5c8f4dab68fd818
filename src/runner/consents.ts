// Before a run begins: whoever would feel it without being part of it has consented, or nothing begins; and switches are handed over with
// the nodes behind them.
import { fold, size, type NodeSet } from '../core/fleet/nodeset.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG } from '../core/run/states.ts';
import { hasConsent, strangersOf, targetsBehind } from './behind.ts';
import type { RunHost } from './host.ts';

/** Resolves when every consent is there, or the run is aborted; says in the journal what is waited for, and whom it would hit. */
export async function untilConsented(host: RunHost): Promise<void> {
  const strangers = strangersOf(host);
  const missing = (): [string | null, NodeSet][] => [...strangers].filter(([customer]) => !hasConsent(host, customer));
  const over = (): boolean => host.stopped !== null || host.chronicle.state.run.aborted;
  let told = '';
  while (!over() && missing().length > 0) {
    const open = missing();
    const words = open.map(([customer, nodes]) => askFor(host, customer, nodes)).join('; ');
    if (words !== told)
      await host.write({ target: -1, kind: 'note', note: { why: words, data: { awaiting: words, affected: affectedData(open) } } });
    told = words;
    await host.until(() => over() || missing().length < open.length);
  }
  if (told !== '' && !over())
    await host.write({ target: -1, kind: 'note', note: { why: 'everybody affected has consented', data: { awaiting: null } } });
}

/** Whatever is no node is handed over with the nodes behind it. */
export function releaseDevices(host: RunHost): void {
  const { program } = host.parts;
  const { state } = host.chronicle;
  for (const target of program.targets.keys()) {
    if (host.kind(target) === 'node' || hasFlag(state, target, FLAG.released)) continue;
    const nodes = targetsBehind(host, target);
    if (nodes.length > 0 && nodes.every((node) => hasFlag(state, node, FLAG.released)))
      host.feed(target, 'release', { by: 'pitstop', why: 'every node behind it is released' });
  }
}

function askFor(host: RunHost, customer: string | null, nodes: NodeSet): string {
  const whose = customer === null ? 'of the operator, in no plan' : `of customer ${customer}`;
  const mend = `pitstop consent ${host.run}${customer === null ? '' : ` --customer ${customer}`} --to affected`;
  return `refused until they consent: ${size(nodes)} nodes ${whose} would lose link or power: ${fold(nodes)} (${mend})`;
}

function affectedData(open: readonly (readonly [string | null, NodeSet])[]): { customer: string | null; nodes: string }[] {
  return open.map(([customer, nodes]) => ({ customer, nodes: fold(nodes) }));
}
