// `pitstop plan`: from fleet, change and policy to an immutable plan, or from a plan to a child that differs in what was set.
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { hasErrors, type Finding } from '../../core/finding.ts';
import { diffPlans } from '../../core/plan/child.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { makeChildPlan, makePlan } from '../../core/plan/planner.ts';
import { readPlan, writePlan } from '../../files/plan-file.ts';
import { readText } from '../../files/read-text.ts';
import type { Remake } from '../../sim/search/build.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit.ts';
import { childInput } from '../../study/child-plan.ts';
import { countTargets, planInputFrom, refuseErrors, withId, type Source } from '../../study/make-plan.ts';
import { searchSeconds, searchedPlan, type SearchWishes } from '../plan-search.ts';
import { clip, findingLines, flowed, printJson, table } from '../output.ts';
import { counted } from '../../std/share.ts';

interface PlanOptions extends Omit<SearchWishes, 'seconds'> {
  readonly search?: number | true;
  readonly fleet?: string;
  readonly change?: string;
  readonly policy?: string;
  readonly catalogue?: string;
  readonly inventory?: string;
  readonly parent?: string;
  readonly set: readonly string[];
  readonly output?: string;
  readonly json?: true;
}

const SEARCH_SECONDS = 20;

const EXAMPLES = `
Examples:
  pitstop plan --fleet fleet.yaml --change change.yaml --policy policy.yaml -o july.plan.json
  pitstop plan --fleet fleet.yaml --change change.yaml --policy policy.yaml --search 60 --for gpu-hours
  pitstop plan --parent july.plan.json --set policy.gates.returned=90% -o july-90.plan.json
  pitstop plan --parent july.plan.json --set catalogue.host-os.steps.apply.takes=20m -o slow.plan.json`;

export function addPlan(program: Command, context: CliContext): void {
  program
    .command('plan')
    .description('make a plan: self-contained, immutable, checked; without -o it is written to CHANGE.plan.json')
    .option('--fleet <file>', 'fleet.yaml')
    .option('--change <file>', 'change.yaml')
    .option('--policy <file>', 'policy.yaml; default: every default, which the report prints')
    .option('--catalogue <folder>', 'procedures that replace those of the package and of catalogue/ beside the fleet file')
    .option('--inventory <file>', 'what the fleet showed, from pitstop inventory')
    .option('--parent <plan>', 'make a child of this plan instead')
    .option(
      '--set <key=value>',
      'with --parent: a setting of the child, as often as wanted',
      (value, all: readonly string[]) => [...all, value],
      [],
    )
    .option(
      '--search [seconds]',
      `look for a better order, cut and number at once than the rules', by rehearsing (${SEARCH_SECONDS} s)`,
      searchSeconds,
    )
    .addOption(new Option('--for <aim>', 'with --search: what counts most (t95)').choices(['t95', 'gpu-hours']))
    .option('--any-order', 'with --search: customers of higher priority may be later than with the rules')
    .option('-o, --output <file>', 'where the plan is written')
    .option('--json', 'print {id, parent, nodes, waves, findings, report} and nothing else')
    .addHelpText('after', EXAMPLES)
    .action((options: PlanOptions) => plan(context, options));
}

async function plan(context: CliContext, options: PlanOptions): Promise<void> {
  const { terminal, exit } = context;
  if (options.search === undefined && (options.for !== undefined || options.anyOrder)) {
    throw new UsageError('--for and --any-order say what a search looks for: give --search too');
  }
  const byRules = options.parent === undefined ? fresh(options) : child(options, options.parent);
  const made = options.search === undefined ? byRules : await searched(context, byRules, options);
  const refused = hasErrors(made.plan.findings);
  if (!refused) writePlan(made.output, made.plan);
  if (options.json) printJson(terminal, summaryOf(made.plan));
  if (refused) {
    exit(EXIT.badInput);
    if (!options.json) refuseErrors(made.plan.findings, made.from);
    terminal.err(`${findingLines(errorsOf(made.plan.findings)).join('\n')}\nno plan was written\n`);
  } else if (!options.json) terminal.out(`${describe(made).join('\n')}\n`);
}

interface Made {
  readonly plan: Plan;
  readonly output: string;
  /** The file to blame for findings. */
  readonly from: string;
  /** What the plan is held against; null: it is no child. */
  readonly parent: Plan | null;
  /** Made again from another policy or sequence. */
  readonly remake: Remake;
}

async function searched(context: CliContext, made: Made, options: PlanOptions): Promise<Made> {
  if (hasErrors(made.plan.findings)) return made;
  const seconds = typeof options.search === 'number' ? options.search : SEARCH_SECONDS;
  return { ...made, plan: await searchedPlan(context, made.plan, made.remake, { ...options, seconds }) };
}

function fresh({ fleet, change, policy, catalogue, inventory, set, output }: PlanOptions): Made {
  if (fleet === undefined || change === undefined) {
    throw new UsageError('plan needs --fleet FILE and --change FILE, or --parent PLAN; pitstop plan --help has examples');
  }
  if (set.length > 0) throw new UsageError('--set changes a plan: give --parent PLAN too, or write it into the policy');
  const source = (file: string): Source => ({ file, text: readText(file) });
  const input = planInputFrom({
    fleet: source(fleet),
    change: source(change),
    policy: policy === undefined ? null : source(policy),
    catalogue: catalogue ?? null,
    inventory: inventory ?? null,
    nowMs: Date.now(),
  });
  const plan = withId(makePlan(input).plan);
  const remake: Remake = (changes) => makePlan({ ...input, ...changes });
  return { plan, output: output ?? `${plan.change.name}.plan.json`, from: change, parent: null, remake };
}

function child({ set, output, ...others }: PlanOptions, file: string): Made {
  const other = (['fleet', 'change', 'policy', 'catalogue', 'inventory'] as const).find((key) => others[key] !== undefined);
  if (other !== undefined)
    throw new UsageError(`--${other} cannot stand beside --parent: a child differs by --set only; for new documents plan anew`);
  if (output === undefined) throw new UsageError('a child plan needs -o CHILD');
  if (resolve(output) === resolve(file)) throw new UsageError(`${file}: plans are immutable; write the child to another file`);
  const parent = readPlan(file);
  const input = childInput(parent, set, Date.now());
  const { plan } = makeChildPlan(input);
  const remake: Remake = (changes) => makeChildPlan({ ...input, ...changes });
  return { plan: withId(plan), output, from: file, parent, remake };
}

function summaryOf(plan: Plan): object {
  const { id, parent, waves, findings, report } = plan;
  return { id, parent, nodes: countTargets(plan, 'node'), waves: waves.length, findings, report };
}

function errorsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity }) => severity === 'error');
}

function describe({ plan, output, parent }: Made): string[] {
  const kinds = [...new Set(plan.waves.map(({ kind }) => kind))];
  const targets = kinds.map((kind) => counted(countTargets(plan, kind), kind, kind === 'switch' ? 'switches' : `${kind}s`));
  const waves = plan.waves.map(({ id, targets, procedure, after, atOnce, gate }) => [
    `  ${id}`,
    clip(targets, 50),
    procedure,
    `${atOnce} at once`,
    after.length === 0 ? '' : `after ${after.join(', ')}`,
    [
      gate.failedMax === null ? '' : `at most ${gate.failedMax} may fail`,
      gate.failureRateMax === null ? '' : `at most ${Math.round(gate.failureRateMax * 1_000) / 10} % may fail`,
      gate.returnedMin === 0 ? '' : `${gate.returnedMin} must be back`,
    ]
      .filter((words) => words !== '')
      .join(', '),
  ]);
  return [
    `${output}: plan ${plan.id.slice(0, 12)} of ${plan.change.name}, ${targets.join(', ')} in ${counted(plan.waves.length, 'wave')}`,
    ...table(['  WAVE', 'TARGETS', 'PROCEDURE', 'LIMIT', 'WAITS', 'GATE'], waves),
    ...section('against its parent', parent ? diffPlans(parent, plan) : []),
    ...section(
      'why',
      plan.report.why.map(({ about, text }) => `${about}: ${text}`),
    ),
    ...section('defaults in force', flowed(plan.report.defaults, 116)),
    ...section('findings', findingLines(plan.findings)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
