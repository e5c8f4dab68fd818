// A run that only looks: every read against the real systems, every act as the folded command it would be, and no write at all.
import type { Act, Driver, Observation, SchedulerFacts } from '../core/ports.ts';
import type { Finding } from '../core/finding.ts';
import { foldNames } from '../core/fleet/nodeset.ts';
import { argvOf } from '../core/change/procedure.ts';
import { compile } from '../core/run/compile.ts';
import { guardDrain } from '../core/run/guard.ts';
import type { Program, ProgramStep, ProgramWave } from '../core/run/program.ts';
import type { JsonObject } from '../std/json.ts';
import type { Runs, World } from './runs.ts';

interface PlannedAct {
  readonly wave: string;
  readonly step: string;
  readonly by: string;
  /** Folded. */
  readonly targets: string;
  readonly command: string;
  readonly note: string;
}

export interface DryRun {
  readonly acts: readonly PlannedAct[];
  readonly findings: readonly Finding[];
}

const RUN = 'dry-run';

export async function dryRun(runs: Runs, planText: string, options: JsonObject): Promise<DryRun> {
  const { plan, world } = await runs.openDry(planText, options);
  try {
    const program = compile(plan);
    const acts: PlannedAct[] = [];
    const findings: Finding[] = [];
    for (const wave of program.waves) {
      const looked = await look(program, wave, world);
      findings.push(...looked.findings);
      const chain = program.chains[program.chainOf[wave.members[0] ?? 0] as number];
      if (!chain || looked.taken.length === 0) continue;
      for (const step of program.steps.slice(chain.first, chain.end))
        acts.push(...(await actsOf(program, wave, step, looked.taken, world, plan.change.name, findings)));
    }
    return { acts, findings };
  } finally {
    await world.close();
  }
}

/** Which targets of the wave a run would take now, and why it would leave the others. */
async function look(program: Program, wave: ProgramWave, world: World): Promise<{ taken: string[]; findings: Finding[] }> {
  const names = Array.from(wave.members, (target) => program.targets[target] as string);
  const cluster = program.clusters[wave.cluster]?.name ?? '';
  if (wave.kind !== 'node') return lookInFabric(names, world.driver(cluster, 'fabric'), world.pace.callTimeoutMs);
  const scheduler = world.driver(cluster, 'scheduler');
  if (!scheduler)
    return { taken: [], findings: [finding('error', foldNames(names), 'no-scheduler', 'this cluster has no scheduler driver')] };
  const taken: string[] = [];
  const findings: Finding[] = [];
  for (const { target, facts, why } of await scheduler.observe(names, AbortSignal.timeout(world.pace.callTimeoutMs))) {
    const shown = facts as SchedulerFacts | null;
    const verdict = guardDrain({ run: RUN, scheduler: shown, shell: null, knownBootId: null, rebootAskedFrom: null });
    if (!shown) findings.push(finding('error', target, 'no-answer', why));
    else if (verdict.say !== 'go') findings.push(finding('warning', target, 'foreign', `would not be touched: ${verdict.why}`));
    else if (!shown.inService) findings.push(finding('warning', target, 'not-in-service', `would not be taken: ${shown.state}`));
    else {
      taken.push(target);
      if (shown.jobs.length > 0)
        findings.push(
          finding('info', target, 'carries-work', `jobs ${shown.jobs.map((job) => job.id).join(', ')}: the drain waits for them`),
        );
    }
  }
  return { taken, findings };
}

async function lookInFabric(
  names: readonly string[],
  fabric: Driver | null,
  timeoutMs: number,
): Promise<{ taken: string[]; findings: Finding[] }> {
  if (!fabric)
    return {
      taken: [],
      findings: [finding('error', foldNames(names), 'no-fabric', 'this cluster has no fabric driver: nothing of it would be touched')],
    };
  const seen = await fabric.observe(names, AbortSignal.timeout(timeoutMs));
  const isThere = ({ facts }: Observation): boolean => facts?.role === 'fabric' && facts.present;
  const missing = seen.filter((look) => !isThere(look));
  return {
    taken: seen.filter(isThere).map(({ target }) => target),
    findings: missing.map(({ target, why }) =>
      finding('warning', target, 'not-in-fabric', `would not be taken: ${why || 'the fabric does not show it'}`),
    ),
  };
}

async function actsOf(
  program: Program,
  wave: ProgramWave,
  step: ProgramStep,
  targets: readonly string[],
  world: World,
  why: string,
  findings: Finding[],
): Promise<PlannedAct[]> {
  const cluster = program.clusters[wave.cluster]?.name ?? '';
  const line = (act: Act, command: string, note = ''): PlannedAct => ({
    wave: wave.id,
    step: step.name,
    by: act.role,
    targets: foldNames(targets),
    command,
    note,
  });
  const lines: PlannedAct[] = [];
  for (const act of actsFor(program, step, why)) {
    const driver = world.driver(cluster, act.role);
    if (!driver) {
      lines.push(line(act, '', `no ${act.role} driver`));
      continue;
    }
    const request = { act, targets, key: `${RUN}/${step.name}`, deadline: world.clock.now() + world.pace.callTimeoutMs };
    const reads = step.action.kind === 'read' && (act.role === 'shell' || act.role === 'fabric');
    for (const command of driver.describe(request)) lines.push(line(act, command, reads ? 'read for real in this dry run' : note(step)));
    if (!reads) continue;
    const results = await Promise.all(
      targets.map((target) => driver.act({ ...request, targets: [target] }, AbortSignal.timeout(world.pace.callTimeoutMs))),
    );
    for (const { target, outcome, evidence } of results.flat()) {
      if (outcome !== 'done' || evidence['exit'] !== 0)
        findings.push(finding('warning', target, 'no-version', `would not tell its version: ${JSON.stringify(evidence)}`));
    }
  }
  return lines;
}

function note(step: ProgramStep): string {
  return [step.destructive ? 'destructive: only on a fresh look that shows it cleared' : '', step.early ? 'early: before the window' : '']
    .filter((word) => word !== '')
    .join('; ');
}

/** The acts that a step comes down to, as its body would ask for them. */
function actsFor(program: Program, step: ProgramStep, why: string): Act[] {
  const { action } = step;
  const versions = Object.values(program.chains[step.chain]?.components ?? {});
  const run = (argv: readonly string[], once: boolean): Act =>
    step.by === 'local' ? { role: 'local', do: 'run', argv } : command(argv, once);
  const command = (argv: readonly string[], once: boolean): Act => ({
    role: step.by === 'fabric' ? 'fabric' : 'shell',
    do: 'run',
    argv,
    version: versions.length === 1 ? (versions[0] as string) : null,
    previous: {},
    once,
  });
  if (action.kind === 'run') return [run(action.argv, true)];
  if (action.kind === 'read') return step.by === 'bmc' ? [] : Object.values(action.read).map((reading) => run(argvOf(reading), false));
  if (action.kind === 'push') return [{ role: 'shell', do: 'push', from: action.from, to: action.to, sha256: action.sha256 }];
  if (action.kind === 'update') return [{ role: 'bmc', do: 'update', image: action.image, components: action.components }];
  if (action.kind === 'check') return action.checks.map((check) => run(check.run, false));
  if (action.act === 'drain') {
    return [
      { role: 'scheduler', do: 'reserve', run: RUN },
      { role: 'scheduler', do: 'drain', run: RUN, why },
    ];
  }
  if (action.act === 'return') {
    return [
      { role: 'scheduler', do: 'undrain', run: RUN },
      { role: 'scheduler', do: 'unreserve', run: RUN },
    ];
  }
  if (action.act === 'hand-over' || action.act === 'links') return [];
  return action.act === 'reboot' ? [{ role: 'shell', do: 'reboot', bootIds: {} }] : [{ role: 'bmc', do: action.act }];
}

function finding(severity: Finding['severity'], target: string, rule: string, message: string): Finding {
  return { severity, target, rule, message };
}
