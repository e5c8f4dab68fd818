// Until when a run can turn back: from the end of the window back by what the way back takes.
import { joined } from '../../report/document.ts';
import type { ProposalTurnBack } from '../../report/proposal.ts';
import { must } from '../../std/assert.ts';
import type { Chain, ProgramStep } from '../../core/run/program.ts';
import { NODE_STATES, type NodeState } from '../../core/run/states.ts';
import type { SimModel } from '../../sim/model.ts';
import { changes, hasWayBack, timeOf, wayBack, type Takes } from '../../sim/propose/way-back.ts';
import { minutesOf, type Material } from './material.ts';

type Step = ProposalTurnBack['steps'][number];

export function turnBackOf(material: Material): ProposalTurnBack {
  const chains = chainsIn(material);
  const ends = chains.map((chain) => windowEndMin(material, chain));
  const steps = chains.flatMap((chain, i) => stepsOf(material.watched.model, chain, ends[i] ?? null));
  const last = Math.min(...chains.flatMap((chain, i) => lastOf(material, chain, ends[i] ?? null) ?? []));
  return {
    // Who would have to turn back before he begins cannot turn back.
    lastMin: Number.isFinite(last) && last > 0 ? last : null,
    words: wordsOf(material, chains),
    steps,
  };
}

/** The chains that targets in scope go through. */
function chainsIn({ watched, scope, plan }: Material): Chain[] {
  const { program } = watched.model;
  const used = new Set(scope.waves.flatMap((wave) => program.chainOf[program.waves[wave]?.members[0] ?? -1] ?? []));
  return [...used].map((chain) => must(program.chains[chain], 'a chain')).filter(({ id }) => plan.procedures[id] !== undefined);
}

/** The earliest end, over the clusters of a chain, of the window in which its work begins; minutes from the origin. */
function windowEndMin(material: Material, chain: Chain): number | null {
  const { plan, watched, scope, forecast } = material;
  const start = watched.procedures.get(chain.id)?.start.p50Min ?? 0;
  const clusters = new Set(
    scope.waves.flatMap((wave) => {
      const { procedure, cluster } = must(plan.waves[wave], 'a wave');
      return procedure === chain.id ? [cluster] : [];
    }),
  );
  const ends = [...clusters].map((name) => {
    const own = plan.policy.windows.filter(({ cluster }) => cluster === name).map(({ toMin }) => toMin);
    const after = own.filter((toMin) => toMin > start + (forecast.windowMin ?? 0));
    return after.length === 0 ? Infinity : Math.min(...after);
  });
  const end = Math.min(...ends);
  return Number.isFinite(end) ? minutesOf(material, end) : null;
}

/** One without a way back must not have changed anything yet. null: nothing sets a time, neither a window nor a first change. */
function lastOf({ watched }: Material, chain: Chain, endMin: number | null): number | null {
  if (!changes(watched.model, chain)) return endMin;
  if (hasWayBack(chain)) return endMin === null ? null : endMin - wayBack(watched.model, chain).takesMin;
  const firstMin = watched.procedures.get(chain.id)?.change.p10Min ?? null;
  return firstMin === null || endMin === null ? firstMin : Math.min(firstMin, endMin);
}

function stepsOf(model: SimModel, chain: Chain, endMin: number | null): Step[] {
  const forward = model.program.steps.slice(chain.first, chain.end);
  const firstChange = forward.findIndex(({ destructive }) => destructive);
  const changed = (at: number): boolean => firstChange >= 0 && at >= firstChange;
  const giveBack = timeOf(model, forward.slice(-1));
  return forward.flatMap((step, at): Step[] => {
    // After the last one the target is back, and what runs there is changed by another plan.
    if (at === forward.length - 1) return [];
    const back = !changed(at) ? (step.early ? NOTHING : giveBack) : hasWayBack(chain) ? wayBack(model, chain) : null;
    return [
      {
        step: `${step.name} (${chain.id})`,
        leaves: leaves(step, changed(at)),
        back,
        onMin: timeOf(model, forward.slice(at + 1)).takesMin,
        lastMin: back === null || endMin === null ? null : endMin - back.takesMin,
      },
    ];
  });
}

const NOTHING: Takes = { takesMin: 0, n: 0, source: 'nothing to undo' };

function leaves({ early, to }: ProgramStep, changed: boolean): string {
  if (early) return 'in service, with files that it does not use yet';
  if (!changed) return 'out of service, unchanged';
  const state = NODE_STATES[to];
  return `out of service, ${(state && STATE_WORDS[state]) ?? 'changed'}`;
}

const STATE_WORDS: Partial<Record<NodeState, string>> = {
  updating: 'changed, not yet activated',
  rebooting: 'on the new version, nobody has looked yet',
  conforming: 'on the new version, seen to run it',
  validating: 'on the new version, validated',
};

function wordsOf({ plan, scope, watched }: Material, chains: readonly Chain[]): string {
  const bare = chains.filter((chain) => changes(watched.model, chain) && !hasWayBack(chain)).map(({ id }) => id);
  const windows = plan.policy.windows.some(({ cluster }) => scope.clusters.has(cluster));
  const counted =
    'The way back is counted until 19 of 20 targets that begin together are through, on 19 of 20 nights, from the laws of its steps';
  const how = windows ? `A last time is the end of the window in which the work begins, less the way back. ${counted}.` : `${counted}.`;
  const lost =
    bare.length === 0
      ? ''
      : `${joined(bare)} ${bare.length === 1 ? 'has' : 'have'} no way back: whatever is changed must be finished, so the whole run turns back only before the first change (in nine of ten scenarios it comes later than the time given). `;
  return lost + how;
}
