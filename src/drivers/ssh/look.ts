// Looks at one node: boot id and processes of work in one go, and the questions of `doctor`.
import { PlaceholderValueError, fillArgv } from '../../core/change/placeholders.ts';
import type { Finding, Severity } from '../../core/finding.ts';
import type { Observation, ShellFacts } from '../../core/ports.ts';
import type { Clock } from '../../std/clock.ts';
import { msOf } from '../shared/options.ts';
import { words } from './acts.ts';
import { asConnectError, type SshFailureKind } from './failure.ts';
import type { SshHub } from './hub.ts';
import type { SshSettings } from './options.ts';
import { WORK_MARK, lookScript, probeScript } from './scripts.ts';
import type { Talk } from './talk.ts';

const CLOCK_SKEW_MS_MAX = 5_000;
const WORK_SHOWN_BYTES_MAX = 500;

export interface LookContext {
  readonly hub: SshHub;
  readonly settings: SshSettings;
  readonly clock: Clock;
}

/** Never rejects. */
export async function lookAt(target: string, { hub, settings, clock }: LookContext, signal: AbortSignal): Promise<Observation> {
  let at = clock.now();
  const blind = (why: string): Observation => ({ target, at, facts: null, why });
  try {
    const values = { node: target };
    const work = settings.work ? fillArgv(settings.work, values) : null;
    const script = lookScript(fillArgv(settings.bootId, values), work);
    const told = await hub.speak(target, script, signal, msOf(settings.answerTimeout), () => {
      at = clock.now();
    });
    const silence = whyUnheard(told);
    if (silence !== null) return blind(silence);
    const seen = readLook(told, work !== null);
    return { target, at, ...seen };
  } catch (error) {
    if (error instanceof PlaceholderValueError) return blind(error.message);
    const failure = asConnectError(error);
    if (failure.kind !== 'silent') return blind(failure.message);
    return { target, at, facts: { role: 'shell', reachable: false, bootId: null, work: null }, why: failure.message };
  }
}

function whyUnheard(told: Talk): string | null {
  if (told.end === 'broken') return 'the connection broke while it was looked at';
  if (told.end === 'limit') return 'connected, but no answer in time';
  if (told.pid === null) return `the login shell did not start /bin/sh: ${told.stderr || told.stdout}`;
  return told.mark?.[0] === 'look' ? null : 'the shell ended before it answered';
}

function readLook(told: Talk, hasWork: boolean): { facts: ShellFacts; why: string } {
  const mark = hasWork ? told.stdout.indexOf(`${WORK_MARK} `) : -1;
  const boot = words(mark < 0 ? told.stdout : told.stdout.slice(0, mark));
  const remarks: string[] = [];
  const bootExit = told.mark?.[1];
  if (bootExit !== '0' || boot === '') remarks.push(`the boot id command ended with ${bootExit}: ${boot.slice(0, WORK_SHOWN_BYTES_MAX)}`);
  let work: string[] | null = null;
  if (hasWork) {
    const [head = '', ...lines] = mark < 0 ? [] : told.stdout.slice(mark + WORK_MARK.length).split('\n');
    work = lines.map((line) => line.trim()).filter((line) => line !== '');
    const exit = head.trim();
    // pgrep(1) ends with 1 when nothing matches. Any other failure shows as work: not known is not idle.
    const none = exit === '1' && work.length === 0 && told.stderr === '';
    if (exit !== '0' && !none) {
      const why = `the work command ended with ${exit || 'no exit code'}: ${told.stderr.slice(0, WORK_SHOWN_BYTES_MAX)}`;
      remarks.push(why);
      work.push(`cannot look: ${why}`);
    }
  }
  const bootId = bootExit === '0' && boot !== '' ? boot : null;
  return { facts: { role: 'shell', reachable: true, bootId, work }, why: remarks.join('; ') };
}

const RULES: { readonly [kind in SshFailureKind]: string } = {
  silent: 'ssh-unreachable',
  'host-key': 'ssh-host-key',
  login: 'ssh-login',
  ours: 'ssh-connect',
  'given-up': 'ssh-connect',
};

/** Everything that would go wrong in a run, or one note of severity info when nothing would. */
export async function diagnoseNode(target: string, context: LookContext, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (severity: Severity, rule: string, message: string): void => {
    findings.push({ severity, target, rule, message });
  };
  try {
    const { hub, settings, clock } = context;
    let began = 0;
    const told = await hub.speak(target, probeScript(), signal, msOf(settings.answerTimeout), () => {
      began = clock.now();
    });
    const ended = clock.now();
    if (told.end !== 'exit' || told.mark?.[0] !== 'probe') {
      add('error', 'ssh-shell', whyUnheard(told) ?? 'no answer');
      return findings;
    }
    const skewMs = clockSkew(Number(told.mark[1]) * 1_000, began, ended);
    if (skewMs > CLOCK_SKEW_MS_MAX) add('warning', 'ssh-clock', `its clock is ${Math.round(skewMs / 1_000)} s away from ours`);
    for (const line of told.stdout.split('\n').filter((one) => one !== '')) add('error', 'ssh-once', `a run at most once: ${line}`);
    const { facts, why } = await lookAt(target, context, signal);
    if (facts?.role !== 'shell') add('error', 'ssh-look', why);
    else if (why !== '') add('error', facts.bootId === null ? 'ssh-boot-id' : 'ssh-work', why);
    if (findings.length === 0) add('info', 'ssh-ready', 'reachable, host key known, login and boot id as they should be');
  } catch (error) {
    const failure = asConnectError(error);
    add('error', RULES[failure.kind], failure.message);
  }
  return findings;
}

/** How far the node's whole second lies outside of the time in which it was asked. */
function clockSkew(theirs: number, began: number, ended: number): number {
  return Math.max(0, theirs - ended, began - (theirs + 1_000));
}
