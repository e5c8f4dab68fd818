// Watching a run until it ends: a view redrawn in place for somebody at a terminal, lines for a log; questions of waves are asked here.
import { setTimeout as pause } from 'node:timers/promises';
import type { RunView } from '../api/contract/schemas.ts';
import type { Client } from './client.ts';
import type { CliContext } from './context.ts';
import { EXIT, serverIsGone, SilentError, UsageError, type ExitCode } from './exit.ts';
import { progressKey, progressLine, runLines } from './live-view.ts';
import { askingWaves, endOf, endSentence, waysOn, type Until } from './run-end.ts';
import type { Terminal } from './terminal.ts';

export interface Following {
  readonly run: string;
  readonly until: Until;
  /** What is done about a wave that asks: `yes` approves, `ask` asks whoever sits there, `no` leaves it to others. */
  readonly answers: 'yes' | 'ask' | 'no';
  /** What is said to somebody who stops watching. */
  readonly onLeaving?: string;
}

export interface Followed {
  readonly exit: ExitCode;
  /** The last one seen. */
  readonly view: RunView;
}

const LOOK_MS = 500;
const LINE_MS = 5_000;
/** A server that was ended is waited for, since whoever ended it may start it again. */
const GONE_MS_MAX = 60_000;

/** Ends as `endOf` says, or with exit 1 when somebody presses Ctrl-C: the run goes on without us. Throws SilentError when the server stays away. */
export async function follow(context: CliContext, client: Client, following: Following): Promise<Followed> {
  const { terminal } = context;
  const interrupted = terminal.interrupted();
  const painter = terminal.interactive ? inPlace(terminal) : inLines(terminal);
  const answered = new Set<string>();
  await refuseUndriven(client, following.run);
  for (;;) {
    const began = performance.now();
    const view = await statusOf(client, following.run, terminal, interrupted);
    if (view === null) continue;
    painter.show(view);
    const exit = endOf(view, { interactive: terminal.interactive, until: following.until, answered: following.answers === 'yes' });
    if (exit !== null) {
      painter.last(view);
      return { exit, view };
    }
    if (view.stopped !== null && view.stopped !== 'closed') throw new Error(`the server stopped driving ${view.run}: ${view.stopped}`);
    if (!interrupted.aborted && (await answerWaves(context, client, following, view, answered, painter))) continue;
    // A look at a large fleet costs the server; most of the time is left to the run.
    const tookMs = performance.now() - began;
    await pause(Math.max(LOOK_MS, 4 * tookMs), null, { signal: interrupted }).catch(() => undefined);
    if (!interrupted.aborted) continue;
    painter.last(view);
    terminal.err(`${following.onLeaving ?? leavingSentence(view.run)}\n`);
    return { exit: EXIT.no, view };
  }
}

function leavingSentence(run: string): string {
  return `detached: ${run} goes on. Look again: pitstop status ${run} --wait. Stop it: pitstop abort ${run} --reason WHY`;
}

/** A run that the server could not take up again would be watched for ever. */
async function refuseUndriven(client: Client, run: string): Promise<void> {
  const { notResumed } = await client.server.info();
  const mine = notResumed.find((each) => each.run === run);
  if (mine) throw new UsageError(`run ${run} was not taken up again: ${mine.why}; mend that, then pitstop down and look again`);
}

/** null = the server was away and is back. */
async function statusOf(client: Client, run: string, terminal: Terminal, signal: AbortSignal): Promise<RunView | null> {
  try {
    return await client.runs.status({ run });
  } catch (error) {
    if (!serverIsGone(error)) throw error;
  }
  terminal.err('the server is gone; waiting for it to come back\n');
  const deadline = Date.now() + GONE_MS_MAX;
  while (Date.now() < deadline && !signal.aborted) {
    try {
      await refuseUndriven(client, run);
      return null;
    } catch (error) {
      if (!serverIsGone(error)) throw error;
    }
    await pause(LOOK_MS, null, { signal }).catch(() => undefined);
  }
  throw new SilentError(`the server did not come back; the run stays as it is, and pitstop status ${run} --wait starts it again`);
}

/** Whether something was answered, so that the next look is due at once. */
async function answerWaves(
  { terminal, user }: CliContext,
  client: Client,
  { run, answers }: Following,
  view: RunView,
  answered: Set<string>,
  painter: Painter,
): Promise<boolean> {
  const waves = answers === 'no' ? [] : askingWaves(view).filter(({ id }) => !answered.has(id));
  for (const { id, targets } of waves) {
    if (answers === 'ask') {
      painter.pause();
      const answer = await terminal.ask(`wave ${id} of ${targets} asks: go on? [y/N] `);
      if (!isYes(answer)) {
        answered.add(id);
        if (answer !== null) terminal.err(`left as it is; later: pitstop approve ${run} --gate ${id} --reason WHY\n`);
        continue;
      }
    }
    const reason = answers === 'yes' ? 'answered beforehand by run --yes' : 'answered at the terminal';
    const { leaves } = await client.runs.approve({ run, gate: id, targets: null, by: user, reason });
    // Where two people must say so, it goes on asking; this one has said it.
    answered.add(id);
    if (!terminal.interactive || waitsForSecond(leaves)) terminal.err(`${leaves}\n`);
  }
  return waves.length > 0;
}

/** Whether a word was only recorded, until somebody else says the same. */
export function waitsForSecond(leaves: string): boolean {
  return leaves.includes('a second person must say the same');
}

export function isYes(answer: string | null): boolean {
  return answer !== null && /^y(es)?$/i.test(answer);
}

interface Painter {
  show(view: RunView): void;
  /** The next view is drawn below what others write now. */
  pause(): void;
  last(view: RunView): void;
}

function inPlace(terminal: Terminal): Painter {
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) terminal.err(`\u001B[${drawn}A\u001B[J`);
    drawn = 0;
  };
  return {
    show(view) {
      const { columns, rows } = terminal.size();
      const lines = runLines(view, { columns, rows, color: terminal.color });
      erase();
      terminal.err(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    pause() {
      drawn = 0;
    },
    last(view) {
      terminal.err(`${endSentence(view)}\n`);
    },
  };
}

function inLines(terminal: Terminal): Painter {
  let said = '';
  let state = '';
  let saidAt = -Infinity;
  return {
    show(view) {
      const key = progressKey(view);
      const due = view.state !== state || performance.now() - saidAt >= LINE_MS;
      if (key === said || !due) return;
      terminal.err(`${progressLine(view)}\n`);
      said = key;
      state = view.state;
      saidAt = performance.now();
    },
    pause: () => undefined,
    last(view) {
      if (progressKey(view) !== said) terminal.err(`${progressLine(view)}\n`);
      terminal.err([endSentence(view), ...waysOn(view), ''].join('\n'));
    },
  };
}
