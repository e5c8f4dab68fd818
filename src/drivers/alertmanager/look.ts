// What Alertmanager shows of nodes: silences, ours and others', and what is firing.
import type { AlertsFacts, Claim, Observation } from '../../core/ports.ts';
import { AlertmanagerError, type Alert, type AlertmanagerClient, type Silence } from './client.ts';
import { matcherText, runOf, type Coverage } from './coverage.ts';

const REASON_CHARACTERS_MAX = 300;

export async function lookAt(
  client: AlertmanagerClient,
  coverage: Coverage,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<Observation[]> {
  const at = client.clock.now();
  try {
    const [silences, alerts] = await Promise.all([client.silences(signal), client.alerts(signal)]);
    return factsOf(coverage, targets, silences, alerts).map(({ target, facts }) => ({ target, at, facts, why: '' }));
  } catch (error) {
    if (!(error instanceof AlertmanagerError)) throw error;
    const why = `Alertmanager: ${error.message}`;
    return targets.map((target) => ({ target, at, facts: null, why }));
  }
}

function factsOf(
  coverage: Coverage,
  targets: readonly string[],
  silences: readonly Silence[],
  alerts: readonly Alert[],
): { readonly target: string; readonly facts: AlertsFacts }[] {
  const find = coverage.finder(targets);
  const alertsOf = new Map<string, Alert[]>(targets.map((target) => [target, []]));
  for (const alert of alerts) alertsOf.get(find(coverage.valueOf(alert.labels)) ?? '')?.push(alert);
  const standing = silences.filter(({ status }) => status.state === 'active');
  const covered = new Map(standing.map((silence) => [silence.id, runOf(silence) === null ? null : new Set(coverage.targetsOf(silence))]));
  return targets.map((target) => {
    const own = alertsOf.get(target) ?? [];
    const values = own.flatMap(({ labels }) => coverage.valueOf(labels) ?? []);
    // The server itself says which silences hold for what is firing.
    const named = new Set(own.flatMap(({ status }) => status.silencedBy));
    const isAbout = (silence: Silence): boolean =>
      named.has(silence.id) || (covered.get(silence.id)?.has(target) ?? coverage.isAbout(silence, target, values, find));
    const facts: AlertsFacts = {
      role: 'alerts',
      silences: standing.filter(isAbout).map((silence) => ({ id: silence.id, by: claimOf(silence), until: silence.endsAt })),
      firing: own.map(({ labels, startsAt, status }) => ({
        alert: labels['alertname'] ?? '',
        since: startsAt,
        silenced: status.silencedBy.length > 0,
      })),
    };
    return { target, facts };
  });
}

/** Others' matchers are told, since theirs may be about one alert alone. */
function claimOf(silence: Silence): Claim {
  const run = runOf(silence);
  if (run !== null) return { by: 'pitstop', run, reason: silence.comment };
  const matchers = silence.matchers.map(matcherText).join(', ');
  return { by: 'foreign', run: null, reason: `${silence.createdBy}: ${silence.comment} {${matchers}}`.slice(0, REASON_CHARACTERS_MAX) };
}
