// Switches that went down by our hand: over nobody's work, with a subnet manager that stands by, and once for each intent.
import type { FeltEvent } from '../../../src/sim/twin/felt-log.ts';
import type { Violation } from '../evidence.ts';
import type { FabricEvidence } from './evidence.ts';
import type { Site } from './site.ts';

/** What others do between our look and our act is nobody's fault. */
const RACE_MS = 5_000;

export function switchOverWork(evidence: FabricEvidence, site: Site, event: FeltEvent): Violation[] {
  if (!isOurs(event)) return [];
  const standIns = evidence.standIns(event.node);
  if (standIns?.every((name) => upOrJustGone(site, name, event.at))) return [];
  const busy = evidence.nodesBehind(event.node).filter((node) => site.workOn(node).length > 0 && !evidence.consented(node, event.at));
  return busy.map((node) => tell('switch-over-work', event, `${node} behind it carried ${site.workOn(node).join(', ')}`));
}

export function managersAtReload(_evidence: FabricEvidence, site: Site, event: FeltEvent): Violation[] {
  if (!isOurs(event) || event.at - site.managersTouchedAt <= RACE_MS) return [];
  if (site.master === null) return [tell('subnet-manager', event, 'went down without a master subnet manager')];
  const own = site.managers.find(({ on }) => on === event.node);
  if (own?.name === site.master) return [tell('subnet-manager', event, 'went down with the master subnet manager on it')];
  const standby = site.managers.some(({ name, runs }) => runs && name !== site.master);
  return standby || own?.stopped ? [] : [tell('subnet-manager', event, 'went down without a standby subnet manager')];
}

/** Each reload has an intent of its key before it, and no key is used twice. */
export function reloadsOnce(): (evidence: FabricEvidence, site: Site, event: FeltEvent) => Violation[] {
  const seen = new Set<string>();
  return (evidence, _site, event) => {
    if (event.what !== 'switch-run' || event.name !== 'reload' || event.actor !== 'pitstop') return [];
    const { key = '' } = event;
    const intended = evidence
      .entriesOf(event.node)
      .some(({ kind, at, note }) => kind === 'intent' && at <= event.at && note?.data?.['key'] === key);
    const twice = seen.has(`${event.node} ${key}`);
    seen.add(`${event.node} ${key}`);
    if (!intended) return [tell('reload', event, `reloaded without an intent of ${key}`)];
    return twice ? [tell('reload', event, `reloaded twice under ${key}`)] : [];
  };
}

const isOurs = ({ what, actor }: FeltEvent): boolean => what === 'switch-down' && actor === 'pitstop';

function upOrJustGone(site: Site, name: string, at: number): boolean {
  const down = site.down.get(name);
  return !down || (down.actor !== 'pitstop' && at - down.at <= RACE_MS);
}

export function tell(rule: string, { node, at }: FeltEvent, message: string): Violation {
  return { rule, target: node, at, message };
}
