// The note that one shift hands to the next: where the run stands, who has what in hand, what was said, and what must be decided next.
import { foldNames } from '../fleet/nodeset.ts';
import { askedOf, type Asked } from './approval.ts';
import type { Chronicle } from './chronicle.ts';
import { saidOf, type SaidLine } from './said.ts';
import { hasFlag } from './state.ts';
import { FLAG, stageCode, type RunState } from './states.ts';
import { returnGateMet, statusOf, type RunStatus, type Straggler } from './status.ts';

/** Times in Unix ms. */
export interface Handover {
  readonly run: string;
  readonly at: number;
  /** Acts are those of so many hours before `at`. */
  readonly hours: number;
  readonly state: RunState;
  readonly heldBy: readonly string[];
  readonly baseline: number;
  readonly returned: number;
  readonly returnNeed: number;
  readonly timeZero: number | null;
  /** Mark -> minutes from time zero; null: not reached. */
  readonly marks: RunStatus['marks'];
  readonly waves: RunStatus['waves'];
  /** What the run waits for by itself, in words. */
  readonly waitingFor: readonly string[];
  /** Targets that a person, or somebody else's act, holds up. */
  readonly holds: readonly { readonly targets: string; readonly by: 'a person' | 'somebody else'; readonly cause: string }[];
  readonly stragglers: readonly Straggler[];
  readonly acts: readonly SaidLine[];
  /** Said by one person, waiting for a second. */
  readonly asked: readonly Asked[];
  /** What waits for a decision of people, the most pressing first. */
  readonly decisions: readonly string[];
  readonly turnBack: TurnBackWords | null;
}

/** Until when the run can turn back, as somebody has worked it out. */
export interface TurnBackWords {
  /** Unix ms; null: no moment is the last one, `words` says why. */
  readonly lastMs: number | null;
  readonly words: string;
}

interface Given {
  readonly run: string;
  readonly nowMs: number;
  readonly hours: number;
  readonly waitingFor: readonly string[];
  /** null: nobody has worked it out. */
  readonly turnBack: TurnBackWords | null;
}

const HOUR_MS = 3_600_000;
const PARKED = stageCode('parked');
const IN_HAND = 'a person';

export function handoverOf(chronicle: Chronicle, { run, nowMs, hours, waitingFor, turnBack }: Given): Handover {
  const status = statusOf(chronicle);
  const asked = askedOf(chronicle, nowMs);
  const { state, heldBy, baseline, returned, returnNeed, timeZero, marks, waves, stragglers } = status;
  return {
    run,
    at: nowMs,
    hours,
    state,
    heldBy,
    baseline,
    returned,
    returnNeed,
    timeZero,
    marks,
    waves,
    waitingFor,
    holds: holdsOf(chronicle),
    stragglers,
    acts: saidOf(chronicle, nowMs - hours * HOUR_MS),
    asked,
    decisions: decisionsOf(chronicle, status, asked),
    turnBack,
  };
}

function holdsOf({ program, state, cause }: Chronicle): Handover['holds'] {
  const groups = new Map<string, { by: 'a person' | 'somebody else'; cause: string; names: string[] }>();
  for (const [target, name] of program.targets.entries()) {
    if (state.stage[target] !== PARKED || !hasFlag(state, target, FLAG.held | FLAG.foreign)) continue;
    const by = hasFlag(state, target, FLAG.foreign) ? 'somebody else' : 'a person';
    const key = `${by} ${cause[target] ?? ''}`;
    const group = groups.get(key) ?? { by, cause: cause[target] ?? '', names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ by, cause: why, names }) => ({ targets: foldNames(names), by, cause: why }));
}

function decisionsOf(chronicle: Chronicle, { waves, stragglers, state }: RunStatus, asked: readonly Asked[]): string[] {
  const { run } = chronicle.state;
  const folded = (test: (one: Straggler) => boolean): string => foldNames(stragglers.filter(test).map(({ target }) => target));
  const waiting = ({ waitingFor }: Straggler): boolean => waitingFor.startsWith(IN_HAND);
  const untaken = folded((one) => waiting(one) && one.has === null);
  const taken = stragglers.filter((one) => waiting(one) && one.has !== null);
  return [
    ...asked.map(
      ({ by, word, gate, targets }) =>
        `${by} has said ${[word, gate, targets].filter(Boolean).join(' ')}: a second person must say the same`,
    ),
    ...(state === 'planned' && !run.confirmed ? ['the counts wait to be confirmed'] : []),
    ...(run.paused ? ['the run is paused: resume it, or recall'] : []),
    ...waves
      .filter(({ state: of }) => of === 'held')
      .map(({ id, failed, targets }) => `wave ${id}: ${failed} of ${targets} failed, its gate holds`),
    ...waves.filter(({ state: of }) => of === 'asking').map(({ id, targets }) => `wave ${id} with ${targets} targets asks to begin`),
    ...(run.returnGateHeld && !returnGateMet(chronicle) ? ['the return gate is not met: wait, mend, or approve it'] : []),
    ...(untaken === '' ? [] : [`nobody has ${untaken} in hand`]),
    ...taken.map(({ target, has, cause }) => `${target} is with ${has}: ${cause}`),
  ];
}
