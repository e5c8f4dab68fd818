// An act of the bmc role as people read it in a dry run.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { ActRequest } from '../../core/ports.ts';
import { AC_TYPES, RESET_TYPES, type AcCycle } from './power.ts';

/** Which of several reset types it will be is the BMC's to say. */
export function describeAct({ act, targets }: ActRequest, acCycle: AcCycle): readonly string[] {
  if (act.role !== 'bmc' || targets.length === 0) return [];
  const on = `redfish ${foldNames(targets)}`;
  if (act.do === 'update') {
    const how = /^https?:/i.test(act.image) ? 'fetch' : 'push';
    return [`${on}: update, ${how} ${act.image}${act.components.length > 0 ? ` for ${act.components.join(', ')}` : ''}`];
  }
  if (act.do === 'ac-cycle')
    return [`${on}: ac-cycle (${acCycle ? `chassis ${acCycle.chassis} ${acCycle.resetType}` : AC_TYPES.join(' or ')})`];
  const whose = act.do === 'reset' ? 'Manager.Reset' : 'ComputerSystem.Reset';
  const fallback = act.do === 'power-cycle' ? ', else ForceOff and On' : '';
  return [`${on}: ${act.do} (${whose} ${RESET_TYPES[act.do].join(' or ')}${fallback})`];
}
