// An act of the shell role as people read it in a dry run: the commands themselves, one line for all nodes that get the same one.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { ActRequest } from '../../core/ports.ts';
import { quoteCommand } from '../../std/quote.ts';
import type { SshSettings } from './options.ts';

/** Placeholders whose value differs by node stay as they are written. */
export function describeAct({ act, targets }: ActRequest, settings: SshSettings): readonly string[] {
  if (act.role !== 'shell' || targets.length === 0) return [];
  const on = `ssh ${foldNames(targets)}`;
  if (act.do === 'push') return [`${on}: push ${quoteCommand([act.from, act.to])} (only with the SHA-256 ${act.sha256})`];
  if (act.do === 'reboot') return [`${on}: ${quoteCommand(settings.reboot)} (only while it shows the boot id it was seen with)`];
  const argv = act.version === null ? act.argv : act.argv.map((word) => word.replaceAll('{version}', act.version ?? ''));
  return [`${on}: ${quoteCommand(argv)}${act.once ? ' (at most once)' : ''}`];
}
