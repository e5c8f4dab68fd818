// The commands that change something, as argument lists: in one place, so that a dry run shows what a run does.
import type { ActRequest } from '../../core/ports.ts';
import { quoteCommand } from '../../std/quote.ts';
import { drainReason } from './claim.ts';
import type { SlurmCommand } from './client.ts';
import { foldForSlurm } from './node-set.ts';
import { reservationName } from './reservation-name.ts';

export interface CommandLine {
  readonly command: SlurmCommand;
  readonly args: readonly string[];
}

export const commands = {
  drain: (nodes: string, run: string, why: string) =>
    scontrol('update', `nodename=${nodes}`, 'state=drain', `reason=${drainReason(run, why)}`),
  resume: (nodes: string) => scontrol('update', `nodename=${nodes}`, 'state=resume'),
  /** `maint` keeps every job away, `ignore_jobs` lets those that run finish. */
  createReservation: (name: string, nodes: string) =>
    scontrol(
      'create',
      'reservation',
      `reservationname=${name}`,
      'starttime=now',
      'duration=infinite',
      'users=root',
      'flags=maint,ignore_jobs',
      `nodes=${nodes}`,
    ),
  writeReservation: (name: string, nodes: string) => scontrol('update', `reservationname=${name}`, `nodes=${nodes}`),
  deleteReservation: (name: string) => scontrol('delete', `reservationname=${name}`),
  signal: (job: string, signal: string, to: 'batch' | 'steps' | 'full'): CommandLine => ({
    command: 'scancel',
    args: [`--signal=${signal}`, ...(to === 'steps' ? [] : [`--${to}`]), job],
  }),
  hold: (job: string) => scontrol('hold', job),
  requeue: (job: string, hold: boolean) => scontrol(hold ? 'requeuehold' : 'requeue', job),
};

/** For dry runs: what the act comes down to when nothing stands in its way. */
export function describeAct({ act, targets }: ActRequest, resPrefix: string): readonly string[] {
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

function line({ command, args }: CommandLine): string {
  return quoteCommand([command, ...args]);
}
