// `pitstop retro`: the review of a run, for people as Markdown or one HTML file, and for scripts as JSON.
import { Option, type Command } from 'commander';
import type { Retro } from '../../core/retro/retro.ts';
import { writeWhole } from '../../files/read-text.ts';
import { retroHtml } from '../../report/retro-html.ts';
import { retroMarkdown } from '../../report/retro-markdown.ts';
import type { Client } from '../client.ts';
import type { CliContext } from '../context.ts';
import { slowly } from '../progress.ts';

interface RetroOptions {
  readonly format: 'md' | 'html' | 'json';
  readonly output?: string;
  readonly json?: true;
}

export function addRetro(program: Command, context: CliContext): void {
  program
    .command('retro')
    .description('review a run: target against actual by phase, return curve, stragglers with cause, what was lost')
    .argument('<run>', 'name of the run')
    .addOption(new Option('--format <format>', 'md, html or json').choices(['md', 'html', 'json']).default('md'))
    .option('-o, --output <file>', 'write it here instead of to stdout')
    .option('--json', 'the same as --format json')
    .addHelpText('after', '\nExamples:\n  pitstop retro image-1\n  pitstop retro image-1 --format html -o image-1.html')
    .action((run: string, options: RetroOptions) => review(context, run, options));
}

const FORMS: { readonly [format in RetroOptions['format']]: (retro: Retro) => string } = {
  md: retroMarkdown,
  html: retroHtml,
  json: (retro) => `${JSON.stringify(retro, null, 2)}\n`,
};

async function review({ client, terminal }: CliContext, run: string, { format, output, json }: RetroOptions): Promise<void> {
  const retro = await slowly(terminal, 'reading the journal', retroFrom(await client(), run));
  const text = FORMS[json ? 'json' : format](retro);
  if (output === undefined) terminal.out(text);
  else {
    writeWhole(output, text);
    terminal.err(`${output} written\n`);
  }
}

export async function retroFrom(client: Client, run: string): Promise<Retro> {
  return (await client.runs.retro({ run })) as Retro;
}
