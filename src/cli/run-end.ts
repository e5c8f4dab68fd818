// When watching a run is over, with which exit code, and who could do what about a run that stands still. Pure: views in, words out.
import type { RunView } from '../api/contract/schemas.ts';
import { foldNames, parseNodeSet, size } from '../core/fleet/nodeset.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** `returned`: the gate is met. `settled`: every target is back or a named straggler too. */
export type Until = 'returned' | 'settled';

/**
 * The exit code with which watching ends, or null while it goes on. Somebody at a terminal can act on a held run, so there it goes on.
 * A wave that only asks for its approval holds the run too; `answered` says that this watcher will answer it.
 */
export function endOf(view: RunView, watch: { interactive: boolean; until: Until; answered: boolean }): ExitCode | null {
  if (view.state === 'aborted') return EXIT.no;
  if (view.state === 'settled') return EXIT.done;
  if (view.state === 'returned') return watch.until === 'returned' || onlyPeopleLeft(view) ? EXIT.done : null;
  if (isShort(view)) return EXIT.no;
  if (view.state !== 'held' || watch.interactive) return null;
  return watch.answered && onlyAsks(view) ? null : EXIT.no;
}

/** Nothing happens by itself any more: every target is through, or is a straggler that waits for people. */
export function onlyPeopleLeft({ stages, stragglers }: RunView): boolean {
  const { settled: _, skipped: __, straggling = '', dropped = '', parked = '', ...moving } = stages;
  if (Object.keys(moving).length > 0) return false;
  const left = parseNodeSet([straggling, dropped, parked].filter((set) => set !== '').join(','));
  return left.ok && size(left.set) === stragglers.length;
}

/** The window is over with the gate unmet. Before anything was drained there was no window yet to be over. */
function isShort(view: RunView): boolean {
  return view.short && view.timeZero !== null;
}

/** Waves that wait for a yes, in mode confirm. */
export function askingWaves(view: RunView): RunView['waves'] {
  return view.waves.filter((wave) => wave.state === 'asking');
}

function onlyAsks(view: RunView): boolean {
  return askingWaves(view).length > 0 && view.heldBy.length === askingWaves(view).length;
}

/** The last word on a run, for people. */
export function endSentence(view: RunView): string {
  const back = `${view.returned} of ${view.baseline} are back`;
  const open = view.stragglers.length === 0 ? '' : `; stragglers: ${foldNames(view.stragglers.map(({ target }) => target))}`;
  if (view.state === 'settled') return `${view.run} is settled: ${back}${open}`;
  if (view.state === 'returned')
    return `${view.run} has returned: ${back}, the gate asked for ${view.returnNeed}${open}; the server works on`;
  if (view.state === 'aborted') {
    const rest =
      view.finishedAt === null
        ? '; what was changed goes on to validation and return, and its targets are free for other runs after that'
        : '';
    return `${view.run} is aborted: ${back}${rest}`;
  }
  if (isShort(view)) return `${view.run} is short: its window is over, ${back}, the gate asks for ${view.returnNeed}${open}`;
  if (view.state === 'held') return `${view.run} is held by ${view.heldBy.join('; ')}`;
  return `${view.run} is ${view.state}: ${back}`;
}

/** Commands that would move a run that is held or paused on, with who may give them. */
export function waysOn(view: RunView): string[] {
  // What others do is theirs to move on.
  if (view.origin !== 'run') return [];
  const ways: string[] = [];
  const say = (what: string, command: string): void => void ways.push(`${what}: pitstop ${command} --reason WHY`);
  for (const wave of view.waves) {
    if (wave.state === 'asking') say(`the operator lets wave ${wave.id} begin`, `approve ${view.run} --gate ${wave.id}`);
    if (wave.state === 'held') say(`the maintenance lead goes on in spite of wave ${wave.id}`, `approve ${view.run} --gate ${wave.id}`);
  }
  if (view.heldBy.includes('return gate')) say('the maintenance lead accepts what is back', `approve ${view.run} --gate return`);
  for (const held of view.heldBy) {
    const targets = /^targets held: (.+)$/.exec(held)?.[1];
    if (targets !== undefined) say('the operator lifts it', `resume ${view.run} --targets '${targets}'`);
  }
  if (view.state === 'paused') say('the operator goes on', `resume ${view.run}`);
  if (view.state === 'held') {
    const waiting = view.stragglers.find(({ waitingFor }) => waitingFor.startsWith('a person'));
    if (waiting) say('the hardware crew settles a straggler', `straggler ${view.run} ${waiting.target} retry|fixed|drop`);
    say('the maintenance lead turns back', `recall ${view.run}`);
  }
  return ways;
}
