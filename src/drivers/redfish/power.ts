// Power and resets: which of the BMC's own reset types does what was asked, and never while firmware is being written.
import type { Act } from '../../core/ports.ts';
import { sleep } from '../../std/clock.ts';
import type { NodeBmc, Power } from './bmc.ts';
import { RedfishError } from './failure.ts';
import type { Machine, ResetAction } from './machine.ts';
import { refused, unsent, verdictOf, type Verdict } from './verdict.ts';

export type PowerAct = Extract<Act, { role: 'bmc' }>['do'] & ('power-on' | 'power-off' | 'power-cycle' | 'ac-cycle' | 'reset');

/** How standby power is cycled, where the options say so. */
export type AcCycle = { readonly chassis: string; readonly resetType: string } | undefined;

const LOOK_AGAIN_MS = 1_000;

/** By preference. A graceful shutdown may never end, and the node is out of service by now. */
export const RESET_TYPES: { readonly [act in Exclude<PowerAct, 'ac-cycle'>]: readonly string[] } = {
  'power-on': ['On', 'ForceOn'],
  'power-off': ['ForceOff'],
  'power-cycle': ['PowerCycle'],
  reset: ['GracefulRestart', 'ForceRestart'],
};
export const AC_TYPES: readonly string[] = ['FullPowerCycle', 'AuxPowerCycleForce', 'AuxPowerCycle'];

interface Order {
  readonly target: string;
  readonly type: string;
}

/** Looks, refuses or sends. Never rejects but for bugs of ours. */
export async function actOnPower(bmc: NodeBmc, act: PowerAct, acCycle: AcCycle, signal: AbortSignal): Promise<Verdict> {
  try {
    return await bmc.alone(() => orderPower(bmc, act, acCycle, signal), signal);
  } catch (error) {
    return unsent(error);
  }
}

async function orderPower(bmc: NodeBmc, act: PowerAct, acCycle: AcCycle, signal: AbortSignal): Promise<Verdict> {
  let [ordered, began] = [false, false];
  try {
    const machine = await bmc.machine(signal);
    if (act !== 'reset' && act !== 'ac-cycle' && !machine.system) return refused(`${bmc.target}: ${machine.why}`);
    const power = await bmc.power(machine, signal);
    const already = (act === 'power-on' && power === 'on') || (act === 'power-off' && power === 'off');
    const orders = ordersFor(act, machine, power, acCycle);
    if (typeof orders === 'string') return refused(`${bmc.target}: ${orders}`);
    const busy = await bmc.busy(machine, signal);
    if (busy.words !== '' && already) return done(power);
    if (busy.words !== '') return refused(`${bmc.target}: no ${act} now: ${busy.words}`);
    for (const [index, { target, type }] of orders.entries()) {
      if (index > 0) await untilOff(bmc, machine, signal);
      ordered = true;
      // Sent also when it seems to be so already: the state that a BMC shows may be old, and both orders are harmless then.
      if (!(await order(bmc, target, type, already, signal))) return done(power);
      began = true;
    }
    return { outcome: 'accepted', evidence: { resetType: orders.map(({ type }) => type).join(', then '), power } };
  } catch (error) {
    return ordered ? verdictOf(error, began) : unsent(error);
  } finally {
    if (act === 'reset' || act === 'ac-cycle') bmc.forget();
  }
}

function done(power: Power): Verdict {
  return { outcome: 'done', evidence: { power, why: `it was ${power}` } };
}

/** False: the BMC declines, as some do when it is so already. */
async function order(bmc: NodeBmc, target: string, type: string, already: boolean, signal: AbortSignal): Promise<boolean> {
  try {
    await bmc.client.post(target, { ResetType: type }, signal);
    return true;
  } catch (error) {
    if (already && error instanceof RedfishError && (error.status === 400 || error.status === 409)) return false;
    throw error;
  }
}

/** What to send, one after the other; a string says why that is not possible. */
function ordersFor(act: PowerAct, machine: Machine, power: Power, acCycle: AcCycle): readonly Order[] | string {
  if (act === 'ac-cycle') return acOrder(machine, acCycle);
  if (act === 'reset') return oneOf(machine.manager?.reset ?? null, RESET_TYPES.reset, 'its manager');
  const reset = machine.system?.reset ?? null;
  if (act !== 'power-cycle') return oneOf(reset, RESET_TYPES[act], 'its system');
  if (power === 'off') return oneOf(reset, RESET_TYPES['power-on'], 'its system');
  const cycle = oneOf(reset, RESET_TYPES['power-cycle'], 'its system');
  if (typeof cycle !== 'string') return cycle;
  const [off, on] = [oneOf(reset, RESET_TYPES['power-off'], 'its system'), oneOf(reset, RESET_TYPES['power-on'], 'its system')];
  return typeof off === 'string' || typeof on === 'string' ? cycle : [...off, ...on];
}

function oneOf(reset: ResetAction | null, wanted: readonly string[], whose: string): readonly Order[] | string {
  if (!reset) return `${whose} offers no reset`;
  const type = wanted.find((one) => reset.types === null || reset.types.includes(one));
  if (type !== undefined) return [{ target: reset.target, type }];
  return `${whose} offers none of ${wanted.join(', ')}, only ${reset.types?.join(', ') ?? 'nothing'}`;
}

function acOrder(machine: Machine, acCycle: AcCycle): readonly Order[] | string {
  const system = machine.system?.reset ? [{ ...machine.system.reset, chassis: '' }] : [];
  const all = [...machine.chassisResets, ...system];
  const offered = all.map(({ chassis, types }) => `${chassis || 'system'}: ${types?.join(', ') ?? 'not said'}`).join('; ');
  if (acCycle) {
    const { chassis, resetType } = acCycle;
    const found = all.find((one) => one.chassis === chassis && (one.types === null || one.types.includes(resetType)));
    return found
      ? [{ target: found.target, type: resetType }]
      : `chassis ${chassis} offers no ${resetType} (offered: ${offered || 'nothing'})`;
  }
  for (const type of AC_TYPES) {
    const found = all.find(({ types }) => types?.includes(type));
    if (found) return [{ target: found.target, type }];
  }
  return `nothing here cycles the standby power (${AC_TYPES.join(', ')}; offered: ${offered || 'nothing'}); \`acCycle\` may name it`;
}

/** Ends with the signal, too; what is asked next then fails. */
async function untilOff(bmc: NodeBmc, machine: Machine, signal: AbortSignal): Promise<void> {
  while ((await bmc.power(machine, signal)) !== 'off') await sleep(bmc.client.clock, LOOK_AGAIN_MS, signal);
}
