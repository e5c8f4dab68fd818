// Nodes of a fabric: no reset under a leaf that we took down, no act on placements, no alert of a node in work, no return without its links.
import type { FeltEvent } from '../../../src/sim/twin/felt-log.ts';
import type { StoredEntry } from '../../../src/core/ports.ts';
import { isDrainStep, isReturnStep, type Violation } from '../evidence.ts';
import type { FabricEvidence } from './evidence.ts';
import type { Site } from './site.ts';
import { tell } from './switches.ts';

/** Between the look at a link and the return; between two rounds of silences. */
const RACE_MS = 10_000;

const RESETS: ReadonlySet<string> = new Set(['reboot', 'power-off']);
const ACTS: ReadonlySet<string> = new Set(['apply', 'rollback', 'reboot', 'power-off', 'update', 'bmc-reset']);

export function resetUnderLeaf(evidence: FabricEvidence, site: Site, event: FeltEvent): Violation[] {
  if (event.actor !== 'pitstop' || !ACTS.has(event.what)) return [];
  if (!RESETS.has(event.what) && evidence.stepBehind(event.node, event.key)?.name !== 'activate') return [];
  const under = evidence.leavesOf(event.node).filter((leaf) => {
    const down = site.down.get(leaf);
    // Who approves a gate sends nodes on without the switches that did not come back.
    return down?.actor === 'pitstop' && !approvedSince(evidence, down.at, event.at);
  });
  return under.length === 0 ? [] : [tell('reset-under-leaf', event, `${event.what} of it while ${under.join(', ')} was down by our hand`)];
}

export function actOnPlacements(_evidence: FabricEvidence, site: Site, event: FeltEvent): Violation[] {
  if (event.actor !== 'pitstop' || !ACTS.has(event.what)) return [];
  const placed = [...(site.placements.get(event.node) ?? [])];
  return placed.length === 0 ? [] : [tell('act-on-placement', event, `${event.what} while ${placed.join(', ')} was placed on it`)];
}

export function alertInWork(evidence: FabricEvidence, _site: Site, event: FeltEvent): Violation[] {
  if (event.what !== 'alert' || !inWork(evidence, evidence.entriesOf(event.node), event.at)) return [];
  return [tell('alert-in-work', event, `${event.name} sounded while the run worked on it`)];
}

/** Only of nodes to which something was done; one that is given back untouched is as it was. */
export function returnsWithLinks(): (evidence: FabricEvidence, site: Site, event: FeltEvent) => Violation[] {
  const changed = new Set<string>();
  const joined = new Map<string, readonly string[]>();
  return (evidence, site, event) => {
    for (const node of event.nodes ?? [event.node]) {
      if (event.actor !== 'pitstop') continue;
      if (event.what === 'drain' && !joined.has(node)) joined.set(node, baselineLinks(evidence, site, node));
      if (ACTS.has(event.what)) changed.add(node);
      if (event.what === 'switch-down') for (const behind of evidence.nodesBehind(node)) if (joined.has(behind)) changed.add(behind);
    }
    const returns = event.actor === 'pitstop' && (event.what === 'undrain' || event.what === 'unreserve');
    if (!returns) return [];
    return (event.nodes ?? [event.node]).flatMap((node) => {
      if (!changed.has(node) || !seenAtLinks(evidence, node)) return [];
      const missing = (joined.get(node) ?? []).filter((link) => event.at - (site.inactive.get(link) ?? event.at) > RACE_MS);
      return missing.length === 0
        ? []
        : [tell('return-without-link', { ...event, node }, `returned while ${missing.join(', ')} was not active`)];
    });
  };
}

/** Those that were active when the run first drained it; what was dark before is no business of the run. */
function baselineLinks(evidence: FabricEvidence, site: Site, node: string): string[] {
  const baseline = evidence.entriesOf(node).find(({ kind }) => kind === 'baseline')?.note?.data?.['fabric'];
  const links = typeof baseline === 'object' && baseline !== null && 'links' in baseline ? baseline['links'] : null;
  return Object.keys(typeof links === 'object' && links !== null ? links : {}).filter((link) => !site.inactive.has(link));
}

function seenAtLinks(evidence: FabricEvidence, node: string): boolean {
  const { program } = evidence.input;
  const chain = program.chainOf[program.idOf.get(node) ?? -1];
  return program.steps.some(({ chain: of, action }) => of === chain && action.kind === 'do' && action.act === 'links');
}

const ENDS: ReadonlySet<string> = new Set(['drop', 'skip']);
const FALLS: ReadonlySet<string> = new Set(['failed', 'expired', 'soak-failed']);
const RISES: ReadonlySet<string> = new Set(['retry', 'fixed', 'recall', 'intent']);
const PARKS: ReadonlySet<string> = new Set(['foreign', 'hold']);
const FREES: ReadonlySet<string> = new Set(['foreign-gone', 'unhold', 'intent']);

/** From the drain's end until the return; one that waits for people is not worked on. */
function inWork(evidence: FabricEvidence, entries: readonly StoredEntry[], at: number): boolean {
  let works = false;
  let fell = false;
  let parked = false;
  for (const { kind, step, at: when } of entries) {
    if (when > at) break;
    if (kind === 'done' && isDrainStep(evidence.step(step))) works = true;
    else if (ENDS.has(kind) || (kind === 'done' && isReturnStep(evidence.step(step)))) works = false;
    // Whose alerts were just let go is silent again after the next round.
    const isTold = kind === 'intent' || at - when > RACE_MS;
    if (FALLS.has(kind)) fell = true;
    else if (RISES.has(kind) && isTold) fell = false;
    if (PARKS.has(kind)) parked = true;
    else if (FREES.has(kind) && isTold) parked = false;
  }
  return works && !fell && !parked;
}

function approvedSince(evidence: FabricEvidence, from: number, to: number): boolean {
  return evidence.input.entries.some(({ kind, at }) => kind === 'approve' && at >= from && at <= to);
}
