// An act of the fabric role as people read it in a dry run: the commands themselves.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { ActRequest } from '../../core/ports.ts';
import { quoteCommand } from '../../std/quote.ts';
import { describeRun } from '../shared/describe-run.ts';
import type { InfinibandSettings } from './options.ts';

export function describeAct({ act, targets }: ActRequest, { managers }: InfinibandSettings): readonly string[] {
  if (act.role !== 'fabric' || targets.length === 0) return [];
  if (act.do === 'run') return [`here, for ${together(targets)}: ${describeRun(act)}${act.once ? ' (at most once each)' : ''}`];
  return targets.map((target) => {
    const argv = managers.find(({ name }) => name === target)?.[act.do === 'sm-stop' ? 'stop' : 'start'];
    return argv ? `here: ${quoteCommand(argv)}` : `${act.do} ${target}: the options do not say how`;
  });
}

/** Names of links do not fold. */
function together(targets: readonly string[]): string {
  return targets.some((target) => target.includes('--')) ? targets.join(', ') : foldNames(targets);
}
