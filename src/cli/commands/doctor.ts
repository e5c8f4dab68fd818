// `pitstop doctor`: does every outside system of the fleet answer, with the rights and settings that a maintenance needs?
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { hasErrors, type Finding } from '../../core/finding.ts';
import { size } from '../../core/fleet/nodeset.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { readFleet } from '../../files/fleet-file.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { findingLines, printJson } from '../output.ts';
import { slowly } from '../progress.ts';
import { counted } from '../../std/share.ts';

export function addDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('ask every outside system of the fleet whether it answers, with the rights and settings we need; changes nothing')
    .requiredOption('--fleet <file>', 'fleet.yaml')
    .option('--json', 'print {ok, nodes, findings} and nothing else')
    .addHelpText(
      'after',
      '\nExit 1: something is wrong; exit 3: a scheduler does not answer.\n\nExample:\n  pitstop doctor --fleet fleet.yaml',
    )
    .action((options: { fleet: string; json?: true }) => diagnose(context, options.fleet, options.json === true));
}

async function diagnose({ client, terminal, exit }: CliContext, file: string, json: boolean): Promise<void> {
  const fleet = readFleet(file);
  const nodes = size(topologyOf(fleet).nodes);
  const server = await client();
  const findings = await slowly(terminal, 'asking every system', server.site.doctor({ fleet, folder: dirname(resolve(file)) }));
  const ok = !hasErrors(findings);
  if (json) printJson(terminal, { ok, nodes, findings });
  else {
    for (const line of findingLines(findings)) terminal.out(`${line}\n`);
    terminal.out(`${file}: ${counted(nodes, 'node')}, ${ok ? 'ready' : 'not ready'}\n`);
  }
  if (!ok) exit(findings.some(isSilence) ? EXIT.silent : EXIT.no);
}

/** By the drivers' rule names: `slurm-answers` as an error means that it did not. */
function isSilence({ severity, rule }: Finding): boolean {
  return severity === 'error' && rule.endsWith('-answers');
}
