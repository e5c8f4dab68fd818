// Other people's clients on the simulator: it is Redfish to them, too, and not only to the driver that grew up with it.
import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { wallClock } from '../../src/std/clock.ts';
import { pathOf, realParts } from '../requirements.ts';
import { until } from '../until.ts';
import { imageOf } from './firmware.ts';
import { BmcSimulator } from './simulator.ts';

const run = promisify(execFile);
const SPEED = 20;
/** Debian's python3-sushy is for Debian's own interpreter. */
const PYTHON = '/usr/bin/python3';

realParts(
  describe,
  'redfishtool on the simulator',
  () => {
    test('power, inventory, reset of the BMC, by sessions and by basic auth, over TLS', async () => {
      await using simulator = await BmcSimulator.start({ nodes: ['n1'], clock: wallClock(SPEED), tls: true });
      const bmc = simulator.bmc('n1');
      const { user, password } = bmc.settings;
      const tool = async (auth: string, ...argv: string[]): Promise<string> => {
        const host = new URL(simulator.url('n1')).host;
        const { stdout } = await run(pathOf('redfishtool'), ['-r', host, '-u', user, '-p', password, '-S', 'Always', '-A', auth, ...argv]);
        return stdout;
      };
      expect(JSON.parse(await tool('Session', 'Systems', '-I', 'System_0', '-P', 'PowerState'))).toEqual({ PowerState: 'On' });
      await tool('Session', 'Systems', '-I', 'System_0', 'reset', 'ForceOff');
      await until('off', () => bmc.power === 'Off');
      await tool('Basic', 'Systems', '-I', 'System_0', 'reset', 'On');
      expect(bmc.starts).toBe(1);
      const update = await tool('Basic', 'raw', 'GET', '/redfish/v1/UpdateService');
      expect(update).toContain('MultipartHttpPushUri');
      await tool('Session', 'Managers', '-I', 'BMC_0', 'reset', 'GracefulRestart');
      await until('there again', () => bmc.outages === 1 && !bmc.away);
      expect(bmc.hasPower).toBe(true);
    });
  },
  ['redfishtool', 'openssl'],
);

/** Its own wait() takes the 200 of a running task for the end, so the task is asked itself. */
const SCRIPT = `
import sys, time, sushy
from sushy import auth
url, user, password, image = sys.argv[1:]
root = sushy.Sushy(url, auth=auth.SessionAuth(username=user, password=password), verify=False)
system = root.get_system('/redfish/v1/Systems/System_0')
print('power', system.power_state.value)
print('allowed', ' '.join(sorted(one.value for one in system.get_allowed_reset_system_values())))
service = root.get_update_service()
for item in service.firmware_inventory.get_members():
    print('version', item.identity, item.version)
monitor = service.simple_update(image, targets=[one.path for one in service.firmware_inventory.get_members() if one.identity == 'HGX_FW_NIC_0'])
task = monitor.get_task()
until = time.time() + 60
while task.task_state.value == 'Running' and time.time() < until:
    time.sleep(0.1)
    task = monitor.get_task()
print('task', task.task_state.value, task.percent_complete)
service.firmware_inventory.invalidate(force_refresh=True)
print('now', [one.version for one in root.get_update_service().firmware_inventory.get_members() if one.identity == 'HGX_FW_NIC_0'][0])
system.reset_system(sushy.ResetType.FORCE_OFF)
system.invalidate(); system.refresh()
print('power', system.power_state.value)
root.get_manager('/redfish/v1/Managers/BMC_0').reset_manager(sushy.ResetType.FORCE_RESTART)
`;

const sushyIsThere = spawnSync(PYTHON, ['-c', 'import sushy']).status === 0;
if (!sushyIsThere && env['PITSTOP_REQUIRE_REAL'] !== '1') console.warn('skipped: sushy on the simulator: python3-sushy is not installed');

describe.skipIf(!sushyIsThere && env['PITSTOP_REQUIRE_REAL'] !== '1')('sushy on the simulator', () => {
  test('a session, power, inventory, SimpleUpdate with its task, resets', async () => {
    await using simulator = await BmcSimulator.start({ nodes: ['n1'], clock: wallClock(SPEED) });
    const bmc = simulator.bmc('n1');
    const { user, password } = bmc.settings;
    const images = createServer((_, response) => response.end(imageOf({ HGX_FW_NIC_0: '40.45.0000' })));
    await new Promise<void>((resolve) => images.listen(0, '127.0.0.1', resolve));
    const address = images.address();
    const image = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/image`;
    const { stdout } = await run(PYTHON, ['-c', SCRIPT, simulator.url('n1'), user, password, image]);
    await new Promise((resolve) => images.close(resolve));
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toBe('power On');
    expect(lines[1]).toBe('allowed ForceOff ForceRestart GracefulShutdown On PowerCycle');
    expect(lines).toContain('version BMC_0 25.01');
    expect(lines).toContain('task Completed 100');
    expect(lines).toContain('now 40.45.0000');
    expect(lines.at(-1)).toMatch(/^power (Off|PoweringOff)$/);
    expect(bmc.hasPower).toBe(false);
    await until('its reset', () => bmc.outages === 1);
  });
});
