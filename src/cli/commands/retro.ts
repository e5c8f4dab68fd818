// `pitstop retro`: the review of a run, for people as Markdown, one HTML file or a PDF, and for scripts as JSON.
import { Option, type Command } from 'commander';
import type { Retro } from '../../core/retro/retro.ts';
import { ChromiumMissingError, PrintError, printPdf } from '../../files/print-pdf.ts';
import { writeWhole } from '../../files/read-text.ts';
import { retroHtml } from '../../report/retro-html.ts';
import { retroMarkdown } from '../../report/retro-markdown.ts';
import type { Client } from '../client.ts';
import type { CliContext } from '../context.ts';
import { SilentError, UsageError } from '../exit.ts';
import { slowly } from '../progress.ts';

interface RetroOptions {
  readonly format: 'md' | 'html' | 'json' | 'pdf';
  readonly output?: string;
  readonly json?: true;
}

export function addRetro(program: Command, context: CliContext): void {
  program
    .command('retro')
    .description('review a run: target against actual by phase, return curve, stragglers with cause, what was lost')
    .argument('<run>', 'name of the run')
    .addOption(
      new Option('--format <format>', 'md, html, json, or pdf, which a Chromium on this machine prints')
        .choices(['md', 'html', 'json', 'pdf'])
        .default('md'),
    )
    .option('-o, --output <file>', 'write it here instead of to stdout; a pdf always needs it')
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      '\nExamples:\n  pitstop retro image-1\n  pitstop retro image-1 --format html -o image-1.html\n  pitstop retro image-1 --format pdf -o image-1.pdf',
    )
    .action((run: string, options: RetroOptions) => review(context, run, options));
}

const FORMS: { readonly [format in Exclude<RetroOptions['format'], 'pdf'>]: (retro: Retro) => string } = {
  md: retroMarkdown,
  html: retroHtml,
  json: (retro) => `${JSON.stringify(retro, null, 2)}\n`,
};

async function review({ client, terminal }: CliContext, run: string, { format, output, json }: RetroOptions): Promise<void> {
  const form = json ? 'json' : format;
  if (form === 'pdf' && output === undefined) throw new UsageError('--format pdf needs a file: add -o FILE');
  const retro = await slowly(terminal, 'reading the journal', retroFrom(await client(), run));
  const content = form === 'pdf' ? await slowly(terminal, 'printing', printed(retro)) : FORMS[form](retro);
  if (output === undefined) terminal.out(String(content));
  else {
    writeWhole(output, content);
    terminal.err(`${output} written\n`);
  }
}

async function printed(retro: Retro): Promise<Uint8Array> {
  try {
    return await printPdf(retroHtml(retro), process.env);
  } catch (error) {
    if (error instanceof ChromiumMissingError) throw new UsageError(`--format pdf: ${error.message}`);
    if (error instanceof PrintError) throw new SilentError(`--format pdf: ${error.message}`);
    throw error;
  }
}

export async function retroFrom(client: Client, run: string): Promise<Retro> {
  return (await client.runs.retro({ run })) as Retro;
}
