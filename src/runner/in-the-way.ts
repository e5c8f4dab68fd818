// Two targets that hang on each other are never acted on at once: no adapter is reset and no node given back while its switch is being worked
// on, nor the other way round, and of switches that stand in for each other one at a time. Whoever was let go on first is waited for.
import { topologyOf } from '../core/fleet/topology.ts';
import type { ProgramStep } from '../core/run/program.ts';
import { hasFlag } from '../core/run/state.ts';
import { FLAG, nodeStateCode, stageCode } from '../core/run/states.ts';
import { standInsOf, targetsBehind } from './behind.ts';
import type { RunHost } from './host.ts';

const RUNNING = stageCode('running');
const OVER: ReadonlySet<number> = new Set((['returned', 'settled', 'dropped', 'skipped'] as const).map(stageCode));
const REBOOTING = nodeStateCode('rebooting');

interface Ties {
  /** Node -> devices that it feels. */
  readonly above: ReadonlyMap<number, readonly number[]>;
  /** By target: the turn in which its guard let it go on, and when (Unix ms). */
  readonly atIt: Map<number, { readonly turn: number; readonly at: number }>;
}

const KNOWN = new WeakMap<RunHost, Ties>();

/** Why this step must wait for another target of the run, in words; null: it need not. */
export function inTheWay(host: RunHost, target: number, step: ProgramStep): string | null {
  if (host.kind(target) !== 'node')
    return step.destructive ? (inTheWayOfDevice(host, target) ?? inTheWayOfManager(host, target, step)) : null;
  const returns = isReturn(step);
  if (!returns && !takesAdapters(step)) return null;
  const device = (tiesOf(host).above.get(target) ?? []).find((each) => (returns ? isActing(host, each) : isInWork(host, each)));
  return device === undefined ? null : `${host.name(device)}, on which it hangs and which is being worked on`;
}

/** Whether anything was done to the node, or to what it hangs on, that its links may not have outlived. */
export function wasTouched(host: RunHost, target: number): boolean {
  const above = tiesOf(host).above.get(target) ?? [];
  return [target, ...above].some((each) => hasFlag(host.chronicle.state, each, FLAG.changed));
}

/** Before adapters are reset: a leaf that did not come back from this run's work, and is not given up; null: none. */
export async function missingLeaf(host: RunHost, target: number, step: ProgramStep): Promise<string | null> {
  if (host.kind(target) !== 'node' || !takesAdapters(step)) return null;
  const { program, plan } = host.parts;
  const { state } = host.chronicle;
  for (const name of topologyOf(plan.fleet.document).leavesOf(host.name(target))) {
    const leaf = program.idOf.get(name);
    // One in work is looked at as well: it may be given up on while the others are looked at.
    if (leaf === undefined || OVER.has(state.stage[leaf] as number) || !hasFlag(state, leaf, FLAG.changed)) continue;
    const { facts } = await host.look(leaf, 'fabric');
    if (facts?.role !== 'fabric' || !facts.present) return `${name}, on which it hangs, to be seen in the fabric`;
  }
  return null;
}

/** The step of the target goes on; others that are tied to it wait until this attempt is over. */
export function goesOn(host: RunHost, target: number, turn: number): void {
  tiesOf(host).atIt.set(target, { turn, at: host.now() });
}

function inTheWayOfDevice(host: RunHost, target: number): string | null {
  const node = targetsBehind(host, target).find((each) => {
    const step = stepOf(host, each);
    return step !== undefined && (takesAdapters(step) || isReturn(step)) && isActing(host, each);
  });
  if (node !== undefined) return `${host.name(node)} behind it, which is being reset or given back`;
  const peer = standInsOf(host, target).find((each) => {
    const other = host.parts.program.idOf.get(each);
    return other !== undefined && isInWork(host, other);
  });
  return peer === undefined ? null : `${peer}, which stands in for it and is being worked on`;
}

/** Two switches of which one carries a subnet manager do not go at once: each would count on what the other takes away. A moment later it shows. */
function inTheWayOfManager(host: RunHost, target: number, step: ProgramStep): string | null {
  if (step.to !== REBOOTING || host.kind(target) !== 'switch') return null;
  const carries = (each: number): boolean => (host.chronicle.fabricBefore[each]?.managers.length ?? 0) > 0;
  const since = host.now() - host.parts.pace.callTimeoutMs;
  for (const [other, went] of tiesOf(host).atIt) {
    const justGoing = other !== target && went.at > since && host.alive(other, went.turn) && stepOf(host, other)?.to === REBOOTING;
    if (!justGoing || host.kind(other) !== 'switch' || !(carries(target) || carries(other))) continue;
    return `${host.name(other)}, which is just going down: one of the two carries a subnet manager`;
  }
  return null;
}

function takesAdapters({ action, destructive, to }: ProgramStep): boolean {
  if (action.kind === 'do') return ['reboot', 'power-cycle', 'ac-cycle', 'power-off'].includes(action.act);
  return destructive && to === REBOOTING;
}

const isReturn = ({ action }: ProgramStep): boolean => action.kind === 'do' && action.act === 'return';

/** Its guard has let this attempt go on, or had before a crash of this server. */
function isActing(host: RunHost, target: number): boolean {
  const { openIntent, state } = host.chronicle;
  const step = stepOf(host, target);
  if (state.stage[target] !== RUNNING || step === undefined || (!step.destructive && !isReturn(step))) return false;
  const went = tiesOf(host).atIt.get(target);
  return openIntent[target]?.step === step.id || (went !== undefined && host.alive(target, went.turn));
}

/** From its first destructive act until it was seen to be back. */
function isInWork(host: RunHost, target: number): boolean {
  const step = stepOf(host, target);
  if (isActing(host, target)) return true;
  const { state } = host.chronicle;
  return state.stage[target] === RUNNING && step !== undefined && !step.destructive && !step.early && hasFlag(state, target, FLAG.changed);
}

function stepOf(host: RunHost, target: number): ProgramStep | undefined {
  return host.parts.program.steps[host.chronicle.state.step[target] as number];
}

function tiesOf(host: RunHost): Ties {
  const known = KNOWN.get(host);
  if (known) return known;
  const above = new Map<number, number[]>();
  for (const target of host.parts.program.targets.keys()) {
    if (host.kind(target) === 'node') continue;
    for (const node of targetsBehind(host, target)) {
      const list = above.get(node) ?? [];
      above.set(node, list);
      list.push(target);
    }
  }
  const ties: Ties = { above, atIt: new Map() };
  KNOWN.set(host, ties);
  return ties;
}
