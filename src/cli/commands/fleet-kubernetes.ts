// `pitstop fleet import kubernetes` writes a fleet file from a live Kubernetes cluster.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { slowly } from '../progress.ts';
import { giveImported, importedSchema, type Wanted } from './fleet-imported.ts';

interface KubernetesImport extends Wanted {
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addImportKubernetes(importing: Command, context: CliContext): void {
  importing
    .command('kubernetes')
    .description('from a live Kubernetes cluster: working nodes, GPUs, racks by their label')
    .option('--kubeconfig <file>', 'how the cluster is reached; default: as kubectl finds it where the server runs')
    .option('--context <name>', 'of the kubeconfig; default: its current one')
    .option('-o, --output <file>', 'write the fleet file here instead of to stdout')
    .option('--json', 'print the document as JSON')
    .addHelpText('after', '\nExample:\n  pitstop fleet import kubernetes --context prod -o fleet.yaml')
    .action((options: KubernetesImport) => importKubernetes(context, options));
}

async function importKubernetes({ client, terminal }: CliContext, { kubeconfig, context, ...wanted }: KubernetesImport): Promise<void> {
  const options = {
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(kubeconfig) }),
    ...(context === undefined ? {} : { context }),
  };
  const server = await client();
  const asked = server.site.importKubernetes({ options, folder: process.cwd() });
  const imported = importedSchema.parse(await slowly(terminal, 'asking the API server', asked));
  giveImported(terminal, imported, wanted, (file) => `say how nodes are reached (drivers: shell), then pitstop doctor --fleet ${file}`);
}
