// An act on the twin in words, for dry runs: there is no command line to show.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { ActRequest } from '../../core/ports.ts';
import { quoteCommand } from '../../std/quote.ts';

/** "twin-scheduler drain n[1-4] pitstop:RUN", "twin-shell run n1 /opt/site/apply 2025.07". */
export function describeAct(driver: string, { act, targets }: ActRequest): string {
  const words = [driver, act.do, foldNames(targets)];
  if ('run' in act) words.push(`pitstop:${act.run}`);
  if ('argv' in act) words.push(quoteCommand(act.argv));
  if ('job' in act) words.push(`job ${act.job}`);
  if ('image' in act) words.push(act.image, ...act.components);
  return words.join(' ');
}
