// An act of the shell role as people read it in a dry run: the commands themselves, one line for all nodes that get the same one.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { ActRequest } from '../../core/ports.ts';
import { quoteCommand } from '../../std/quote.ts';
import { describeRun } from '../shared/describe-run.ts';
import type { SshSettings } from './options.ts';

export function describeAct({ act, targets }: ActRequest, settings: SshSettings): readonly string[] {
  if (act.role !== 'shell' || targets.length === 0) return [];
  const on = `ssh ${foldNames(targets)}`;
  if (act.do === 'push') return [`${on}: push ${quoteCommand([act.from, act.to])} (only with the SHA-256 ${act.sha256})`];
  if (act.do === 'reboot') return [`${on}: ${quoteCommand(settings.reboot)} (only while it shows the boot id it was seen with)`];
  return [`${on}: ${describeRun(act)}${act.once ? ' (at most once)' : ''}`];
}
