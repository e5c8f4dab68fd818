// The bmc role by ipmitool over RMCP+ (IPMI 2.0): power and the BMC's own version, on every server of the last fifteen years.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { ActRequest, Driver, Observation } from '../../core/ports.ts';
import { quoteCommand } from '../../std/quote.ts';
import type { DriverContext } from '../shared/context.ts';
import { Acts, LINES } from './acts.ts';
import { diagnoseIpmi } from './diagnose.ts';
import { lookAt } from './look.ts';
import type { IpmiOptions } from './options.ts';
import { IpmiTool } from './tool.ts';

/** Nothing is called before the first observe, act or diagnose. Throws zod's error, or OptionSourceError for a password or file that is not there. */
export function openIpmi(options: IpmiOptions, context: DriverContext): Driver {
  const tool = new IpmiTool(options, context);
  const acts = new Acts(tool);
  return {
    name: 'ipmi',
    roles: ['bmc'],
    folds: false,
    observe: (targets, signal): Promise<Observation[]> => Promise.all(targets.map((target) => lookAt(tool, target, signal))),
    act: (request, signal) => acts.perform(request, signal),
    describe: (request) => describeAct(request, tool),
    diagnose: (targets, signal) => diagnoseIpmi(tool, targets, signal),
    waitingFor: () => tool.waitingFor(),
    close: () => Promise.resolve(tool.close()),
  };
}

function describeAct({ act, targets }: ActRequest, { settings }: IpmiTool): readonly string[] {
  if (act.role !== 'bmc' || targets.length === 0) return [];
  const on = `ipmi ${foldNames(targets)}`;
  if (act.do === 'update' || act.do === 'ac-cycle') return [`${on}: ${act.do} is not possible by IPMI`];
  return [`${on}: ${quoteCommand([...settings.command, '-I', 'lanplus', '-H', settings.address, ...LINES[act.do].args])}`];
}
