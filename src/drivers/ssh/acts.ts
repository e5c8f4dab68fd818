// The acts of the shell role on one node: run, reboot, push. Each ends as a result, never as an exception.
import { createHash } from 'node:crypto';
import { stat, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import { PlaceholderValueError, fillArgv, fillText } from '../../core/change/placeholders.ts';
import type { Act, ActRequest, Result } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { SshConnectError } from './failure.ts';
import type { SshHub } from './hub.ts';
import { isRunnable, type SshSettings } from './options.ts';
import { onceName, onceScript, rebootScript, runScript } from './scripts.ts';
import type { Talk } from './talk.ts';

export type ShellAct = Extract<Act, { readonly role: 'shell' }>;

export interface ActContext {
  readonly hub: SshHub;
  readonly settings: SshSettings;
  readonly folder: string;
}

/** The signal ends with the deadline, too. */
export async function actOn(target: string, request: ActRequest, act: ShellAct, context: ActContext, signal: AbortSignal): Promise<Result> {
  try {
    if (act.do === 'run') return await run(target, request.key, act, context, signal);
    if (act.do === 'reboot') return await reboot(target, act.bootIds[target], context, signal);
    return await push(target, request.key, act, context, signal);
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

/** Whole or not at all: the file grows under another name and is renamed over the old one. */
async function push(
  target: string,
  key: string,
  act: Extract<ShellAct, { readonly do: 'push' }>,
  { hub, folder }: ActContext,
  signal: AbortSignal,
): Promise<Result> {
  const from = resolve(folder, fillText(act.from, { node: target }));
  const to = fillText(act.to, { node: target });
  const part = `${to}.${onceName(key, target)}`;
  let renaming = false;
  try {
    const [content, { mode }] = await Promise.all([readFile(from), stat(from)]);
    await hub.transfer(target, signal, async (sftp) => {
      await finished(sftp, signal, (callback) => sftp.writeFile(part, content, { mode: mode & 0o777 }, callback));
      await finished(sftp, signal, (callback) => sftp.chmod(part, mode & 0o777, callback));
      renaming = true;
      await finished(sftp, signal, (callback) => sftp.ext_openssh_rename(part, to, callback));
    });
    return {
      target,
      outcome: 'done',
      evidence: { to, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') },
    };
  } catch (error) {
    if (error instanceof SshConnectError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { target, outcome: renaming ? 'unknown' : 'refused', evidence: { why: `push to ${to}: ${why}` } };
  }
}

function finished(sftp: SFTPWrapper, signal: AbortSignal, start: (callback: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('given up'));
    const broken = (): void => reject(new Error('the connection broke'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    sftp.once('close', broken);
    start((error) => {
      signal.removeEventListener('abort', abort);
      sftp.removeListener('close', broken);
      if (error) reject(error);
      else resolve();
    });
  });
}
