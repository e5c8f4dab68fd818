// `pitstop fleet check` and `fleet affected` read a fleet file, `fleet keep` hands it to the server, `fleet import` writes one.
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finding } from '../../core/finding.ts';
import type { Fleet } from '../../core/fleet/model.ts';
import { size } from '../../core/fleet/nodeset.ts';
import { topologyOf } from '../../core/fleet/topology.ts';
import { readFleetInForce } from '../../files/fleet-file.ts';
import { BadInputError, showProblem } from '../../files/problem.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { findingLines, printJson } from '../output.ts';
import { slowly } from '../progress.ts';
import { addAffected } from './fleet-affected.ts';
import { addImportFabric } from './fleet-fabric.ts';
import { giveImported, importedSchema, type Wanted } from './fleet-imported.ts';
import { addImportKubernetes } from './fleet-kubernetes.ts';
import { counted } from '../../std/share.ts';

export function addFleet(program: Command, context: CliContext): void {
  const fleet = program.command('fleet').description('read and write fleet files');
  fleet
    .command('check')
    .description('read a fleet file and say what is wrong with it')
    .argument('<file>', 'fleet.yaml')
    .option('--json', 'print {ok, nodes, findings} and nothing else')
    .addHelpText('after', '\nExample:\n  pitstop fleet check fleet.yaml')
    .action((file: string, options: { json?: true }) => check(context, file, options.json === true));
  fleet
    .command('keep')
    .description('hand a fleet file to the server: the console shows it, and plans can be written for it there')
    .argument('<file>', 'fleet.yaml')
    .option('--catalogue <folder>', "procedures of the site that go before all others, on the server's machine")
    .option('--json', 'print the fleet as the server knows it and nothing else')
    .addHelpText('after', '\nExample:\n  pitstop fleet keep fleet.yaml')
    .action((file: string, options: KeepOptions) => keep(context, file, options));
  addAffected(fleet, context);
  const importing = fleet.command('import').description('make a fleet file from what a live system shows');
  importing
    .command('slurm')
    .description('from a live Slurm cluster: nodes, GPUs, partitions, topology')
    .option('--conf <file>', "slurm.conf of the cluster; default: Slurm's own rules")
    .option('--bin <folder>', 'folder of scontrol and squeue; default: PATH')
    .option('-o, --output <file>', 'write the fleet file here instead of to stdout')
    .option('--json', 'print the document as JSON')
    .addHelpText('after', '\nExample:\n  pitstop fleet import slurm -o fleet.yaml')
    .action((options: ImportOptions) => importSlurm(context, options));
  addImportKubernetes(importing, context);
  addImportFabric(importing, context);
}

interface ImportOptions extends Wanted {
  readonly conf?: string;
  readonly bin?: string;
}

interface KeepOptions {
  readonly catalogue?: string;
  readonly json?: true;
}

async function keep({ client, terminal }: CliContext, file: string, { catalogue, json }: KeepOptions): Promise<void> {
  const { fleet } = readFleetInForce(file);
  const server = await client();
  const kept = await slowly(
    terminal,
    'handing the fleet over',
    server.fleets.keep({ fleet, folder: dirname(resolve(file)), catalogue: catalogue === undefined ? null : resolve(catalogue) }),
  );
  if (json) printJson(terminal, kept);
  else terminal.err(`${kept.fleet}: the server knows its ${counted(kept.nodes, 'node')} now\n`);
}

async function importSlurm({ client, terminal }: CliContext, { conf, bin, ...wanted }: ImportOptions): Promise<void> {
  const options = { ...(conf === undefined ? {} : { conf: resolve(conf) }), ...(bin === undefined ? {} : { bin: resolve(bin) }) };
  const server = await client();
  const imported = importedSchema.parse(
    await slowly(terminal, 'asking slurmctld', server.site.importSlurm({ options, folder: process.cwd() })),
  );
  giveImported(terminal, imported, wanted, (file) => `say how nodes are reached (drivers: shell), then pitstop doctor --fleet ${file}`);
}

function check({ terminal, exit }: CliContext, file: string, json: boolean): void {
  try {
    const { fleet, defaults } = readFleetInForce(file);
    const findings = findingsOf(fleet);
    const nodes = size(topologyOf(fleet).nodes);
    if (json) {
      printJson(terminal, { ok: true, nodes, findings });
      return;
    }
    terminal.out(`${file}: fleet ${fleet.name}, ${counted(nodes, 'node')} in ${counted(fleet.clusters.length, 'cluster')}\n`);
    for (const line of [...findingLines(findings), ...defaults.map((line) => `default ${line}`)]) terminal.out(`  ${line}\n`);
  } catch (error) {
    if (!json || !(error instanceof BadInputError)) throw error;
    const findings = error.problems.map((problem): Finding => {
      const { line, col, value, why, mend } = problem;
      const message = [value === '' ? why : `${value}: ${why}`, mend].filter((part) => part !== '').join('; ');
      return { severity: 'error', target: `${file}:${line}:${col}`, rule: 'bad-input', message };
    });
    printJson(terminal, { ok: false, nodes: 0, findings });
    terminal.err(`${error.problems.map(showProblem).join('\n')}\n`);
    exit(EXIT.badInput);
  }
}

/** What a readable fleet file still lacks before a run can go through. */
function findingsOf(fleet: Fleet): Finding[] {
  return fleet.clusters.flatMap(({ name, drivers }): Finding[] => {
    const without = (role: string, message: string): Finding[] =>
      Object.hasOwn(drivers, role) ? [] : [{ severity: 'warning', target: name, rule: `no-${role}`, message }];
    return [
      ...without('scheduler', 'no scheduler driver: nothing can be drained here; write drivers: {scheduler: slurm}'),
      ...without('shell', 'no shell driver: no command can run on its nodes; write drivers: {shell: ssh}'),
    ];
  });
}
