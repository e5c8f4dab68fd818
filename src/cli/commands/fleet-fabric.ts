// `pitstop fleet import ibnetdiscover` writes a fleet file from a fabric, live or as a sweep of it was saved.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { readText } from '../../files/read-text.ts';
import { findingSchema } from '../../api/contract/schemas.ts';
import type { CliContext } from '../context.ts';
import { findingLines } from '../output.ts';
import { slowly } from '../progress.ts';
import { giveImported, importedSchema, type Wanted } from './fleet-imported.ts';

const fabricSchema = importedSchema.extend({ findings: z.array(findingSchema) });

export function addImportFabric(importing: Command, context: CliContext): void {
  importing
    .command('ibnetdiscover')
    .description('from an InfiniBand fabric: nodes, leaves, spines, rails, units, cables')
    .option('--from <file>', 'what ibnetdiscover printed (also with -p); default: ask the fabric')
    .option('--names <file>', 'lines GUID NAME [HCA] for HCAs and switches that do not tell their names')
    .option('--fleet <name>', 'what fleet and cluster are called', 'fabric')
    .option('--cables', "every host's cables by their ports, also where a pattern of units would do")
    .option('--bin <folder>', 'folder of ibnetdiscover and its like; default: PATH')
    .option('--ca <name>', 'HCA of the management machine to ask through')
    .option('--port <number>', 'port of it')
    .option('--sudo', 'ask as root')
    .option('-o, --output <file>', 'write the fleet file here instead of to stdout')
    .option('--json', 'print the document as JSON')
    .addHelpText('after', '\nExample:\n  pitstop fleet import ibnetdiscover --from sweep.out --names guids -o fleet.yaml')
    .action((options: FabricOptions) => importFabric(context, options));
}

interface FabricOptions extends Wanted {
  readonly from?: string;
  readonly names?: string;
  readonly fleet: string;
  readonly cables?: true;
  readonly bin?: string;
  readonly ca?: string;
  readonly port?: string;
  readonly sudo?: true;
}

async function importFabric({ client, terminal }: CliContext, options: FabricOptions): Promise<void> {
  const { from, names, fleet, cables } = options;
  const asked = {
    options: driverOptions(options),
    folder: process.cwd(),
    sweep: from === undefined ? null : { file: from, text: readText(from) },
    names: names === undefined ? null : { file: resolve(names), text: readText(names) },
    fleet,
    cables: cables === true,
  };
  const server = await client();
  const imported = fabricSchema.parse(await slowly(terminal, 'looking at the fabric', server.site.importFabric(asked)));
  for (const line of findingLines(imported.findings)) terminal.err(`${line}\n`);
  giveImported(
    terminal,
    imported,
    options,
    (file) => `say what drains its nodes and how they are reached (drivers: scheduler, shell), then pitstop fleet check ${file}`,
  );
}

const TOOLS = ['ibnetdiscover', 'iblinkinfo', 'ibqueryerrors', 'saquery'] as const;

/** Empty: the driver's own defaults do. */
function driverOptions({ bin, ca, port, sudo }: FabricOptions): { readonly commands?: Readonly<Record<string, readonly string[]>> } {
  if ([bin, ca, port, sudo].every((given) => given === undefined)) return {};
  const commands = TOOLS.map((tool): [string, string[]] => [
    tool,
    [
      ...(sudo ? ['sudo', '-n'] : []),
      bin === undefined ? tool : resolve(bin, tool),
      ...(ca === undefined ? [] : ['-C', ca]),
      ...(port === undefined ? [] : ['-P', port]),
    ],
  ]);
  return { commands: Object.fromEntries(commands) };
}
