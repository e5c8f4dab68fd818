// What may go wrong in a plan, how likely its numbers make that, and what is done then.
import { showMinutes } from '../../chart/scale.ts';
import { assumptionsOf } from '../../core/forecast/assumptions.ts';
import type { Chain } from '../../core/run/program.ts';
import type { ProposalRisk } from '../../report/proposal.ts';
import { must } from '../../std/assert.ts';
import { counted, showCount } from '../../std/share.ts';
import type { Material } from './material.ts';
import { waysWords } from './stages.ts';

interface Weighed {
  readonly risk: ProposalRisk;
  /** How many it is expected to hit, to put the dearest first. */
  readonly targets: number;
}

const RISKS_MAX = 12;

export function risksOf(material: Material): ProposalRisk[] {
  const chains = chainsIn(material);
  const all = [
    ...chains.flatMap((chain) => [...stepRisks(material, chain), ...hiddenRisks(material, chain)]),
    ...faultRisks(material),
  ].toSorted((a, b) => b.targets - a.targets);
  return [...runRisks(material, chains), ...all.slice(0, RISKS_MAX).map(({ risk }) => risk)];
}

interface Chained {
  readonly chain: Chain;
  readonly count: number;
}

function chainsIn({ watched, scope }: Material): Chained[] {
  const { program } = watched.model;
  const counts = new Map<number, number>();
  for (const wave of scope.waves) {
    for (const target of program.waves[wave]?.members ?? []) {
      const chain = program.chainOf[target] as number;
      counts.set(chain, (counts.get(chain) ?? 0) + 1);
    }
  }
  return [...counts].map(([chain, count]) => ({ chain: must(program.chains[chain], 'a chain'), count }));
}

function stepRisks({ plan, watched }: Material, { chain, count }: Chained): Weighed[] {
  const { program, laws } = watched.model;
  const procedure = must(plan.procedures[chain.id], 'a procedure');
  return program.steps.slice(chain.first, chain.end).flatMap(({ id, name, attempts }): Weighed[] => {
    const { fails } = must(laws.steps[id], 'a law');
    if (fails.share <= 0) return [];
    const hit = count * fails.share ** attempts;
    const tries = attempts === 1 ? '' : `, after ${attempts} attempts each`;
    return [
      {
        targets: hit,
        risk: {
          what: `${name} (${chain.id}) fails on a ${procedure.kind}`,
          // Whoever states how long a step takes does not thereby say where its failures come from.
          likely: { ...fails, source: fails.n > 0 ? fails.source : 'as the catalogue has it' },
          costs: `${about(hit)} of ${counted(count, procedure.kind, plural(procedure.kind))} off the happy path${tries}`,
          answer: `${waysWords(procedure)}; nobody else waits for them`,
        },
      },
    ];
  });
}

/** What no step itself fails at: links that stay down, defects that somebody has to find. */
function hiddenRisks({ plan, watched, scope }: Material, { chain, count }: Chained): Weighed[] {
  const { program, laws } = watched.model;
  const isOwn = (target: number): boolean => scope.clusters.has(program.clusters[program.clusterOf[target] as number]?.name ?? '');
  const procedure = must(plan.procedures[chain.id], 'a procedure');
  const { defects, disturbs } = must(laws.chains[program.chains.indexOf(chain)], 'laws of a chain');
  const risks: Weighed[] = [];
  if (disturbs !== null) {
    const links =
      laws.links?.switches.filter((there) => program.chains[program.chainOf[there] as number] === chain && isOwn(there)).length ?? 0;
    risks.push({
      targets: links * disturbs.share,
      risk: {
        what: `A link's other end does not come back with its switch (${chain.id})`,
        likely: disturbs,
        costs: `${about(links * disturbs.share)} of ${counted(links, 'link')}; their nodes wait for the link`,
        answer: waysWords(procedure),
      },
    });
  }
  if (procedure.kind === 'node' && defects.share > 0) {
    const checks = procedure.steps.flatMap(({ action }) => (action.kind === 'check' ? action.checks.map(({ name }) => name) : []));
    const found = checks.length === 0 ? 'no check looks for them' : `found by ${checks.join(', ')}, in part`;
    risks.push({
      targets: defects.share * count,
      risk: {
        what: `A node comes out of it with a defect that only a check can see (${chain.id})`,
        likely: defects,
        costs: `${about(defects.share * count)} of ${counted(count, 'node')}`,
        answer: `${found}; the soak watches the rest`,
      },
    });
  }
  return risks;
}

function faultRisks({ plan, forecast }: Material): Weighed[] {
  const faults = assumptionsOf(plan.policy).faultsPerNodeDay;
  const perDay = faults.share * forecast.nodes;
  if (perDay <= 0) return [];
  return [
    {
      targets: perDay / 24,
      risk: {
        what: 'A node fails by itself while it is out, as on any other day',
        likely: faults,
        costs: `${about(perDay)} a day, whoever maintains what`,
        answer: 'it is mended like the others, and named apart in the retro',
      },
    },
  ];
}

/** Of the run as a whole. */
function runRisks({ plan, forecast, watched }: Material, chains: readonly Chained[]): ProposalRisk[] {
  // A rehearsal knows no more than the least known of what it rests on.
  const least = forecast.basis.reduce((n, basis) => Math.min(n, basis.n), Infinity);
  const rehearsed = (scenarios: number): { n: number; source: string } => ({
    n: Number.isFinite(least) ? least : 0,
    source: `share of ${counted(scenarios, 'rehearsed scenario')}`,
  });
  const risks: ProposalRisk[] = [];
  if (forecast.short !== null && forecast.short > 0) {
    risks.push({
      what: 'The window ends before the return gate is met',
      likely: { share: forecast.short, ...rehearsed(forecast.scenarios) },
      costs: lateWords(forecast.gateMin.p90Min),
      answer: AT_WINDOW_END[plan.policy.atWindowEnd],
    });
  }
  if (watched.held > 0) {
    const review = assumptionsOf(plan.policy).gateReview;
    risks.push({
      what: 'A gate holds the run because too many have failed',
      likely: { share: watched.held, ...rehearsed(watched.scenarios) },
      costs: `nothing new begins until somebody has looked: ${showMinutes(review.medianMs / 60_000)} at the median`,
      answer: 'the one on duty looks at the failures and approves, or aborts',
    });
  }
  const bare = chains.filter(({ chain }) => plan.procedures[chain.id]?.back === null).map(({ chain }) => chain.id);
  if (bare.length > 0) {
    risks.push({
      what: 'The new version is bad, and only work shows it',
      likely: null,
      costs: `no way back for ${bare.join(', ')}: it is put right by another change`,
      answer: 'the canary goes first and is looked at; its gate stops the others',
    });
  }
  return risks;
}

function lateWords(gateMin: number | null): string {
  return gateMin === null
    ? 'in more than one of ten scenarios the gate is never met'
    : `in nine of ten scenarios the gate is met within ${showMinutes(gateMin)}`;
}

const AT_WINDOW_END: { readonly [then in Material['plan']['policy']['atWindowEnd']]: string } = {
  'finish-started': 'what has begun is finished; nothing new is begun after the end',
  'stop-and-return': 'what is untouched is given back; what is changed takes the way back, or is finished',
  ask: 'somebody is asked whether to go on',
};

function about(count: number): string {
  return count < 1 ? 'less than one' : `about ${showCount(Math.round(count))}`;
}

const plural = (kind: string): string => (kind === 'switch' ? 'switches' : `${kind}s`);
