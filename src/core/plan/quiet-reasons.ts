// The plan report's words on who stands still for whom, and why.
import type { Policy } from '../change/policy.ts';
import { fold } from '../fleet/nodeset.ts';
import { unionOf } from './affected.ts';
import { isBeside, type Draft, type KindWork } from './draft.ts';
import type { PlanReport } from './plan.ts';
import { firstWork, isHeld, overlaps, waitsForQuiet } from './quiet.ts';

type Reason = PlanReport['why'][number];

/** Nothing for a plan in which nothing waits for quiet and nothing runs beside work. */
export function quietReasons(drafts: readonly Draft[], policy: Policy): Reason[] {
  const quiet = drafts.filter(waitsForQuiet);
  const nodes = drafts.filter((draft) => draft.work.kind === 'node' && isHeld(draft));
  return [...quietOnes(quiet), ...[...works(nodes)].flatMap((work) => heldOnes(work, nodes, quiet, policy)), ...spines(drafts, policy)];
}

function quietOnes(quiet: readonly Draft[]): Reason[] {
  return [...works(quiet)].map(({ kind }) => ({
    about: `${kind} quiet`,
    text: `a ${kind} is worked on once every node that it takes something from is cleared or out of the run; then all of a wave go at once`,
  }));
}

function heldOnes(work: KindWork, nodes: readonly Draft[], quiet: readonly Draft[], policy: Policy): Reason[] {
  const own = nodes.filter((draft) => draft.work === work);
  const kinds = [...works(quiet)].map(({ kind }) => kind).join(' and ');
  if (own.some(({ role }) => role === 'behind')) {
    const text = `${fold(unionOf(own.map(({ targets }) => targets)))}: nothing is done to them; they are drained, stand still while the ${kinds} behind which they lie is worked on, and are given back`;
    return [{ about: 'nodes behind', text }];
  }
  const first = firstWork(work.procedure);
  const steps = [...new Set(own.flatMap(({ holds }) => [...holds.keys()]))];
  const activation = steps.find((step) => step !== first);
  const out: Reason[] = [];
  const held = `nodes are drained at once, and wait before ${activation ?? first} until the ${kinds} waves have passed their gates`;
  out.push({ about: 'node hold', text: activation ? `${held}; what comes before it goes on beside them (policy.overlap)` : held });
  if (!activation && policy.overlap.length > 0) out.push(...notOverlapped(work, quiet, policy));
  const canaries = drafts(nodes, 'canary');
  if (canaries.size > 0 && own.some(({ holds }) => [...(holds.get(first) ?? [])].some((id) => canaries.has(id)))) {
    const text = `its gate is a hold: the other nodes are drained with it, because the ${kinds} waves need them quiet anyhow, and wait for it before ${first}`;
    out.push({ about: 'node canary', text });
  }
  return out;
}

/** A chain waits as its most careful component asks. */
function notOverlapped({ procedure }: KindWork, quiet: readonly Draft[], policy: Policy): Reason[] {
  const others = [...works(quiet)].filter((work) => !overlaps(procedure, work.procedure, policy));
  const named = new Set(policy.overlap.flat());
  if (!others.some((work) => Object.keys(work.procedure.components).some((component) => named.has(component)))) return [];
  const [ours, theirs] = [Object.keys(procedure.components), others.flatMap((work) => Object.keys(work.procedure.components))];
  const text = `policy.overlap does not name each of ${ours.join(', ')} with each of ${theirs.join(', ')}; they share one chain, so it waits as a whole`;
  return [{ about: 'node hold', text }];
}

function spines(drafts: readonly Draft[], policy: Policy): Reason[] {
  if (!policy.redundant) return [];
  const beside = drafts.filter(isBeside);
  if (beside.length === 0) return [];
  const names = fold(unionOf(beside.map(({ targets }) => targets)));
  return [
    {
      about: 'redundant',
      text: `${names}: one at a time, while others of their role carry work (policy.redundant); leaves wait for quiet nodes`,
    },
  ];
}

function drafts(nodes: readonly Draft[], role: Draft['role']): ReadonlySet<string> {
  return new Set(nodes.filter((draft) => draft.role === role).map(({ id }) => id));
}

function works(list: readonly Draft[]): ReadonlySet<KindWork> {
  return new Set(list.map(({ work }) => work));
}
