// The acts of the fabric role: commands about a target on this machine, and subnet managers stopped and started.
import { resolve } from 'node:path';
import { fillArgv, PlaceholderValueError } from '../../core/change/placeholders.ts';
import type { Act, ActRequest, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { JsonObject } from '../../std/json.ts';
import { CommandEndError, programOf, type CommandEnd } from '../shared/command.ts';
import { limitTime } from '../shared/limit.ts';
import { Turns } from '../shared/turns.ts';
import { runOnce, type OnceEnd } from './once.ts';
import type { Tools } from './tools.ts';

type FabricAct = Extract<Act, { role: 'fabric' }>;

const AT_ONCE_MAX = 8;
const CANCELLED = 'the call was cancelled before it started';
const LAUNCH_MS = 10_000;
const OUTPUT_CHARACTERS_MAX = 65_536;

export async function performAll(tools: Tools, request: ActRequest, signal: AbortSignal): Promise<Result[]> {
  const { act, targets, key, deadline } = request;
  assert(act.role === 'fabric', `the infiniband driver was asked for ${act.role}: ${act.do}`);
  const turns = new Turns(AT_ONCE_MAX);
  return Promise.all(
    targets.map(async (target) => {
      const body = (): Promise<Omit<Result, 'target'>> => perform(tools, act, target, `${key}/${target}`, deadline, signal);
      return { target, ...((await turns.through(body, signal)) ?? refusal(CANCELLED)) };
    }),
  );
}

async function perform(
  tools: Tools,
  act: FabricAct,
  target: string,
  key: string,
  deadline: number,
  signal: AbortSignal,
): Promise<Omit<Result, 'target'>> {
  if (signal.aborted) return refusal(CANCELLED);
  if (tools.context.clock.now() >= deadline) return refusal('its deadline passed before it could start');
  if (act.do !== 'run') return manage(tools, act.do, target, deadline, signal);
  try {
    const previous = act.previous[target];
    const values = {
      node: target,
      ...(act.version === null ? {} : { version: act.version }),
      ...(previous === undefined ? {} : { previous }),
    };
    const argv = fillArgv(act.argv, values);
    return act.once ? await once(tools, argv, key, deadline, signal) : await straight(tools, argv, deadline, signal);
  } catch (error) {
    if (error instanceof PlaceholderValueError) return refusal(error.message);
    throw error;
  }
}

async function straight(tools: Tools, argv: readonly string[], deadline: number, signal: AbortSignal): Promise<Omit<Result, 'target'>> {
  try {
    return { outcome: 'done', evidence: outputOf(await tools.start(argv, signal, deadline - tools.context.clock.now())) };
  } catch (error) {
    if (error instanceof CommandEndError) return { outcome: error.started ? 'unknown' : 'refused', evidence: { why: error.message } };
    throw error;
  }
}

async function once(
  tools: Tools,
  argv: readonly string[],
  key: string,
  deadline: number,
  signal: AbortSignal,
): Promise<Omit<Result, 'target'>> {
  const { folder, clock, env } = tools.context;
  const limit = limitTime(clock, deadline - clock.now(), AbortSignal.any([signal, tools.closing]));
  const { file, args } = programOf(argv, folder);
  try {
    const end = await runOnce({
      folder: resolve(folder, tools.settings.claims ?? env['PITSTOP_DIR'] ?? '/var/tmp'),
      key,
      argv: [file, ...args],
      clock,
      signal: limit.signal,
      launch: async (starter) => {
        await tools.start(starter, new AbortController().signal, LAUNCH_MS);
      },
    });
    return onceResult(end);
  } finally {
    limit.clear();
  }
}

function onceResult(end: OnceEnd): Omit<Result, 'target'> {
  if (end.is === 'not-started') return refusal(end.why);
  if (end.is === 'waiting')
    return { outcome: 'unknown', evidence: { why: 'given up waiting: it may still run; the same act again waits on for it' } };
  if (end.is === 'lost') {
    const why =
      'it was claimed before and ended without an exit code: it was killed, or this machine went down; under this key it does not run again';
    return { outcome: 'unknown', evidence: { why, lost: true } };
  }
  const { exit, stdout, stderr, repeat } = end;
  return { outcome: 'done', evidence: { exit, stdout, stderr, ...(repeat ? { repeat: true } : {}) } };
}

/** By its own command; another exit code than 0 leaves open what happened. */
async function manage(
  tools: Tools,
  act: 'sm-stop' | 'sm-start',
  target: string,
  deadline: number,
  signal: AbortSignal,
): Promise<Omit<Result, 'target'>> {
  const manager = tools.settings.managers.find(({ name }) => name === target);
  const verb = act === 'sm-stop' ? 'stop' : 'start';
  if (!manager) return refusal(`no subnet manager of the options is called ${target}`);
  const argv = manager[verb];
  if (!argv) return refusal(`the options do not say how to ${verb} the subnet manager ${target}`);
  const result = await straight(tools, argv, deadline, signal);
  if (result.outcome !== 'done' || result.evidence['exit'] === 0) return result;
  return { outcome: 'unknown', evidence: { why: `the command to ${verb} it failed`, ...result.evidence } };
}

function outputOf(end: CommandEnd): JsonObject {
  const tail = (text: string): string => text.slice(-OUTPUT_CHARACTERS_MAX).trim();
  return { exit: end.exit, stdout: tail(end.stdout), stderr: tail(end.stderr) };
}

function refusal(why: string): Omit<Result, 'target'> {
  return { outcome: 'refused', evidence: { why } };
}
