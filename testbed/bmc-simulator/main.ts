// Simulated BMCs as a program: `node testbed/bmc-simulator/main.ts --help`. Ends on Ctrl-C.
import { parseArgs } from 'node:util';
import { names, parseNodeSet } from '../../src/core/fleet/nodeset.ts';
import { wallClock } from '../../src/std/clock.ts';
import { defaultSettings } from './settings.ts';
import { BmcSimulator } from './simulator.ts';

const HELP = `node testbed/bmc-simulator/main.ts [--nodes n[1-4]] [--port 18000] [--one-port] [--tls] [--speed 1]
    [--update-seconds 30] [--update-ends Completed|Exception|Cancelled|never|vanishes] [--reboot-at PERCENT] [--copy-seconds 0]

Simulates the Redfish BMC of each node on loopback: adjacent ports from --port on, or with --one-port one address each.
Prints where each answers, and what fleet.yaml needs.`;

const ENDS = ['Completed', 'Exception', 'Cancelled', 'never', 'vanishes'] as const;

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: 'n[1-4]' },
    port: { type: 'string' },
    'one-port': { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    speed: { type: 'string', default: '1' },
    'update-seconds': { type: 'string', default: '30' },
    'update-ends': { type: 'string', default: 'Completed' },
    'reboot-at': { type: 'string' },
    'copy-seconds': { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});

const parsed = parseNodeSet(values.nodes);
if (values.help || !parsed.ok) {
  console.log(parsed.ok ? HELP : `--nodes ${values.nodes}: ${parsed.error.why}: ${parsed.error.mend}`);
  process.exitCode = parsed.ok ? 0 : 1;
} else {
  const ends = ENDS.find((one) => one === values['update-ends']) ?? 'Completed';
  const reboot =
    values['reboot-at'] === undefined ? null : { atPercent: Number(values['reboot-at']), seconds: 20, forgets: false, wrote: true };
  const seconds = Number(values['update-seconds']);
  const update = { ...defaultSettings.update, seconds, ends, reboot, copySeconds: Number(values['copy-seconds']) };
  const simulator = await BmcSimulator.start({
    nodes: [...names(parsed.set)],
    clock: wallClock(Number(values.speed)),
    settings: { update },
    tls: values.tls,
    spread: values['one-port'] ? 'one-port' : 'ports',
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    onPower: (node, event) => console.log(`${node}: ${event}`),
  });
  for (const node of simulator.nodes) console.log(`${node} ${simulator.url(node)}`);
  const { user, password } = defaultSettings;
  const tls = simulator.caFile === null ? '' : `, tls: {ca: ${simulator.caFile}}`;
  console.log(`\nBMC_PASSWORD=${password}`);
  console.log(`drivers: {bmc: {use: redfish, addresses: ${simulator.addressFile}, user: ${user}, password: {env: BMC_PASSWORD}${tls}}}`);
  process.once('SIGINT', () => void simulator.stop());
  process.once('SIGTERM', () => void simulator.stop());
}
