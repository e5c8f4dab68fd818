// One look at one BMC: power, versions, and whether firmware is being written.
import type { BmcFacts, Observation } from '../../core/ports.ts';
import type { NodeBmc, Power } from './bmc.ts';
import { RedfishError, wordsOf } from './failure.ts';
import { readInventory, readUpdateService, versionsOf } from './firmware.ts';
import type { Machine } from './machine.ts';

/** These say nothing about one resource alone, but about the whole BMC. */
const WHOLE = new Set(['silent', 'tls', 'login', 'stranger', 'ours', 'given-up']);

/** Never rejects but for bugs of ours. */
export async function lookAt(bmc: NodeBmc, signal: AbortSignal): Promise<Observation> {
  const { target, client } = bmc;
  const at = client.clock.now();
  const spared = client.spared();
  if (spared !== '') return { target, at, facts: null, why: spared };
  try {
    const machine = await bmc.machine(signal);
    const [power, firmware, busy] = await Promise.all([
      powerOf(bmc, machine, signal),
      firmwareOf(bmc, machine, signal),
      bmc.busy(machine, signal),
    ]);
    if (signal.aborted) return { target, at, facts: null, why: 'given up' };
    const facts: BmcFacts = { role: 'bmc', power: power.is, firmware: firmware.versions, busy: busy.words };
    return { target, at, facts, why: [power.remark, firmware.remark].filter((words) => words !== '').join('; ') };
  } catch (error) {
    bmc.forget();
    return { target, at, facts: null, why: wordsOf(error) };
  }
}

async function powerOf(bmc: NodeBmc, machine: Machine, signal: AbortSignal): Promise<{ readonly is: Power; readonly remark: string }> {
  try {
    return { is: await bmc.power(machine, signal), remark: machine.why };
  } catch (error) {
    return { is: 'unknown', remark: remarkOf(error) };
  }
}

async function firmwareOf(
  bmc: NodeBmc,
  machine: Machine,
  signal: AbortSignal,
): Promise<{ readonly versions: BmcFacts['firmware']; readonly remark: string }> {
  try {
    const inventory = await readInventory(bmc.client, machine, await readUpdateService(bmc.client, machine, signal), signal);
    return { versions: inventory && versionsOf(inventory), remark: inventory?.remark ?? '' };
  } catch (error) {
    return { versions: null, remark: remarkOf(error) };
  }
}

function remarkOf(error: unknown): string {
  if (error instanceof RedfishError && WHOLE.has(error.kind)) throw error;
  return wordsOf(error);
}
