// The twin of a fabric's storm: what is broken from the start, and what the words of adapter firmware do on its nodes.
import type { Plan } from '../../../src/core/plan/plan.ts';
import { interpretByName, type Command } from '../../../src/sim/twin/commands.ts';
import { FAULTS, twinConfig, type FaultSpec } from '../../../src/sim/twin/config.ts';
import { LINK_FAULTS, SWITCH_FAULTS } from '../../../src/sim/twin/fabric-config.ts';
import type { TwinOverrides } from '../../../src/sim/twin/plan-twin.ts';
import { between, pick, type Chance } from '../chances.ts';
import { WANTED } from './fabric-plan.ts';

const BEFORE = '31.1';
const ADAPTERS = 'hca-firmware';

export function fabricTwin(plan: Plan, chance: Chance, seed: number): TwinOverrides {
  const fault = (chanceOf: number, most: number): FaultSpec => ({
    share: chance() < chanceOf ? chance() * most : 0,
    times: between(chance, 1, 2),
  });
  const linkFault = (): { readonly share: number } => ({ share: chance() < 0.15 ? chance() * 0.1 : 0 });
  return {
    seed,
    versions: { 'host-os': BEFORE, [ADAPTERS]: BEFORE },
    activatesAtOnce: [ADAPTERS],
    interpret: (argv) => interpretOf(argv, 'host-os' in plan.change.want),
    faults: Object.fromEntries(FAULTS.map((name) => [name, fault(0.25, 0.2)])),
    returnToService: pick(chance, [0, 1, 2] as const),
    jobs: { ...twinConfig([]).jobs, busy: chance() < 0.5 ? chance() : 0, handlesSignal: 1 },
    slowScheduler: { share: chance() * 0.2, answerMs: 20_000, dropShare: chance() < 0.5 ? chance() * 0.1 : 0 },
    lostAnswers: chance() < 0.3 ? chance() * 0.1 : 0,
    fabric: {
      disturbs: chance() < 0.5 ? chance() * 0.1 : 0,
      linkFaults: Object.fromEntries(LINK_FAULTS.map((name) => [name, linkFault()])),
      switchFaults: Object.fromEntries(SWITCH_FAULTS.map((name) => [name, fault(0.3, 0.3)])),
      reloadWaits: chance() < 0.85,
    },
  };
}

/** The adapters' burn and reset are felt as applies; one version stands for both where the host's image carries their firmware. */
function interpretOf(argv: readonly string[], carried: boolean): Command {
  const program = (argv[0] ?? '').split('/').at(-1) ?? '';
  if (program === 'hca-burn' || program === 'hca-reset') return { kind: 'apply', component: ADAPTERS, version: WANTED };
  if (program === 'hca-rollback') return { kind: 'rollback', component: ADAPTERS, version: argv.at(-1) ?? '' };
  if (program === 'version' && argv[1] === 'hca') return { kind: 'read', component: carried ? 'host-os' : ADAPTERS };
  return interpretByName(argv, ['host-os']);
}
