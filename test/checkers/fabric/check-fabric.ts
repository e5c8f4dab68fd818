// All checkers of a run over a fabric: they see what the twin felt, the journal and the plan, and nothing of the runner.
import type { FeltEvent } from '../../../src/sim/twin/felt-log.ts';
import { isReturnStep, type Violation } from '../evidence.ts';
import { FabricEvidence, type FabricInput } from './evidence.ts';
import { actOnPlacements, alertInWork, resetUnderLeaf, returnsWithLinks } from './nodes.ts';
import { Site } from './site.ts';
import { managersAtReload, reloadsOnce, switchOverWork } from './switches.ts';

type Rule = (evidence: FabricEvidence, site: Site, event: FeltEvent) => Violation[];

/** Every violation of every rule, by time; none = the run kept them all. */
export function checkFabric(input: FabricInput): Violation[] {
  const evidence = new FabricEvidence(input);
  const site = new Site(evidence);
  const rules: readonly Rule[] = [
    switchOverWork,
    managersAtReload,
    reloadsOnce(),
    resetUnderLeaf,
    actOnPlacements,
    alertInWork,
    returnsWithLinks(),
  ];
  const violations = input.felt.flatMap((event) => {
    const found = rules.flatMap((rule) => rule(evidence, site, event));
    site.feel(event);
    return found;
  });
  return input.finished ? [...violations, ...leftStanding(evidence, site)] : violations;
}

const TROUBLE: ReadonlySet<string> = new Set(['failed', 'expired', 'soak-failed', 'foreign', 'hold', 'drop']);

/** Our holds and silences on whatever is no straggler. */
function leftStanding(evidence: FabricEvidence, site: Site): Violation[] {
  const at = evidence.input.felt.at(-1)?.at ?? 0;
  const of = (what: string, targets: ReadonlySet<string>): Violation[] =>
    [...targets]
      .filter((target) => !straggles(evidence, target))
      .map((target) => ({ rule: 'left-standing', target, at, message: `our ${what} stands on it after the run` }));
  return [...of('hold', site.held), ...of('silence', site.silenced)];
}

function straggles(evidence: FabricEvidence, target: string): boolean {
  let is = false;
  for (const { kind, step } of evidence.entriesOf(target)) {
    if (TROUBLE.has(kind)) is = true;
    else if (kind === 'done' && isReturnStep(evidence.step(step))) is = false;
  }
  return is;
}
