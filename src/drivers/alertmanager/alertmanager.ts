// The alerts role by Alertmanager's API v2: silences of exactly the nodes in work, and what is firing on them.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { Finding, Severity } from '../../core/finding.ts';
import type { ActRequest, Driver } from '../../core/ports.ts';
import { showDuration } from '../../std/duration.ts';
import type { DriverContext } from '../shared/context.ts';
import { AlertmanagerClient, AlertmanagerError } from './client.ts';
import { Coverage } from './coverage.ts';
import { lookAt } from './look.ts';
import { alertmanagerOptions, type AlertmanagerOptions, type AlertmanagerSettings } from './options.ts';
import { Silences } from './silences.ts';

const SKEW_WARNING_MS = 30_000;

/** Nothing is called before the first observe, act or diagnose. Throws zod's error, or one for a secret that is not there. */
export function openAlertmanager(options: AlertmanagerOptions, context: DriverContext): Driver {
  const settings = alertmanagerOptions.parse(options);
  const client = new AlertmanagerClient(settings, context);
  const coverage = new Coverage(settings);
  const silences = new Silences(client, coverage);
  return {
    name: 'alertmanager',
    roles: ['alerts'],
    folds: true,
    observe: async (targets, signal) => (targets.length === 0 ? [] : lookAt(client, coverage, targets, signal)),
    act: (request, signal) => silences.act(request, signal),
    describe: (request) => describeAct(request, settings),
    diagnose: (_, signal) => diagnose(client, settings, signal),
    waitingFor: () => client.waitingFor(),
    close: () => Promise.resolve(client.close()),
  };
}

function describeAct({ act, targets }: ActRequest, { label, value, matchers }: AlertmanagerSettings): readonly string[] {
  if (act.role !== 'alerts' || targets.length === 0) return [];
  const what = `${[`${label}=~${JSON.stringify(value)}`, ...matchers].join(', ')} for ${foldNames(targets)}, pitstop:${act.run}`;
  if (act.do === 'unsilence') return [`alertmanager: take out of the run's silences: ${what}`];
  return [`alertmanager: silence until ${new Date(act.until).toISOString()}: ${what}`];
}

async function diagnose(client: AlertmanagerClient, settings: AlertmanagerSettings, signal: AbortSignal): Promise<Finding[]> {
  const began = client.clock.now();
  try {
    const { versionInfo, cluster, aheadMs } = await client.status(signal);
    await Promise.all([client.silences(signal), client.alerts(signal)]);
    const words = `Alertmanager ${versionInfo.version} answered in ${showDuration(client.clock.now() - began)}, cluster ${cluster.status}`;
    const findings = [finding('info', 'alertmanager-answers', words)];
    if (aheadMs !== null && Math.abs(aheadMs) >= SKEW_WARNING_MS) {
      findings.push(finding('warning', 'alertmanager-clock-skew', `its clock and ours are ${showDuration(Math.abs(aheadMs))} apart`));
    }
    const { protocol, hostname } = new URL(settings.url);
    if (settings.auth && protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
      findings.push(finding('warning', 'alertmanager-plain-login', 'the login goes over the network unencrypted: use https'));
    }
    return findings;
  } catch (error) {
    if (error instanceof AlertmanagerError) return [finding('error', 'alertmanager-answers', `Alertmanager: ${error.message}`)];
    throw error;
  }
}

function finding(severity: Severity, rule: string, message: string): Finding {
  return { severity, target: 'alertmanager', rule, message };
}
