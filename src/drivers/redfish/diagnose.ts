// What doctor says of a BMC: whether it is there, lets us in, may be believed, and can do what maintenance needs.
import type { Finding, Severity } from '../../core/finding.ts';
import { showDuration } from '../../std/duration.ts';
import type { NodeBmc } from './bmc.ts';
import { membersOf } from './collection.ts';
import { at, linkOf, stringOf, stringsOf } from './document.ts';
import { RedfishError, wordsOf, type RedfishFailureKind } from './failure.ts';
import { readUpdateService } from './firmware.ts';
import type { Machine } from './machine.ts';
import { AC_TYPES, type AcCycle } from './power.ts';

const CLOCK_OFF_MS_MAX = 300_000;

const RULES: { readonly [kind in RedfishFailureKind]: string } = {
  silent: 'bmc-silent',
  tls: 'bmc-tls',
  login: 'bmc-login',
  status: 'bmc-answer',
  nonsense: 'bmc-answer',
  stranger: 'bmc-stranger',
  ours: 'bmc-address',
  'given-up': 'bmc-silent',
};

export interface DiagnoseContext {
  readonly user: string;
  readonly insecure: boolean;
  readonly acCycle: AcCycle;
}

type Say = (severity: Severity, rule: string, message: string) => void;

/** Never rejects but for bugs of ours. */
export async function diagnoseBmc(bmc: NodeBmc, context: DiagnoseContext, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  const say: Say = (severity, rule, message) => void findings.push({ severity, target: bmc.target, rule, message });
  const { protocol, host } = bmc.client.origin;
  if (protocol === 'http:') say('warning', 'bmc-plain-http', `${host} is asked over plain http: the password can be read on its way`);
  else if (context.insecure) say('warning', 'bmc-tls-unchecked', `tls.insecure: whoever answers as ${host} gets the password; give tls.ca`);
  try {
    const machine = await bmc.machine(signal);
    powerFindings(machine, context.acCycle, say);
    await bmc.power(machine, signal);
    if (!(await readUpdateService(bmc.client, machine, signal))) say('warning', 'bmc-no-updates', `${host} has no update service`);
    const busy = await bmc.busy(machine, signal);
    if (busy.words !== '') say('warning', 'bmc-busy', busy.words);
    await clockFindings(bmc, machine, signal, say);
    await rightsFindings(bmc, machine, context.user, signal, say);
  } catch (error) {
    if (!(error instanceof RedfishError)) throw error;
    say('error', RULES[error.kind], error.message);
  }
  return findings;
}

function powerFindings(machine: Machine, acCycle: AcCycle, say: Say): void {
  if (!machine.system) say('error', 'bmc-no-system', machine.why);
  else if (!machine.system.reset) say('error', 'bmc-no-power', 'its system offers no ComputerSystem.Reset');
  if (!machine.manager?.reset) say('warning', 'bmc-no-reset', 'it cannot be reset itself: no Manager.Reset was found');
  const resets = [...machine.chassisResets, ...(machine.system?.reset ? [machine.system.reset] : [])];
  const can = acCycle !== undefined || resets.some(({ types }) => types?.some((type) => AC_TYPES.includes(type)));
  if (!can) say('info', 'bmc-no-ac-cycle', `no ac-cycle: it offers none of ${AC_TYPES.join(', ')}`);
}

async function clockFindings(bmc: NodeBmc, machine: Machine, signal: AbortSignal, say: Say): Promise<void> {
  if (!machine.manager) return;
  const before = bmc.client.clock.now();
  const { body, dated } = await bmc.client.read(machine.manager.link, signal);
  const shown = Date.parse(stringOf(body['DateTime']) ?? '');
  const theirs = Number.isNaN(shown) ? dated : shown;
  if (theirs === null) return;
  const offMs = theirs - (before + bmc.client.clock.now()) / 2;
  if (Math.abs(offMs) <= CLOCK_OFF_MS_MAX) return;
  say(
    'warning',
    'bmc-clock',
    `its clock is ${showDuration(Math.abs(offMs))} ${offMs > 0 ? 'ahead' : 'behind'}: its logs and tasks are dated wrong`,
  );
}

/** DSP0266, "Privilege model": resets and updates need ConfigureComponents, those of the BMC ConfigureManager. */
async function rightsFindings(bmc: NodeBmc, machine: Machine, user: string, signal: AbortSignal, say: Say): Promise<void> {
  const unknown = (why: string): void => say('info', 'bmc-rights-unknown', `what ${user} may do cannot be read: ${why}`);
  if (machine.accountService === null) return unknown('it has no account service');
  try {
    const accounts = linkOf((await bmc.client.get(machine.accountService, signal))['Accounts']);
    if (accounts === null) return unknown('it shows no accounts');
    const members = await membersOf(bmc.client, accounts, machine.expand, signal);
    const mine = members.find(({ document }) => document?.['UserName'] === user)?.document;
    const role = mine && linkOf(at(mine, 'Links', 'Role'));
    if (!role) return unknown('its account is not shown');
    const privileges = stringsOf((await bmc.client.get(role, signal))['AssignedPrivileges']);
    if (!privileges) return unknown('its role shows no privileges');
    const name = stringOf(mine['RoleId']) ?? role;
    if (!privileges.includes('ConfigureComponents'))
      say('error', 'bmc-rights', `${user} is ${name}: it may not reset or update (ConfigureComponents)`);
    else if (!privileges.includes('ConfigureManager'))
      say('warning', 'bmc-rights', `${user} is ${name}: it may not reset the BMC (ConfigureManager)`);
  } catch (error) {
    unknown(wordsOf(error));
  }
}
