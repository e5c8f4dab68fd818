// What a BMC shows: power and its own firmware, in one session of ipmitool. Only answers that are whole are believed.
import { join } from 'node:path';
import { PlaceholderValueError } from '../../core/change/placeholders.ts';
import type { BmcFacts, Observation } from '../../core/ports.ts';
import type { IpmiTool, Said } from './tool.ts';

/** `chassis power status`, then `mc info`. */
const LOOK = ['exec', join(import.meta.dirname, 'look.ipmitool')];

/** `why` empty: nothing to remark. */
type Told = { readonly facts: BmcFacts; readonly why: string } | { readonly facts: null; readonly why: string };

export async function lookAt(tool: IpmiTool, target: string, signal: AbortSignal): Promise<Observation> {
  const at = tool.clock.now();
  try {
    return { target, at, ...toldBy(await tool.say(target, LOOK, signal)) };
  } catch (error) {
    if (error instanceof PlaceholderValueError) return { target, at, facts: null, why: error.message };
    throw error;
  }
}

/** Facts of a whole answer: the power line first, and a firmware revision when `mc info` gave exactly one. */
function toldBy(said: Said): Told {
  if (said.kind !== 'said') return { facts: null, why: said.words };
  if (said.exit !== 0) return { facts: null, why: `ipmitool ended with ${said.exit}: ${said.words || 'it said nothing'}` };
  const power = /^Chassis Power is (on|off)\n/.exec(said.stdout)?.[1];
  if (power !== 'on' && power !== 'off') {
    return { facts: null, why: `the BMC's answer about power is not understood: ${JSON.stringify(said.words) || 'nothing'}` };
  }
  const revisions = [...said.stdout.matchAll(/^Firmware Revision +: (\S+)\n/gm)].map((match) => match[1] ?? '');
  const [version] = revisions;
  const firmware = revisions.length === 1 && version !== undefined ? { bmc: version } : null;
  return { facts: { role: 'bmc', power, firmware, busy: '' }, why: firmware ? '' : 'the BMC does not tell its firmware version' };
}
