// The two acts: nodes into the run's silences and out of them. Others' are never touched, a new silence stands before the old one goes,
// and only what the server then shows is believed.
import type { Act, ActRequest, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { JsonObject } from '../../std/json.ts';
import { AlertmanagerError, type AlertmanagerClient, type Silence } from './client.ts';
import { markOf, runOf, type Coverage } from './coverage.ts';

type AlertsAct = Extract<Act, { readonly role: 'alerts' }>;
type SilenceAct = Extract<AlertsAct, { readonly do: 'silence' }>;

const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const WHY_CHARACTERS_MAX = 200;
/** Alertmanager keeps milliseconds; other servers may not. */
const ROUNDING_MS = 1_000;

/** A silence of this run that stands, with the nodes in it. */
interface Own {
  readonly silence: Silence;
  readonly targets: readonly string[];
  /** false: somebody changed it, or it was made with other options; then nobody knows its nodes, and it has none here. */
  readonly readable: boolean;
}

export class Silences {
  readonly #client: AlertmanagerClient;
  readonly #coverage: Coverage;
  /** By run: what was to be silent and is not yet to sound again, so that a silence which somebody else ended comes back with the next act. */
  readonly #wanted = new Map<string, Set<string>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: AlertmanagerClient, coverage: Coverage) {
    this.#client = client;
    this.#coverage = coverage;
  }

  /** One act after the other: two that change one silence would undo each other. */
  act(request: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const mine = this.#last.then(() => this.#act(request, signal));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #act({ act, targets, deadline }: ActRequest, outer: AbortSignal): Promise<Result[]> {
    assert(act.role === 'alerts', `the alertmanager driver was asked for the role ${act.role}`);
    assert(RUN.test(act.run), `not a run id: ${JSON.stringify(act.run)}`);
    if (targets.length === 0) return [];
    const { clock } = this.#client;
    const leftMs = deadline - clock.now();
    if (leftMs <= 0) return allOf(targets, 'refused', { why: 'its deadline passed before it could start' });
    if (act.do === 'silence' && act.until <= clock.now()) return allOf(targets, 'refused', { why: 'it would end before it began' });
    const late = new AbortController();
    const cancel = clock.after(Math.min(leftMs, 2_147_483_647), () => late.abort());
    const signal = AbortSignal.any([outer, late.signal]);
    try {
      return act.do === 'silence' ? await this.#silence(act, targets, signal) : await this.#unsilence(act.run, targets, signal);
    } finally {
      cancel();
    }
  }

  async #silence(act: SilenceAct, targets: readonly string[], signal: AbortSignal): Promise<Result[]> {
    const wanted = this.#wanted.get(act.run) ?? new Set<string>();
    const all = [...new Set([...targets, ...wanted])];
    const change = async (own: readonly Own[]): Promise<void> => {
      for (const target of all) wanted.add(target);
      this.#wanted.set(act.run, wanted);
      await this.#cover(act, all, own, signal);
    };
    const { error, sent, own } = await this.#changed(act.run, signal, change);
    const shown = new Map(own.flatMap(({ silence, targets: names }) => names.map((name) => [name, silence] as const)).toSorted(byEnd));
    return targets.map((target): Result => {
      const silence = shown.get(target);
      if (silence && silence.endsAt >= act.until - ROUNDING_MS) {
        return { target, outcome: 'done', evidence: { silence: silence.id, until: silence.endsAt } };
      }
      const why = error ?? 'Alertmanager took it, but does not show it';
      return { target, outcome: sent ? 'unknown' : 'refused', evidence: { why } };
    });
  }

  async #unsilence(run: string, targets: readonly string[], signal: AbortSignal): Promise<Result[]> {
    const wanted = this.#wanted.get(run);
    for (const target of targets) wanted?.delete(target);
    if (wanted?.size === 0) this.#wanted.delete(run);
    const gone = new Set(targets);
    const { error, sent, own } = await this.#changed(run, signal, (before) => this.#uncover(run, gone, before, signal));
    const left = new Map(own.flatMap(({ silence, targets: names }) => names.map((name) => [name, silence.id] as const)));
    const strange = own.find((one) => !one.readable);
    return targets.map((target): Result => {
      const still = left.get(target);
      if (error === null && still === undefined) {
        if (strange === undefined) return { target, outcome: 'done', evidence: {} };
        const why = `silence ${strange.silence.id} of this run was changed by hand, or made with other options: end it in Alertmanager`;
        return { target, outcome: 'unknown', evidence: { why } };
      }
      const why = error ?? `Alertmanager took it, but still shows it in ${still}`;
      return { target, outcome: sent ? 'unknown' : 'refused', evidence: { why, ...(still === undefined ? {} : { silence: still }) } };
    });
  }

  /** Looks, changes, and looks again: what the last look shows, and what went wrong. `sent` false: nothing was changed. */
  async #changed(
    run: string,
    signal: AbortSignal,
    change: (own: readonly Own[]) => Promise<void>,
  ): Promise<{ readonly error: string | null; readonly sent: boolean; readonly own: readonly Own[] }> {
    let before: readonly Own[];
    try {
      before = await this.#own(run, signal);
    } catch (error) {
      return { error: wordsOf(error), sent: false, own: [] };
    }
    let failure: AlertmanagerError | null = null;
    try {
      await change(before);
    } catch (error) {
      if (!(error instanceof AlertmanagerError)) throw error;
      failure = error;
    }
    try {
      const own = await this.#own(run, signal);
      // With several silences an earlier one may have been changed before the one that was refused.
      const sent = failure === null || failure.sent || !sameIds(before, own);
      return { error: failure && wordsOf(failure), sent, own };
    } catch (error) {
      return { error: failure ? wordsOf(failure) : `it cannot be seen whether it was done: ${wordsOf(error)}`, sent: true, own: [] };
    }
  }

  /** The run's silences that stand. */
  async #own(run: string, signal: AbortSignal): Promise<Own[]> {
    const silences = await this.#client.silences(signal);
    return silences
      .filter((silence) => silence.status.state === 'active' && runOf(silence) === run)
      .map((silence) => {
        const targets = this.#coverage.targetsOf(silence);
        return { silence, targets: targets ?? [], readable: targets !== null };
      });
  }

  async #cover(act: SilenceAct, targets: readonly string[], own: readonly Own[], signal: AbortSignal): Promise<void> {
    const covered = new Set(own.flatMap((one) => one.targets));
    const missing = targets.filter((target) => !covered.has(target));
    const room =
      missing[0] === undefined
        ? undefined
        : own.find((one) => one.targets.length > 0 && this.#coverage.fits(one.targets, missing[0] ?? ''));
    for (const { silence } of own) {
      if (silence !== room?.silence && silence.endsAt < act.until) await this.#client.extend(silence, act.until, signal);
    }
    const comment = `${markOf(act.run)} ${act.why.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()}`.trim().slice(0, WHY_CHARACTERS_MAX);
    const end = Math.max(act.until, room?.silence.endsAt ?? 0);
    const parts = this.#parts(room?.targets ?? [], missing);
    for (const part of parts) {
      await this.#client.add({ matchers: this.#coverage.matchersOf(part), createdBy: markOf(act.run), comment, endsAt: end }, signal);
    }
    if (room) await this.#client.expire(room.silence.id, signal);
  }

  async #uncover(run: string, gone: ReadonlySet<string>, own: readonly Own[], signal: AbortSignal): Promise<void> {
    for (const { silence, targets } of own) {
      const rest = targets.filter((target) => !gone.has(target));
      if (rest.length === targets.length) continue;
      const { comment, endsAt } = silence;
      if (rest.length > 0) {
        await this.#client.add({ matchers: this.#coverage.matchersOf(rest), createdBy: markOf(run), comment, endsAt }, signal);
      }
      await this.#client.expire(silence.id, signal);
    }
  }

  #parts(begin: readonly string[], more: readonly string[]): string[][] {
    if (more.length === 0) return [];
    const parts: string[][] = [[...begin]];
    for (const target of more) {
      const part = parts.at(-1) ?? [];
      if (this.#coverage.fits(part, target)) part.push(target);
      else parts.push([target]);
    }
    return parts;
  }
}

function byEnd(a: readonly [string, Silence], b: readonly [string, Silence]): number {
  return a[1].endsAt - b[1].endsAt;
}

function sameIds(a: readonly Own[], b: readonly Own[]): boolean {
  const ids = (list: readonly Own[]): string =>
    list
      .map(({ silence }) => `${silence.id} ${silence.endsAt}`)
      .toSorted()
      .join();
  return ids(a) === ids(b);
}

function allOf(targets: readonly string[], outcome: Result['outcome'], evidence: JsonObject): Result[] {
  return targets.map((target) => ({ target, outcome, evidence }));
}

function wordsOf(error: unknown): string {
  if (error instanceof AlertmanagerError) return `Alertmanager: ${error.message}`;
  throw error;
}
