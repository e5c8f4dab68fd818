// The commands that change something, as argument lists: in one place, so that a dry run shows what a run does.
import type { ActRequest } from '../../core/ports.ts';
import { must } from '../../std/assert.ts';
import { quoteCommand } from '../../std/quote.ts';
import { drainReason } from './claim.ts';
import type { SlurmCommand } from './client.ts';
import { foldForSlurm, namesFromSlurm } from './node-set.ts';
import { reservationName } from './reservation-name.ts';
import type { RestWrite, SlurmRest } from './rest/rest.ts';

export interface CommandLine {
  readonly command: SlurmCommand;
  readonly args: readonly string[];
  /** The same by REST. */
  readonly rest?: RestWrite;
}

export const commands = {
  drain: (nodes: string, run: string, why: string): CommandLine => ({
    ...scontrol('update', `nodename=${nodes}`, 'state=drain', `reason=${drainReason(run, why)}`),
    rest: { what: 'node', nodes: namesOf(nodes), state: 'DRAIN', reason: drainReason(run, why) },
  }),
  resume: (nodes: string): CommandLine => ({
    ...scontrol('update', `nodename=${nodes}`, 'state=resume'),
    rest: { what: 'node', nodes: namesOf(nodes), state: 'RESUME', reason: null },
  }),
  /** `maint` keeps every job away, `ignore_jobs` lets those that run finish. */
  createReservation: (name: string, nodes: string): CommandLine => ({
    ...scontrol(
      'create',
      'reservation',
      `reservationname=${name}`,
      'starttime=now',
      'duration=infinite',
      'users=root',
      'flags=maint,ignore_jobs',
      `nodes=${nodes}`,
    ),
    rest: { what: 'reservation', name, nodes: namesOf(nodes), isNew: true },
  }),
  writeReservation: (name: string, nodes: string): CommandLine => ({
    ...scontrol('update', `reservationname=${name}`, `nodes=${nodes}`),
    rest: { what: 'reservation', name, nodes: namesOf(nodes), isNew: false },
  }),
  deleteReservation: (name: string): CommandLine => ({
    ...scontrol('delete', `reservationname=${name}`),
    rest: { what: 'no-reservation', name },
  }),
  signal: (job: string, signal: string, to: 'batch' | 'steps' | 'full'): CommandLine => ({
    command: 'scancel',
    args: [`--signal=${signal}`, ...(to === 'steps' ? [] : [`--${to}`]), job],
  }),
  hold: (job: string) => scontrol('hold', job),
  requeue: (job: string, hold: boolean) => scontrol(hold ? 'requeuehold' : 'requeue', job),
};

/** For dry runs: what the act comes down to when nothing stands in its way. */
export function describeAct({ act, targets }: ActRequest, resPrefix: string, rest: SlurmRest | null): readonly string[] {
  const line = (one: CommandLine): string => described(one, rest);
  if (act.role !== 'scheduler') return [];
  if (act.do === 'signal') return [line(commands.signal(act.job, act.signal, act.to))];
  if (act.do === 'requeue') return [line(commands.requeue(act.job, act.hold))];
  const name = reservationName.of(act.run, resPrefix);
  return foldForSlurm(targets).flatMap(({ text }) => {
    if (act.do === 'drain') return [line(commands.drain(text, act.run, act.why))];
    if (act.do === 'undrain') return [line(commands.resume(text))];
    if (act.do === 'reserve') return [`${line(commands.createReservation(name, text))} (or nodes= of all its nodes, when it exists)`];
    return [`${line(commands.deleteReservation(name))} (or nodes= of those that stay without ${text}, when others stay)`];
  });
}

function scontrol(...args: string[]): CommandLine {
  return { command: 'scontrol', args };
}

/** By REST where it is known to be so; where nobody knows yet, both ways. */
function described({ command, args, rest: wanted }: CommandLine, rest: SlurmRest | null): string {
  const line = quoteCommand([command, ...args]);
  const byRest = rest?.describe(wanted) ?? null;
  if (byRest === null) return line;
  return byRest.startsWith('(') ? `${line} ${byRest}` : byRest;
}

/** Of a list that foldForSlurm made. */
function namesOf(nodes: string): readonly string[] {
  return must(namesFromSlurm(nodes), `a node list of ours: ${nodes}`);
}
