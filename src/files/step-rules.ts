// What may go together in one step of a procedure: who can do what, and what a push, an update, a check or a read asks for.
import { usesPlaceholder } from '../core/change/placeholders.ts';
import { argvOf } from '../core/change/procedure.ts';
import type { Check, DoAct, Step, StepAction } from '../core/change/procedure.ts';
import type { Role } from '../core/ports.ts';
import type { Path } from './document.ts';
import type { WrittenStep } from './procedure-schema.ts';
import { Refusal } from './schema.ts';
import type { Problems } from './schema.ts';

type Ruled = Pick<Step, 'name' | 'to' | 'by' | 'action' | 'early' | 'destructive'>;
type Place = (key?: string) => Path;

/** Who does it where the file does not say. */
export function roleOf(action: StepAction): Role {
  if (action.kind === 'update') return 'bmc';
  return action.kind === 'do' ? (rolesOfAct(action.act)[0] ?? 'bmc') : 'shell';
}

/** The state it leads to where the file does not say; null: none. */
export function stateOf(action: StepAction): Step['to'] {
  if (action.kind === 'update') return 'updating';
  return action.kind === 'do' && action.act === 'links' ? 'conforming' : null;
}

/** Nobody works on the target any more once it has begun. */
export function stopsTarget(action: StepAction): boolean {
  return action.kind === 'do' && action.act !== 'drain' && action.act !== 'links';
}

/** Adds what is wrong with the step; `place` gives the path of the step or of one of its keys. */
export function checkStep(step: Ruled, written: WrittenStep, problems: Problems, place: Place): void {
  const { action, by } = step;
  const allowed = rolesOf(action);
  if (!allowed.includes(by)) problems.add(place('by'), new Refusal('cannot do this', `write by: ${allowed.join(' or ')}`, { value: by }));
  if (action.kind === 'do') checkAct(step, action.act, written, problems, place);
  if (action.kind === 'push') checkPush(step, action, problems, place);
  if (action.kind === 'read') checkReads(step, action.read, problems, place);
  if (action.kind === 'check') for (const [i, check] of action.checks.entries()) checkCheck(check, problems, [...place('check'), i]);
  if (step.early && (step.to !== null || step.destructive)) {
    const key = step.to === null ? 'destructive' : 'to';
    problems.add(place(key), new Refusal('an early step leaves the target in service', `take "${key}" or "early" out`));
  }
  if (step.destructive && (step.to === null || step.to === 'draining') && !step.early) {
    problems.add(
      place('to'),
      new Refusal('a destructive step needs its state', 'write to: updating or to: rebooting', { value: step.name }),
    );
  }
}

/** The usual one first. */
function rolesOfAct(act: DoAct): readonly Role[] {
  if (act === 'drain') return ['scheduler', 'allocator'];
  if (act === 'reboot') return ['shell'];
  if (act === 'links') return ['fabric'];
  // Only a BMC knows of standby power.
  return act === 'ac-cycle' ? ['bmc'] : ['bmc', 'fabric'];
}

function rolesOf(action: StepAction): readonly Role[] {
  if (action.kind === 'do') return rolesOfAct(action.act);
  if (action.kind === 'push') return ['shell'];
  if (action.kind === 'update') return ['bmc'];
  return action.kind === 'read' ? ['shell', 'local', 'fabric', 'bmc'] : ['shell', 'local', 'fabric'];
}

function checkAct(step: Ruled, act: DoAct, written: WrittenStep, problems: Problems, place: Place): void {
  if (act === 'drain') {
    if (step.to !== 'draining')
      problems.add(place('to'), new Refusal('a drain leads to draining', 'write to: draining', { value: step.name }));
    if (written.timeout !== undefined) problems.add(place('timeout'), new Refusal('a drain is escalated, never timed out', 'take it out'));
  } else if (act === 'links') {
    if (step.early) problems.add(place('early'), new Refusal('links are looked at after the change', 'take "early" out'));
    else if (step.to !== 'conforming') problems.add(place('to'), new Refusal('links are a part of conforming', 'write to: conforming'));
    if (step.destructive) problems.add(place('destructive'), new Refusal('waiting for links changes nothing', 'take "destructive" out'));
  } else if (!step.destructive) {
    const mend = 'take "destructive: false" out: the target must be seen cleared first';
    problems.add(place('destructive'), new Refusal(`${act === 'ac-cycle' ? 'an' : 'a'} ${act} is always destructive`, mend));
  }
}

function checkPush({ destructive }: Ruled, action: Extract<StepAction, { kind: 'push' }>, problems: Problems, place: Place): void {
  if (destructive) {
    const mend = 'take "destructive" out, and let a step of its own install the file';
    problems.add(place('destructive'), new Refusal('a push puts a file there and no more', mend));
  }
  if (!action.to.startsWith('/')) {
    problems.add(
      [...place('push'), 'to'],
      new Refusal('is no absolute path', 'write the whole path on the node, from /', { value: action.to }),
    );
  }
  if (action.to.endsWith('/')) {
    problems.add([...place('push'), 'to'], new Refusal('is a folder', 'write the path of the file itself', { value: action.to }));
  }
  for (const [key, words, name] of [
    ['from', action.from, 'node'],
    ['from', action.from, 'previous'],
    ['to', action.to, 'previous'],
  ] as const) {
    if (!usesPlaceholder([words], name)) continue;
    const mend =
      key === 'from' ? 'all nodes get the one file of this SHA-256; {version} may stand here' : '{node} and {version} may stand here';
    problems.add([...place('push'), key], new Refusal(`{${name}} cannot stand here`, mend, { value: `{${name}}` }));
  }
}

function checkReads({ by }: Ruled, read: Extract<StepAction, { kind: 'read' }>['read'], problems: Problems, place: Place): void {
  if (by !== 'bmc') return;
  for (const [component, reading] of Object.entries(read)) {
    const path = [...place('read'), component];
    const mend = `write ${component}: [ID], the one id of the BMC's firmware inventory`;
    if ('run' in reading) problems.add(path, new Refusal('a BMC runs no command', mend, { value: component }));
    else if (argvOf(reading).length !== 1) {
      problems.add(path, new Refusal(`a BMC is asked for one id, not for ${reading.length} words`, mend, { value: reading.join(' ') }));
    }
  }
}

function checkCheck({ nodes, run, as, busbwMin }: Check, problems: Problems, path: Path): void {
  const inRun = (index: number): Path => [...path, 'run', index];
  const list = run.findIndex((word) => word.includes('{nodes}') && word !== '{nodes}');
  if (list >= 0) {
    const mend = 'write "{nodes}" as an argument of its own: it becomes one argument for each node';
    problems.add(inRun(list), new Refusal('{nodes} is within an argument', mend, { value: run[list] ?? '' }));
  }
  const listed = run.findIndex((word) => word === '{nodes}');
  if (nodes === 1 && listed >= 0) {
    problems.add(inRun(listed), new Refusal('the check is of one node', 'write {node}, or say how many: nodes: 2', { value: '{nodes}' }));
  }
  if (nodes !== 1 && !run.some((word) => word.includes('{nodes}'))) {
    const mend = 'add "{nodes}" to its run, or take "nodes" out';
    problems.add([...path, 'nodes'], new Refusal('its command is not told which nodes', mend, { value: String(nodes) }));
  }
  const rail = run.findIndex((word) => word.includes('{rail}'));
  if (nodes !== 'rail' && rail >= 0) {
    problems.add(inRun(rail), new Refusal('only a check of a rail has its number', 'write nodes: rail', { value: '{rail}' }));
  }
  if (busbwMin !== undefined && as !== 'nccl') {
    problems.add([...path, 'busbwMin'], new Refusal('nobody reads a bus bandwidth', 'write as: nccl beside it', { value: 'busbwMin' }));
  }
}
