// How likely a target leaves the happy path at each step in one scenario for reasons that are too rare to draw target by target. From the
// same laws as the exact engine draws from.
import type { Plan } from '../../core/plan/plan.ts';
import { nodeSetOf, parseNodeSet, size } from '../../core/fleet/nodeset.ts';
import { parseLink } from '../../core/fleet/topology.ts';
import { expand } from '../../core/plan/expand.ts';
import { must } from '../../std/assert.ts';
import { normalTail } from '../../std/special.ts';
import type { Chance } from '../laws/chance.ts';
import type { SimModel } from '../model.ts';
import { plainName } from './scale.ts';

/** Mean number of links that a node of the full plan has to switches of a chain; empty: no switch disturbs its links. */
export type LinksPerNode = ReadonlyMap<number, number>;

/** Of the targets that come to a step, the share that leaves the happy path there because its time runs out, and because a link is gone. */
export interface StepRisk {
  readonly late: number;
  readonly gone: number;
}

/**
 * By step of the program, in the scenario that `chance` was reset to. Attempts that fail and defects are not among them: those are drawn
 * target by target (stragglers.ts).
 */
export function risksOf({ program, laws }: SimModel, chance: Chance, links: LinksPerNode): StepRisk[] {
  const risks: StepRisk[] = program.steps.map(() => ({ late: 0, gone: 0 }));
  for (const [index, chain] of program.chains.entries()) {
    const isNode = program.waves.some(({ kind, members }) => kind === 'node' && program.chainOf[members[0] ?? -1] === index);
    let looked = !isNode;
    for (let id = chain.first; id < chain.end; id++) {
      const { looks, time } = must(laws.steps[id], 'a law');
      const { timeoutMs, attempts } = must(program.steps[id], 'a step');
      const late = lateShare(chance.medianMs(id), time.logSd, timeoutMs);
      // An attempt that fails in time is followed by another one, which may be late.
      const again = (1 - late) * chance.failShare(id);
      const everLate = again >= 1 ? 0 : (late * (1 - again ** attempts)) / (1 - again);
      risks[id] = { late: everLate, gone: looks && !looked ? linkRisk(chance, links) : 0 };
      looked ||= looks;
    }
  }
  return risks;
}

function lateShare(medianMs: number, logSd: number, timeoutMs: number | null): number {
  if (timeoutMs === null || medianMs <= 0) return 0;
  if (logSd === 0) return medianMs > timeoutMs ? 1 : 0;
  return normalTail(Math.log(timeoutMs / medianMs) / logSd);
}

function linkRisk(chance: Chance, links: LinksPerNode): number {
  let allThere = 1;
  for (const [chain, count] of links) allThere *= (1 - chance.disturbShare(chain)) ** count;
  return 1 - allThere;
}

/** Counted once a model: the folded links of a large fleet are many. */
export function linksPerNode(full: Plan, { program, laws }: SimModel): LinksPerNode {
  const perNode = new Map<number, number>();
  if (laws.chains.every(({ disturbs }) => disturbs === null)) return perNode;
  const chainOfSwitch = new Map<string, number>();
  for (const wave of full.waves) {
    const chain = program.chains.findIndex(({ id }) => plainName(id) === wave.procedure);
    if (chain >= 0 && laws.chains[chain]?.disturbs) for (const name of expand(wave.targets)) chainOfSwitch.set(name, chain);
  }
  const nodes = size(nodeSetOf(full.waves.filter(({ kind }) => kind === 'node').flatMap(({ targets }) => [...expand(targets)])));
  for (const link of full.fleet.document.clusters.flatMap((cluster) => cluster.links)) {
    const ends = parseLink(link);
    const chain = chainOfSwitch.get(ends?.to ?? '');
    const parsed = ends && chain !== undefined ? parseNodeSet(ends.from) : null;
    if (chain !== undefined && parsed?.ok) perNode.set(chain, (perNode.get(chain) ?? 0) + size(parsed.set) / Math.max(1, nodes));
  }
  return perNode;
}
