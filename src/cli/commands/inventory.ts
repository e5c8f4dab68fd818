// `pitstop inventory`: what the fleet shows right now, as a dated document that a plan can be made on.
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Inventory } from '../../core/fleet/model.ts';
import { readFleet } from '../../files/fleet-file.ts';
import { writeInventory } from '../../files/inventory-file.ts';
import { inventorySchema } from '../../files/plan-schema.ts';
import type { CliContext } from '../context.ts';
import { printJson } from '../output.ts';
import { slowly } from '../progress.ts';
import { counted } from '../../std/share.ts';

interface InventoryOptions {
  readonly fleet: string;
  readonly output?: string;
  readonly json?: true;
}

export function addInventory(program: Command, context: CliContext): void {
  program
    .command('inventory')
    .description('observe the fleet and print it as a dated JSON document')
    .requiredOption('--fleet <file>', 'fleet.yaml')
    .option('-o, --output <file>', 'write the document here instead of to stdout')
    .option('--json', 'print the document, also with -o')
    .addHelpText('after', '\nExample:\n  pitstop inventory --fleet fleet.yaml -o today.json')
    .action((options: InventoryOptions) => observe(context, options));
}

async function observe({ client, terminal }: CliContext, { fleet: file, output, json }: InventoryOptions): Promise<void> {
  const fleet = readFleet(file);
  const server = await client();
  const asked = server.site.inventory({ fleet, folder: dirname(resolve(file)) });
  const inventory: Inventory = inventorySchema.parse(await slowly(terminal, 'asking the schedulers', asked));
  if (output !== undefined) {
    writeInventory(output, inventory);
    const inService = inventory.nodes.filter((node) => node.inService).length;
    terminal.err(`${output}: ${counted(inventory.nodes.length, 'node')}, ${inService} in service\n`);
  }
  if (json || output === undefined) printJson(terminal, inventory);
}
