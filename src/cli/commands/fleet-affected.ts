// `pitstop fleet affected` says who would feel an act on a switch, node, domain, feed or link, of all customers and before there is a plan.
import type { Command } from 'commander';
import { fold, parseNodeSet, size } from '../../core/fleet/nodeset.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { reportAffected } from '../../core/plan/affected-reasons.ts';
import { readFleet } from '../../files/fleet-file.ts';
import { counted } from '../../std/share.ts';
import type { CliContext } from '../context.ts';
import { badArgument } from '../exit.ts';
import { clip, printJson } from '../output.ts';

export function addAffected(fleet: Command, context: CliContext): void {
  fleet
    .command('affected')
    .description('who would lose power, link, NVLink or subnet manager if these were worked on')
    .argument('<file>', 'fleet.yaml')
    .argument('<set>', 'nodes, switches, domains, feeds or links')
    .option('--json', 'print {targets, affected, customers, why} and nothing else')
    .addHelpText('after', '\nExample:\n  pitstop fleet affected fleet.yaml spine1')
    .action((file: string, set: string, options: { json?: true }) => affected(context, file, set, options.json === true));
}

/** Throws BadInputError. */
function affected({ terminal }: CliContext, file: string, written: string, json: boolean): void {
  const topology = topologyOf(readFleet(file));
  const parsed = parseNodeSet(written, topology.groups);
  if (!parsed.ok) throw badArgument('SET', written, parsed.error.why, parsed.error.mend, parsed.error.at + 1);
  const { report, strange } = reportAffected(topology, parsed.set);
  const unknown = strange.slice(0, SHOWN).join(', ');
  if (unknown !== '') throw badArgument('SET', unknown, 'nothing of this fleet', 'name nodes, switches, links, domains or feeds');
  if (json) {
    printJson(terminal, report);
    return;
  }
  const nodes = parseNodeSet(report.affected);
  const set = nodes.ok ? nodes.set : null;
  terminal.out(
    `${fold(parsed.set)}: ${set === null || size(set) === 0 ? 'no node' : `${counted(size(set), 'node')}: ${clip(fold(set), LINE)}`}\n`,
  );
  for (const { name, nodes: count } of report.customers) terminal.out(`  ${name}: ${counted(count, 'node')}\n`);
  for (const why of report.why) terminal.out(`  ${why}\n`);
}

const SHOWN = 5;
const LINE = 200;
