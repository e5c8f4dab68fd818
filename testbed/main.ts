// `npm run testbed -- --nodes 16`: a small real cluster to try Pitstop on, until Ctrl-C.
import { readFileSync } from 'node:fs';
import process, { argv, env, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import type { Fault, NodeFault } from './faults.ts';
import { PartMissingError } from './requirements.ts';
import { Testbed, type TestbedOptions } from './testbed.ts';

const help = `usage: npm run testbed -- [options]
  --nodes N                 how many (16)
  --job-nodes N             nodes of each job (4; 0 = no jobs)
  --job-seconds S           work of each job (60)
  --planted N               pending one-node jobs called planted that start wherever a node is open (0)
  --boot-seconds S          how long a reboot takes (1)
  --return-to-service 0|1|2 Slurm's ReturnToService (2)
  --resume-timeout S        Slurm's ResumeTimeout (15)
  --slurmd-timeout S        Slurm's SlurmdTimeout (30)
  --keep                    leave the folder when stopped
bound to a fabric, BMCs, an allocator and alerts:
  --units N                 scalable units of equal size (0 = not bound)
  --rails N, --spines N     rails of each unit, spines over all (4, 2)
  --shared-spine            a second customer behind the same spines
  --no-movers               without the autoscaler and the auto-repair
nodes that misbehave, each option as often as wanted:
  --never-back NODE         stays down after a reboot
  --old-version NODE        boots, but what was applied is lost
  --late NODE[:S]           boots S seconds later (20)
  --hang-drain NODE         its job ignores its signal and never ends by itself
  --back-twice NODE[:S]     reboots once more by itself, S seconds after a reboot (3)
  --apply-fails NODE, --health-fails NODE
`;

const many = { type: 'string', multiple: true, default: [] as string[] } as const;
const faultOptions = {
  'never-back': 'neverBack',
  'old-version': 'oldVersion',
  late: 'late',
  'hang-drain': 'hangDrain',
  'back-twice': 'backTwice',
  'apply-fails': 'applyFails',
  'health-fails': 'healthFails',
} as const satisfies Record<string, Fault>;

class OptionInvalidError extends Error {
  override readonly name = 'OptionInvalidError';
}

interface Asked {
  readonly options: TestbedOptions;
  readonly jobNodes: number;
  readonly jobSeconds: number;
  readonly planted: number;
}

exit(await main());

async function main(): Promise<number> {
  let asked: Asked | undefined;
  try {
    asked = parse(argv.slice(2));
  } catch (error) {
    stderr.write(`testbed: ${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return 2;
  }
  if (asked === undefined) {
    stdout.write(help);
    return 0;
  }
  const stopped = untilStopped();
  try {
    const starting = startWithJobs(asked);
    const testbed = await Promise.race([starting, stopped]);
    if (testbed === undefined) return 130; // stopped while it started: the reaper cleans up behind us
    await using running = testbed;
    stdout.write(describe(running));
    await stopped;
    stderr.write('testbed: stopping\n');
  } catch (error) {
    stderr.write(`testbed: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof PartMissingError ? 2 : 3;
  }
  return 0;
}

/** Resolves on a signal, or when npm is gone: a SIGTERM to `npm run` ends npm and its shell but never reaches us. */
function untilStopped(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
    if (env['npm_lifecycle_event'] === undefined) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) done();
    }, 250).unref();
  });
}

async function startWithJobs({ options, jobNodes, jobSeconds, planted }: Asked): Promise<Testbed> {
  const testbed = await Testbed.start(options);
  const hanging = new Set((options.faults ?? []).filter(({ fault }) => fault === 'hangDrain').map(({ node }) => node));
  const free = testbed.nodes.filter((node) => !hanging.has(node));
  const starts = jobNodes === 0 ? [] : free.filter((_, index) => index % jobNodes === 0);
  for (const start of starts) {
    const first = free.indexOf(start);
    await testbed.submitJob({ nodes: free.slice(first, first + jobNodes).join(','), seconds: jobSeconds, checkpoint: 'signal' });
  }
  await testbed.plantJobs(planted);
  return testbed;
}

function describe({ folder, fleetYaml, changeYaml, policyYaml, nodes }: Testbed): string {
  return `${readFileSync(fleetYaml, 'utf8')}
# The above is ${fleetYaml}; beside it lie change.yaml and policy.yaml.
# Slurm:    export SLURM_CONF=${folder}/slurm.conf; sinfo; squeue
# a node:   ssh -F ${folder}/ssh_config ${nodes.at(-1) ?? 'n1'} ${folder}/bin/version
# felt:     cat ${folder}/nodes/*/felt.log
# Pitstop:  pitstop plan --fleet ${fleetYaml} --change ${changeYaml} --policy ${policyYaml} -o ${folder}/image.plan.json
# Ctrl-C stops everything and deletes the folder.
`;
}

/** Undefined when help was asked for. Throws with what is wrong otherwise. */
function parse(args: readonly string[]): Asked | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      nodes: { type: 'string', default: '16' },
      'job-nodes': { type: 'string', default: '4' },
      'job-seconds': { type: 'string', default: '60' },
      planted: { type: 'string', default: '0' },
      'boot-seconds': { type: 'string', default: '1' },
      'return-to-service': { type: 'string', default: '2' },
      'resume-timeout': { type: 'string', default: '15' },
      'slurmd-timeout': { type: 'string', default: '30' },
      keep: { type: 'boolean', default: false },
      units: { type: 'string', default: '0' },
      rails: { type: 'string', default: '4' },
      spines: { type: 'string', default: '2' },
      'shared-spine': { type: 'boolean', default: false },
      'no-movers': { type: 'boolean', default: false },
      'never-back': many,
      'old-version': many,
      late: many,
      'hang-drain': many,
      'back-twice': many,
      'apply-fails': many,
      'health-fails': many,
    },
  });
  if (values.help) return undefined;
  const nodes = whole('--nodes', values.nodes, 1, 512);
  const returnToService = whole('--return-to-service', values['return-to-service'], 0, 2);
  const units = whole('--units', values.units, 0, 64);
  const site = {
    units,
    rails: whole('--rails', values.rails, 1, 8),
    spines: whole('--spines', values.spines, 1, 16),
    sharedSpine: values['shared-spine'],
    movers: !values['no-movers'],
  };
  const names = Object.keys(faultOptions) as (keyof typeof faultOptions)[];
  return {
    options: {
      nodes,
      returnToService: returnToService === 0 ? 0 : returnToService === 1 ? 1 : 2,
      resumeTimeoutSeconds: whole('--resume-timeout', values['resume-timeout'], 1, 3600),
      slurmdTimeoutSeconds: whole('--slurmd-timeout', values['slurmd-timeout'], 1, 3600),
      bootSeconds: whole('--boot-seconds', values['boot-seconds'], 0, 3600),
      keep: values.keep,
      ...(units === 0 ? {} : { site }),
      faults: names.flatMap((name) => values[name].map((value) => nodeFault(name, value, nodes))),
    },
    jobNodes: whole('--job-nodes', values['job-nodes'], 0, 512),
    jobSeconds: whole('--job-seconds', values['job-seconds'], 1, 86_400),
    planted: whole('--planted', values.planted, 0, 1000),
  };
}

function nodeFault(option: keyof typeof faultOptions, value: string, nodes: number): NodeFault {
  const [, node = '', index = '', seconds] = /^(n([1-9]\d*))(?::(\d+))?$/.exec(value) ?? [];
  if (node === '' || Number(index) > nodes)
    throw new OptionInvalidError(`--${option} ${value}: not NODE or NODE:SECONDS with a node of n1 to n${nodes}`);
  const fault = faultOptions[option];
  return seconds === undefined ? { node, fault } : { node, fault, seconds: Number(seconds) };
}

function whole(option: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isInteger(number) || number < min || number > max) {
    throw new OptionInvalidError(`${option} ${value}: not a whole number from ${min} to ${max}`);
  }
  return number;
}
