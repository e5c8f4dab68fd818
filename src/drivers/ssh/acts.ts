// The acts of the shell role on one node: run, reboot, and push (push.ts). Each ends as a result, never as an exception.
import { PlaceholderValueError, fillArgv } from '../../core/change/placeholders.ts';
import type { Act, ActRequest, Result } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { SshConnectError } from './failure.ts';
import type { SshHub } from './hub.ts';
import { isRunnable } from '../shared/options.ts';
import type { SshSettings } from './options.ts';
import type { Pusher } from './push.ts';
import { onceName, onceScript, rebootScript, runScript } from './scripts.ts';
import type { Talk } from './talk.ts';

export type ShellAct = Extract<Act, { readonly role: 'shell' }>;

export interface ActContext {
  readonly hub: SshHub;
  readonly settings: SshSettings;
  readonly pusher: Pusher;
}

/** The signal ends with the deadline, too. */
export async function actOn(target: string, request: ActRequest, act: ShellAct, context: ActContext, signal: AbortSignal): Promise<Result> {
  try {
    if (act.do === 'run') return await run(target, request.key, act, context, signal);
    if (act.do === 'reboot') return await reboot(target, act.bootIds[target], context, signal);
    return await context.pusher.push(target, act, signal);
  } catch (error) {
    if (error instanceof SshConnectError) return refused(target, error.message, { kind: error.kind });
    if (error instanceof PlaceholderValueError) return refused(target, error.message);
    throw error;
  }
}

function refused(target: string, why: string, more: JsonObject = {}): Result {
  return { target, outcome: 'refused', evidence: { why, ...more } };
}

/** done for any exit code, which is for the caller to judge. */
async function run(
  target: string,
  key: string,
  act: Extract<ShellAct, { readonly do: 'run' }>,
  { hub }: ActContext,
  signal: AbortSignal,
): Promise<Result> {
  const previous = Object.hasOwn(act.previous, target) ? act.previous[target] : undefined;
  const argv = fillArgv(act.argv, {
    node: target,
    ...(act.version === null ? {} : { version: act.version }),
    ...(previous === undefined ? {} : { previous }),
  });
  if (!isRunnable(argv))
    return refused(target, 'the program comes first, its name does not begin with a dash, and no argument holds a NUL');
  const script = act.once ? onceScript(onceName(key, target), argv) : runScript(argv);
  const told = await hub.speak(target, script, signal, null, () => undefined);
  const [word, ...rest] = told.mark ?? [];
  if (told.end !== 'exit' || word === undefined) return unheard(target, told);
  if (word === 'refused') return refused(target, rest.join(' '));
  if (word === 'lost') {
    const why = 'it was started before and ended without an exit code: it was killed, or the node went down';
    return { target, outcome: 'unknown', evidence: { why, lost: true } };
  }
  return { target, outcome: 'done', evidence: { ...outputOf(told), ...(word === 'repeat' ? { repeat: true } : {}) } };
}

/** Never judged by its exit code: accepted means "look at the boot id". */
async function reboot(target: string, bootId: string | undefined, { hub, settings }: ActContext, signal: AbortSignal): Promise<Result> {
  if (!bootId) return refused(target, 'no boot id was given for it, so nobody knows whether it rebooted already');
  const values = { node: target };
  const script = rebootScript(fillArgv(settings.bootId, values), words(bootId), fillArgv(settings.reboot, values));
  const told = await hub.speak(target, script, signal, null, () => undefined);
  switch (told.mark?.[0]) {
    case 'rebooting':
      return { target, outcome: 'accepted', evidence: { bootId, end: told.end, ...outputOf(told) } };
    case 'differs':
      if (told.end !== 'exit') return unheard(target, told);
      return { target, outcome: 'done', evidence: { alreadyRebooted: true, bootId: told.stdout } };
    case 'unreadable':
      return refused(target, 'the boot id command failed, so the node was not rebooted', outputOf(told));
    case undefined:
    default:
      return unheard(target, told);
  }
}

/** Its words joined by single blanks: how boot ids are compared, here and in the shell. */
export function words(text: string): string {
  return text.trim().split(/\s+/).join(' ');
}

function unheard(target: string, told: Talk): Result {
  const output = outputOf(told);
  if (told.end === 'exit' && told.pid === null) return refused(target, 'the login shell did not start /bin/sh', output);
  const why = {
    exit: 'the shell ended without saying how it went',
    broken: 'the connection broke after the command was sent',
    limit: 'given up: the deadline passed, or the call was cancelled, after the command was sent',
  }[told.end];
  return { target, outcome: 'unknown', evidence: { why, ...output } };
}

function outputOf(told: Talk): JsonObject {
  return {
    exit: told.exit,
    ...(told.signal === null ? {} : { signal: told.signal }),
    stdout: told.stdout,
    stderr: told.stderr,
    ...(told.cut ? { cut: true } : {}),
  };
}
