// Every reboot of ours has its own journalled intent before it; there are no more than the step's attempts allow, and none after one
// that was verified.
import type { StoredEntry } from '../../src/core/ports.ts';
import type { Felt } from './history.ts';
import { isReboot, isRebootStep, type Evidence, type Violation } from './evidence.ts';

/** After these the machine may come to the same step again. */
const MOVES_ON = new Set(['done', 'expired', 'retry', 'fixed', 'recall', 'soak-failed']);
/** After a verified reboot only these lead to another one of the same step. */
const LEADS_BACK = new Set(['failed', 'expired', 'foreign', 'retry', 'fixed', 'recall', 'soak-failed', 'drop']);

export function checkReboots(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  for (const [node, events] of evidence.input.history.byNode) {
    const target = evidence.targetOf(node);
    const reboots = events.filter(isReboot);
    if (target === null) {
      violations.push(...reboots.map((reboot) => tell(node, reboot, 'it is no target of the run')));
      continue;
    }
    const entries = evidence.entriesOf(target);
    const byStep = Map.groupBy(reboots, (reboot) => stepOf(evidence, target, entries, reboot));
    for (const [step, list] of byStep) {
      for (const [index, reboot] of list.entries()) {
        const why = whatIsWrong(evidence, target, entries, step, list, index);
        if (why !== null) violations.push(tell(node, reboot, why));
      }
    }
  }
  return violations;
}

const tell = (node: string, reboot: Felt, why: string): Violation => ({
  rule: 'reboot',
  target: node,
  at: reboot.at,
  message: `${reboot.what}: ${why}`,
});

/** By its key; without one, the step of the last reboot that was intended before it. -1 = none. */
function stepOf(evidence: Evidence, target: number, entries: readonly StoredEntry[], reboot: Felt): number {
  if (reboot.key !== null) return evidence.stepBehind(target, reboot)?.id ?? -1;
  const intents = entries.filter(({ kind, step, at }) => kind === 'intent' && at <= reboot.at && isRebootStep(evidence.step(step)));
  return intents.at(-1)?.step ?? -1;
}

function whatIsWrong(
  evidence: Evidence,
  target: number,
  entries: readonly StoredEntry[],
  step: number,
  list: readonly Felt[],
  index: number,
): string | null {
  const { at } = list[index] as Felt;
  const intents = entries.filter((entry) => entry.kind === 'intent' && entry.step === step && entry.at <= at);
  if (intents.length <= index) return `${index + 1} of this step, but ${intents.length} intents before it`;
  const verified = entries.findLast((entry) => entry.kind === 'done' && entry.step === step && entry.at <= at);
  if (verified && !entries.some((entry) => entry.seq > verified.seq && entry.at <= at && LEADS_BACK.has(entry.kind)))
    return `after a verified one (entry ${verified.seq})`;
  const since = entries.findLast((entry) => MOVES_ON.has(entry.kind) && entry.at <= at)?.at ?? Number.NEGATIVE_INFINITY;
  const tries = list.slice(0, index + 1).filter((reboot) => reboot.at >= since);
  const again = entries.filter((entry) => entry.kind === 'foreign' && entry.at >= since && entry.at <= at).length;
  const allowed = (evidence.step(step)?.attempts ?? 0) + evidence.claimsWithin(target, tries[0]?.at ?? at, at) + again;
  return tries.length > allowed ? `${tries.length} tries of this step, ${allowed} allowed with what crashes and foreign hands add` : null;
}
