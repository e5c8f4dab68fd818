// `pitstop schema`: the JSON Schema of a document, for editors.
import { Argument, type Command } from 'commander';
import { DOCUMENTS, jsonSchemas } from '../../files/json-schema.ts';
import type { CliContext } from '../context.ts';
import { printJson } from '../output.ts';

export function addSchema(program: Command, { terminal }: CliContext): void {
  program
    .command('schema')
    .description('print the JSON Schema of a document, for editors')
    .addArgument(new Argument('<document>', 'which document').choices(DOCUMENTS))
    .option('--json', 'the schema is JSON with and without')
    .addHelpText('after', '\nExample:\n  pitstop schema fleet > fleet.schema.json')
    .action((document: (typeof DOCUMENTS)[number]) => printJson(terminal, jsonSchemas()[document]));
}
