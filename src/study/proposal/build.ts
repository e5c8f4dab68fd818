// A proposal from a plan, its rehearsals and what was seen of its waves. Pure: no file, no clock.
import { intersection, nodeSetOf, size } from '../../core/fleet/nodeset.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { joined } from '../../report/document.ts';
import type { Proposal, ProposalCustomer } from '../../report/proposal.ts';
import { waveSize } from '../../sim/rehearse/sub-plan.ts';
import { asksOf } from './asks.ts';
import type { Material } from './material.ts';
import { risksOf } from './risks.ts';
import { spansOf } from './spans.ts';
import { stagesOf } from './stages.ts';
import { turnBackOf } from './turn-back.ts';
import { counted } from '../../std/share.ts';

const MINUTE_MS = 60_000;

export function buildProposal(material: Material): Proposal {
  const { plan, scope, forecast, watched } = material;
  const { model } = watched;
  return {
    title: `${plan.change.name} on ${joined([...scope.clusters])}`,
    plan: { id: plan.id, parent: plan.parent },
    change: changeLines(material),
    madeAtUnixMin: material.madeAtUnixMin,
    zone: scope.zone,
    onlyFor: scope.customer,
    customers: customersOf(material),
    forecast: scope.customer === null ? forecast : { ...forecast, notes: notesFor(material) },
    horizonMin: (model.endMs - model.startMs) / MINUTE_MS,
    northStarMin: plan.policy.northStarMs === null ? null : plan.policy.northStarMs / MINUTE_MS,
    stages: stagesOf(material),
    ...spansOf(material),
    asks: asksOf(material),
    risks: risksOf(material),
    turnBack: turnBackOf(material),
    alternatives: material.alternatives,
    limits: scope.customer === null ? material.limits : null,
    questions: scope.customer === null ? material.questions : [],
  };
}

function changeLines({ plan, scope }: Material): string[] {
  const own = scope.waves.flatMap((wave) => plan.waves[wave] ?? []);
  const lines = Object.entries(plan.procedures).flatMap(([id, { kind, components }]) => {
    const count = own.filter(({ procedure }) => procedure === id).reduce((sum, wave) => sum + waveSize(wave), 0);
    if (count === 0) return [];
    const on = counted(count, kind, kind === 'switch' ? 'switches' : `${kind}s`);
    return Object.entries(components).map(([component, version]) => `${component} ${version} on ${on}`);
  });
  const targets = nodeSetOf(own.flatMap(({ targets: folded }) => [...expand(folded)]));
  const replaced = Object.entries(plan.change.replace).flatMap(([part, folded]) => {
    const count = size(intersection(targets, nodeSetOf(expand(folded))));
    return count === 0 ? [] : [`a new ${part} in ${counted(count, 'target')}`];
  });
  return [...lines, ...replaced];
}

function customersOf({ plan, scope, forecast }: Material): ProposalCustomer[] {
  const { customers, clusters } = plan.fleet.document;
  return customers.flatMap(({ name, timezone, noticeMs }) => {
    const own = clusters.filter(({ name: cluster, customer }) => customer === name && scope.clusters.has(cluster));
    const names = own.map((cluster) => cluster.name);
    const nodes = forecast.clusters.filter(({ cluster }) => names.includes(cluster)).reduce((sum, one) => sum + one.nodes, 0);
    const noticeMin = noticeMs === 0 ? null : noticeMs / MINUTE_MS;
    return names.length === 0 ? [] : [{ name, zone: timezone, clusters: names, nodes, noticeMin }];
  });
}

/** What is said of others stays with the operator. */
function notesFor({ forecast, plan, scope, watched }: Material): string[] {
  const others = othersOf(plan, scope.customer, scope.clusters);
  const opens = plan.policy.windows.some(({ cluster }) => scope.clusters.has(cluster));
  return [
    ...forecast.notes.filter((note) => !others.some((name) => note.includes(name))),
    `these numbers are of your own nodes, in ${counted(watched.scenarios, 'exact scenario')} of the whole plan`,
    ...(opens ? ['minutes count from the opening of your window'] : []),
  ];
}

function othersOf({ fleet }: Plan, customer: string | null, clusters: ReadonlySet<string>): string[] {
  const { document } = fleet;
  return [
    ...document.customers.flatMap(({ name }) => (name === customer ? [] : [name])),
    ...document.clusters.flatMap(({ name }) => (clusters.has(name) ? [] : [name])),
  ];
}
