// `pitstop propose`: the proposal that a lead puts before a customer, as one Markdown or HTML file.
import { dirname, extname } from 'node:path';
import type { Command } from 'commander';
import type { Plan } from '../../core/plan/plan.ts';
import { folderExists, writeWhole } from '../../files/read-text.ts';
import { proposalHtml } from '../../report/proposal-html.ts';
import { proposalMarkdown } from '../../report/proposal-markdown.ts';
import type { Proposal } from '../../report/proposal.ts';
import type { CliContext } from '../context.ts';
import { badArgument, UsageError } from '../exit.ts';
import { minuteOf } from '../../study/make-plan.ts';
import { printJson } from '../output.ts';
import { priorsAsked } from '../priors-asked.ts';
import { buildProposal } from '../../study/proposal/build.ts';
import { gather, type Hands } from '../../study/proposal/gather.ts';
import { NotConcernedError, scopeOf, type Scope } from '../../study/proposal/scope.ts';
import { slowly } from '../progress.ts';
import { addRehearsalOptions, carryOutHere, planToRehearse, type RehearsalOptions } from '../rehearsal.ts';

interface ProposeOptions extends Omit<RehearsalOptions, 'set'> {
  readonly output: string;
  readonly for?: string;
}

const EXAMPLES = `
Examples:
  pitstop propose july.plan.json -o july.html
  pitstop propose july.plan.json -o july.md --scenarios 100
  pitstop propose july.plan.json -o aurora.html --for aurora`;

const FORMS: { readonly [suffix: string]: (proposal: Proposal) => string } = { '.md': proposalMarkdown, '.html': proposalHtml };

export function addPropose(program: Command, context: CliContext): void {
  const command = program
    .command('propose')
    .description('write the proposal for a customer: sequence, return curve, what is asked, risks, and why this plan and not a simpler one')
    .argument('<plan>', 'plan file')
    .requiredOption('-o, --output <file>', 'where it is written; its suffix says how: .md or .html')
    .option('--for <customer>', 'only what concerns this customer, on his clock; nobody else is named');
  addRehearsalOptions(command, 'until P90 is sure to 2 %, at most 1,000')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: ProposeOptions) => propose(context, file, options));
}

async function propose(context: CliContext, file: string, options: ProposeOptions): Promise<void> {
  const { output, seed, scenarios, engine, priors, json = false } = options;
  const form = formOf(output);
  const plan = planToRehearse(file, [], await priorsAsked(context, priors));
  const scope = scopeFor(plan, options.for ?? null);
  const material = await gather(handsOf(context, json), plan, scope, {
    seed,
    ...(scenarios !== undefined && { scenarios }),
    ...(engine !== undefined && { engine }),
    madeAtUnixMin: minuteOf(Date.now()),
  });
  if (material === null) return;
  const proposal = buildProposal(material);
  writeWhole(output, form(proposal));
  context.terminal.err(`${output} written\n`);
  if (json) printJson(context.terminal, { file: output, ...proposal });
}

function scopeFor(plan: Plan, customer: string | null): Scope {
  try {
    return scopeOf(plan, customer);
  } catch (error) {
    if (error instanceof NotConcernedError) throw new UsageError(`--for ${error.message}`);
    throw error;
  }
}

function handsOf(context: CliContext, json: boolean): Hands {
  return {
    carryOut: (asking, line) => carryOutHere(context, { asking, line, json }),
    waiting: (what, work) => slowly(context.terminal, what, work),
    stop: () => context.terminal.interrupted().aborted,
  };
}

/** Refuses before anything is rehearsed what could not be written after it. */
function formOf(output: string): (proposal: Proposal) => string {
  const form = FORMS[extname(output)];
  if (!form) throw badArgument('--output', output, 'no form has this suffix', `end it in ${Object.keys(FORMS).join(' or ')}`);
  if (!folderExists(dirname(output))) throw badArgument('--output', output, 'there is no such folder', 'make it first');
  return form;
}
