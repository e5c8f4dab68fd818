// For `doctor`: does slurmctld answer, may we drain and reserve, and which of its settings change what a maintenance must do?
import { userInfo } from 'node:os';
import type { Finding, Severity } from '../../core/finding.ts';
import { showDuration } from '../../std/duration.ts';
import { SlurmCallError, type SlurmClient } from './client.ts';
import { readNodes, SlurmOutputError } from './look.ts';
import { foldForSlurm } from './node-set.ts';

/** munge refuses credentials that are 5 min old or of the future. */
const SKEW_WARNING_MS = 5_000;
const SKEW_ERROR_MS = 240_000;

export async function diagnoseSlurm(client: SlurmClient, targets: readonly string[], signal: AbortSignal): Promise<Finding[]> {
  const began = client.context.clock.now();
  let settings: ReadonlyMap<string, string>;
  try {
    settings = parseSettings(await client.read('scontrol', ['show', 'config'], signal));
  } catch (error) {
    return [finding('error', 'slurm-answers', whyNot(error))];
  }
  const ms = client.context.clock.now() - began;
  const version = settings.get('SLURM_VERSION') ?? 'unknown';
  const findings = [
    finding(
      'info',
      'slurm-answers',
      `slurmctld ${version} of cluster ${settings.get('ClusterName') ?? '?'} answered in ${showDuration(ms)}`,
    ),
    ...versionFindings(version),
    ...settingFindings(settings),
    ...(client.rest ? [await client.rest.diagnose(signal)] : []),
  ];
  for (const more of [rightsFindings(client, settings, signal), skewFindings(client, signal), nodeFindings(client, targets, signal)]) {
    try {
      findings.push(...(await more));
    } catch (error) {
      findings.push(finding('error', 'slurm-answers', whyNot(error)));
    }
  }
  return findings;
}

/** `Key = value` lines of `scontrol show config`. Never throws. */
export function parseSettings(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_]\w*(?:\[\d+\])?)\s+= ?(.*)$/.exec(line);
    if (match) settings.set(match[1] ?? '', (match[2] ?? '').trim());
  }
  return settings;
}

function finding(severity: Severity, rule: string, message: string, target = 'slurm'): Finding {
  return { severity, target, rule, message };
}

function whyNot(error: unknown): string {
  if (error instanceof SlurmCallError || error instanceof SlurmOutputError) return error.message;
  throw error;
}

function versionFindings(version: string): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 5)) return [];
  return [finding('warning', 'slurm-version', `this driver is tested on Slurm 22.05; ${version} is older or unknown`)];
}

const RETURN_TO_SERVICE: Readonly<Record<string, string>> = {
  '0': 'a node that went down stays down until it is resumed by hand; Pitstop resumes what it validated',
  '1': 'a node that was down only for not responding comes back by itself; the drain and the reservation keep it out until it is validated',
  '2': 'a rebooted node comes back by itself, unvalidated, and `scontrol reboot` clears our drain: the reservation keeps jobs away until it is validated',
};

function settingFindings(settings: ReadonlyMap<string, string>): Finding[] {
  const back = settings.get('ReturnToService') ?? '?';
  const reboot = settings.get('RebootProgram') ?? '(null)';
  const hidden = (settings.get('PrivateData') ?? '').split(',').filter((what) => ['jobs', 'nodes', 'reservations'].includes(what));
  const findings = [
    finding(
      back === '2' ? 'warning' : 'info',
      'slurm-return-to-service',
      `ReturnToService=${back}: ${RETURN_TO_SERVICE[back] ?? 'unknown'}`,
    ),
    finding(
      'info',
      'slurm-reboot-program',
      reboot === '(null)' ? 'no RebootProgram: `scontrol reboot` cannot work here; Pitstop does not use it' : `RebootProgram=${reboot}`,
    ),
  ];
  if (hidden.length > 0) {
    const message = `PrivateData hides ${hidden.join(', ')} from users: Pitstop must run as an operator, or nodes will count as unknown`;
    findings.push(finding('warning', 'slurm-private-data', message));
  }
  return findings;
}

/** root and SlurmUser may all; others are asked about by updating a node that cannot exist: slurmctld checks the right first. */
async function rightsFindings(client: SlurmClient, settings: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Finding[]> {
  const { uid, username } = userInfo();
  const slurmUid = /\((\d+)\)$/.exec(settings.get('SlurmUser') ?? '')?.[1];
  if (uid === 0 || String(uid) === slurmUid) return [finding('info', 'slurm-rights', `${username} may drain, reserve and requeue`)];
  const args = ['update', 'nodename=pitstop-asks-for-its-rights', 'state=drain', 'reason=no-such-node'];
  const said = await client.say({ command: 'scontrol', args, signal, repeatable: true });
  if (/Invalid node name/i.test(said.words)) return [finding('info', 'slurm-rights', `${username} may drain: it is an operator`)];
  const mend = `run as root or SlurmUser, or make it an operator: sacctmgr modify user ${username} set adminlevel=operator`;
  return [finding('error', 'slurm-rights', `${username} may not drain nodes (${said.words}); ${mend}`)];
}

async function skewFindings(client: SlurmClient, signal: AbortSignal): Promise<Finding[]> {
  const { clock } = client.context;
  const before = clock.now();
  const text = await client.read('sdiag', [], signal);
  const theirs = Number(/^sdiag output at .*\((\d+)\)/m.exec(text)?.[1] ?? Number.NaN) * 1000;
  if (Number.isNaN(theirs)) return [finding('warning', 'slurm-clock-skew', 'sdiag does not show the time of slurmctld')];
  // Whole seconds, taken between `before` and now.
  const skew = theirs > clock.now() ? theirs - clock.now() : Math.max(0, before - (theirs + 1000));
  if (skew < SKEW_WARNING_MS) return [];
  const message = `the clock of slurmctld and ours are ${showDuration(skew)} apart; munge refuses 5 min`;
  return [finding(skew < SKEW_ERROR_MS ? 'warning' : 'error', 'slurm-clock-skew', message)];
}

async function nodeFindings(client: SlurmClient, targets: readonly string[], signal: AbortSignal): Promise<Finding[]> {
  const nodes = await readNodes(client, signal);
  const missing = targets.filter((target) => !nodes.has(target));
  return foldForSlurm(missing).map(({ text }) => finding('error', 'slurm-node-unknown', 'slurmctld does not know it', text));
}
