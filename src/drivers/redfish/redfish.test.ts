// The driver against the simulator: the suite of all BMC drivers, by sessions, by basic auth, and over TLS.
import { describe } from 'vitest';
import { bmcConformance, type BmcWorld } from '../../../test/conformance/bmc.ts';
import { openSimulated, type SimulatedOptions } from '../../../testbed/bmc-simulator/with-driver.ts';
import { realParts } from '../../../testbed/requirements.ts';

async function openWorld(options: SimulatedOptions): Promise<BmcWorld> {
  const bed = await openSimulated({ nodes: ['n1', 'n2', 'n3'], ...options });
  const { driver, simulator, clock } = bed;
  return {
    driver,
    nodes: simulator.nodes,
    clock,
    hasPower: (node) => Promise.resolve(simulator.bmc(node).hasPower),
    starts: (node) => Promise.resolve(simulator.bmc(node).starts),
    mute: {
      begin: async (node) => simulator.bmc(node).faults.add({ kind: 'hang', on: /./ }),
      end: async (node) => simulator.bmc(node).faults.mend(),
    },
    canAcCycle: true,
    update: { image: bed.image({ HGX_FW_NIC_0: '40.45.0000' }), component: 'HGX_FW_NIC_0', version: '40.45.0000' },
    stop: () => bed.close(),
  };
}

bmcConformance('redfish', () => openWorld({}));
bmcConformance('redfish, basic, one port, no $expand', () => {
  return openWorld({ spread: 'one-port', settings: { expand: false, acCycle: 'chassis' }, options: { auth: 'basic' } });
});
realParts(describe, 'redfish over TLS', () => bmcConformance('redfish, https', () => openWorld({ tls: true })), ['openssl']);
