// When a run is over, nothing of ours stands on a node that came back or was never touched; stragglers keep their drain.
import { isReturnStep, type Evidence, type Violation } from './evidence.ts';

export function checkLeftBehind(evidence: Evidence): Violation[] {
  if (!evidence.input.finished) return [];
  const nodes = new Set([...evidence.input.history.byNode.keys(), ...(evidence.input.last?.keys() ?? [])]);
  return [...nodes].flatMap((node) => {
    const standing = standingOn(evidence, node);
    const where = standing.length === 0 ? 'straggler' : endOf(evidence, node);
    if (where === 'straggler') return [];
    const at = evidence.eventsOf(node).at(-1)?.at ?? 0;
    return standing.map((what) => ({ rule: 'left-behind', target: node, at, message: `our ${what} stands on a node that is ${where}` }));
  });
}

function standingOn(evidence: Evidence, node: string): string[] {
  const last = evidence.input.last?.get(node);
  const { run } = evidence.input;
  if (last)
    return [last.drain?.run === run ? 'drain' : '', last.reservation?.run === run ? 'reservation' : ''].filter((word) => word !== '');
  const standing = new Set<string>();
  for (const { what, actor } of evidence.eventsOf(node)) {
    if (what === 'drain' && actor === 'pitstop') standing.add('drain');
    else if (what === 'drain' || what === 'undrain') standing.delete('drain');
    else if (what === 'reserve' && actor === 'pitstop') standing.add('reservation');
    else if (what === 'unreserve') standing.delete('reservation');
  }
  return [...standing];
}

const TROUBLE = new Set(['failed', 'expired', 'soak-failed', 'foreign', 'hold', 'drop']);

/** Where the journal leaves the node. */
function endOf(evidence: Evidence, node: string): 'returned' | 'untouched' | 'neither returned nor a straggler' | 'straggler' {
  let end: 'returned' | 'untouched' | 'neither returned nor a straggler' | 'straggler' = 'untouched';
  for (const { kind, step } of evidence.entriesOf(evidence.targetOf(node))) {
    if (kind === 'done' && isReturnStep(evidence.step(step))) end = 'returned';
    else if (TROUBLE.has(kind)) end = 'straggler';
    else if (kind === 'intent' && end !== 'straggler') end = 'neither returned nor a straggler';
    else if (kind === 'skip') end = 'untouched';
  }
  return end;
}
