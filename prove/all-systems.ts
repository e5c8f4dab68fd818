// What the systems of a site promise together, shown again: one plan across fabric, BMC, shell, allocator and alerts on a bound testbed, every
// driver's conformance, fabrics read into fleets, a shared spine, and answers that nobody should believe.
import { stripVTControlCharacters } from 'node:util';
import { command, HOME } from './command.ts';
import type { Step } from './step.ts';

interface FabricFigures {
  readonly figures: readonly {
    readonly what: string;
    readonly nodes: number;
    readonly switches: number;
    readonly links: number;
    readonly ms: { readonly [part: string]: number };
  }[];
  readonly skipped: readonly string[];
}

/** Suites that every driver of a role passes, the twin's among them. */
const CONFORMANCE = [
  'src/drivers/slurm/slurm.test.ts',
  'src/drivers/ssh/ssh.test.ts',
  'src/drivers/infiniband/infiniband.test.ts',
  'src/drivers/redfish/redfish.test.ts',
  'src/drivers/ipmi/ipmi.test.ts',
  'src/drivers/allocator/allocator.test.ts',
  'src/drivers/alertmanager/alertmanager.test.ts',
  'src/drivers/kubernetes/kubernetes.test.ts',
  'src/sim/twin/twin.test.ts',
  'src/sim/twin/conformance.test.ts',
] as const;

/** Malformed, truncated, lying and slow answers. */
const LIES = [
  'src/drivers/infiniband/damage.test.ts',
  'src/drivers/infiniband/once.test.ts',
  'src/drivers/redfish/faults.test.ts',
  'src/drivers/ipmi',
  'src/drivers/allocator',
  'src/drivers/alertmanager',
  'src/drivers/kubernetes',
  'src/drivers/slurm/rest',
  'src/drivers/slurm/client.test.ts',
  'src/core/reading',
] as const;

export const siteSteps: readonly Step[] = [
  {
    name: 'night',
    promises:
      '16 nodes, two units, four rails, jobs, planted faults in every layer: switches, adapters and hosts in one visit, all back or named, the checkers find nothing',
    show: () => transcript('test/site.test.ts'),
  },
  {
    name: 'bound',
    promises: 'a node is its slurmd, BMC, ports and shell: one power cut takes them all',
    show: () => tests('testbed/site.test.ts'),
  },
  { name: 'conformance', promises: 'every driver and the twin pass the suite of their role', show: () => tests(...CONFORMANCE) },
  {
    name: 'fabrics',
    promises: 'the GB200 fabric and 2,048 simulated hosts read into fleets, what cannot be joined named',
    show: showFabrics,
  },
  {
    name: 'consent',
    promises:
      'a spine that another customer hangs on: refused with the affected set, done with their consent; links, managers, allocator and alerts on the twin',
    show: () => tests('test/fabric-run.test.ts', 'test/group-checks.test.ts'),
  },
  {
    name: 'lies',
    promises: 'malformed, truncated, lying and slow answers: nothing crashes, nothing is believed, the operator reads why',
    show: () => tests(...LIES),
  },
];

async function tests(...paths: readonly string[]): Promise<string> {
  return counted(stripVTControlCharacters(await command('npx', ['vitest', 'run', ...paths], HOME)));
}

/** As `tests`, with what the test itself printed for people. */
async function transcript(path: string): Promise<string> {
  const said = stripVTControlCharacters(await command('npx', ['vitest', 'run', path, '--disable-console-intercept'], HOME));
  const told = said.split('\n').filter((line) => line.startsWith('| '));
  return [counted(said), ...told].join('\n  ');
}

function counted(said: string): string {
  const count = /^ *Tests +(.*)$/m.exec(said)?.[1];
  if (count === undefined || !/\d+ passed/.test(count) || /failed/.test(count)) throw new Error(said);
  return count;
}

async function showFabrics(): Promise<string> {
  const { figures, skipped } = JSON.parse(await command('node', ['bench/fabric.ts', '--json'], HOME)) as FabricFigures;
  const rows = figures.map(({ what, nodes, switches, links, ms }) => {
    const times = Object.entries(ms).map(([part, took]) => `${part} ${took} ms`);
    return `${what}: ${nodes} nodes, ${switches} switches, ${links} links; ${times.join(', ')}`;
  });
  const joined = await tests('src/wiring/imported-fabric.test.ts', 'src/drivers/infiniband/netdiscover.test.ts');
  return [joined, ...rows, ...skipped.map((why) => `skipped: ${why}`)].join('\n  ');
}
