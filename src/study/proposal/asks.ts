// What a plan asks of people, and until when: of customers their yes and their nodes, of owners their limits, of the site crews and parts.
import { showMinutes } from '../../chart/scale.ts';
import { assumptionsOf } from '../../core/forecast/assumptions.ts';
import type { Cluster } from '../../core/fleet/model.ts';
import { EMPTY, fold, intersection, parseNodeSet, size, union, type NodeSet } from '../../core/fleet/nodeset.ts';
import type { ProposalAsk } from '../../report/proposal.ts';
import { counted, showCount } from '../../std/share.ts';
import { minutesOf, type Material } from './material.ts';
import { partsWanted } from './parts-wanted.ts';
import { proceduresOf } from './stages.ts';

const OPERATOR = 'the operator';
/** Limits worth a word here; the table of limits has all. */
const LIMITS_MAX = 4;
const WORTH_MIN = 1;

export function asksOf(material: Material): ProposalAsk[] {
  const ofCustomers = [...clustersIn(material).flatMap((cluster) => ofCustomer(material, cluster)), ...consents(material)];
  const all =
    material.scope.customer === null
      ? [...ofOperator(material), ...ofCustomers, ...ofCrews(material), ...ofParts(material), ...ofOwners(material)]
      : ofCustomers;
  // A customer with several clusters is asked once about his jobs.
  return [...new Map(all.map((ask) => [JSON.stringify(ask), ask])).values()];
}

function clustersIn({ plan, scope }: Material): Cluster[] {
  return plan.fleet.document.clusters.filter(({ name }) => scope.clusters.has(name));
}

function ofCustomer(material: Material, { name, customer }: Cluster): ProposalAsk[] {
  if (customer === null) return [];
  const { policy, fleet } = material.plan;
  const notice = (fleet.document.customers.find((one) => one.name === customer)?.noticeMs ?? 0) / 60_000;
  const opens = policy.windows.filter(({ cluster }) => cluster === name).map(({ fromMin }) => fromMin);
  const from = opens.length === 0 ? null : minutesOf(material, Math.min(...opens));
  const nodes = nodesOf(material, name);
  const agreement: ProposalAsk[] =
    notice === 0 || from === null
      ? []
      : [
          {
            what: `Agreement to the window of ${name}`,
            who: customer,
            byMin: from - notice,
            why: `a notice of ${showMinutes(notice)} is agreed`,
          },
        ];
  return [
    ...agreement,
    { what: `Release of ${nodes}`, who: customer, byMin: from, why: 'nothing of yours is drained before it' },
    ...jobAsks(material, customer, from),
  ];
}

/** What the policy will do to jobs, or what it waits for. */
function jobAsks({ plan }: Material, customer: string, byMin: number | null): ProposalAsk[] {
  const { jobs, assume } = plan.policy;
  const asked = jobs.ask.kind !== 'none';
  const consent: ProposalAsk[] = [
    ...(asked ? [consentTo('signal', 'jobs are asked for a checkpoint before their nodes are drained', customer, byMin)] : []),
    ...(jobs.then === 'requeue' ? [consentTo('requeue', 'jobs that have not ended are put back into the queue', customer, byMin)] : []),
  ];
  if (consent.length > 0) return consent;
  const remaining = assume?.jobs ? `, ${showMinutes(assume.jobs.remaining.medianMs / 60_000)} at the median by what was assumed` : '';
  return [
    { what: 'Jobs that have ended, or saved their state', who: customer, byMin, why: `jobs are waited for, never killed${remaining}` },
  ];
}

function consentTo(to: string, why: string, customer: string, byMin: number | null): ProposalAsk {
  return { what: `Consent to ${to} (pitstop consent RUN --customer ${customer} --to ${to})`, who: customer, byMin, why };
}

/** Others' nodes that acts of this plan take power, link or NVLink from. */
function consents(material: Material): ProposalAsk[] {
  const { plan, scope } = material;
  const { clusters } = plan.fleet.document;
  const customerOf = new Map(clusters.map(({ name, customer }) => [name, customer]));
  const felt = new Map<string, NodeSet>();
  for (const cluster of clusters) {
    const { customer } = cluster;
    if (customer === null || (scope.customer !== null && customer !== scope.customer)) continue;
    for (const wave of plan.waves) {
      if (customerOf.get(wave.cluster) === customer) continue;
      const both = intersection(setOf(wave.affected), setOf(cluster.nodes));
      if (size(both) > 0) felt.set(customer, union(felt.get(customer) ?? EMPTY, both));
    }
  }
  return [...felt].map(([customer, nodes]) =>
    consentTo(
      'affected',
      `${fold(nodes)} feel work on clusters that are not theirs`,
      customer,
      material.forecast.windowMin === null ? null : 0,
    ),
  );
}

function ofOperator(material: Material): ProposalAsk[] {
  const { plan, scope } = material;
  const { policy } = plan;
  const early = proceduresOf(material).some(([, { steps }]) => steps.some((step) => step.early));
  const lead = assumptionsOf(policy).stageLeadMs / 60_000;
  const asking = clustersIn(material).flatMap(({ name, mode }) => (mode === 'confirm' ? [name] : []));
  const begin: ProposalAsk = {
    what: 'The run, begun and its counts confirmed',
    who: OPERATOR,
    byMin: policy.windows.length === 0 ? null : early ? -lead : 0,
    why: early ? 'staging is done by the time the window opens' : 'nothing is done before it',
  };
  const movers =
    policy.leases.length === 0
      ? []
      : [
          {
            what: `A stop of ${policy.leases.join(', ')}`,
            who: OPERATOR,
            byMin: begin.byMin,
            why: 'nobody else may move these nodes meanwhile',
          },
        ];
  const approval =
    asking.length === 0 || scope.waves.length === 0
      ? []
      : [
          {
            what: `A yes to every wave of ${asking.join(', ')}`,
            who: OPERATOR,
            byMin: null,
            why: 'mode confirm: each is asked before it opens',
          },
        ];
  return [begin, ...movers, ...approval];
}

function ofCrews(material: Material): ProposalAsk[] {
  const ways = proceduresOf(material).flatMap(([, { mopUp }]) => mopUp);
  const names = [...new Set(ways.flatMap(({ crew }) => crew ?? []))];
  return names.map((name) => {
    const crew = material.plan.policy.crew[name];
    const does = [...new Set(ways.filter((way) => way.crew === name).map(({ way }) => way))].join(', ');
    const hours = crew
      ? `${counted(crew.count, 'person', 'people')}, ${crew.shifts ?? 'at all hours'}`
      : 'the policy does not say how many';
    return {
      what: `Crew ${name}: ${hours}`,
      who: 'site operations',
      byMin: material.forecast.windowMin === null ? null : 0,
      why: `stragglers wait for it (${does})`,
    };
  });
}

function ofParts(material: Material): ProposalAsk[] {
  return partsWanted(material).flatMap(({ part, wanted, onSite, arriving }): ProposalAsk[] => {
    if (onSite !== null && wanted <= onSite) return [];
    const have =
      onSite === null ? 'nobody said how many are on site' : `${onSite} on site${arriving === 0 ? '' : `, ${arriving} arriving`}`;
    const more = onSite === null ? wanted : wanted - onSite;
    return [
      {
        what: `Part ${part}: ${showCount(more)}${onSite === null ? '' : ' more'} on site, or ordered`,
        who: 'spares',
        byMin: material.forecast.windowMin === null ? null : 0,
        why: `${wanted} wanted in nine of ten scenarios, ${have}`,
      },
    ];
  });
}

function ofOwners({ limits }: Material): ProposalAsk[] {
  const worth = (limits?.limits ?? []).filter(
    ({ owner, until, gainMin }) => (owner ?? until) !== null && (gainMin['95']?.lowMin ?? 0) >= WORTH_MIN,
  );
  return worth.slice(0, LIMITS_MAX).map(({ name, value, owner, until, gainMin }) => ({
    what: `Limit ${name} (${value}), mended${until === null ? '' : ` by ${until}`}`,
    who: owner ?? 'nobody named',
    byMin: null,
    why: `without it 95 % is back ${showMinutes(gainMin['95']?.diffMin ?? null)} sooner`,
  }));
}

function nodesOf({ plan }: Material, cluster: string): string {
  const own = plan.waves.filter((wave) => wave.cluster === cluster && wave.kind === 'node').map(({ targets }) => setOf(targets));
  const all = own.reduce(union, EMPTY);
  return size(all) === 0 ? `cluster ${cluster}` : fold(all);
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? parsed.set : EMPTY;
}
