// Rules about the policy: windows and blackouts, leases, what jobs are asked, the clusters' modes, and what this version does not enforce yet.
import type { Finding } from '../finding.ts';
import type { TargetKind } from '../fleet/model.ts';
import { finding } from './check-context.ts';
import type { Checked, Rule } from './check-context.ts';

const MINUTE_MS = 60_000;

export const POLICY_RULES: readonly Rule[] = [windows, notice, blackouts, leases, jobs, modes, replaced, notInForce];

function windows({ plan, clusters, busy, nowMin }: Checked): Finding[] {
  const all = plan.policy.windows;
  const found = all.flatMap((window) => {
    const { cluster, fromMin, toMin } = window;
    if (!clusters.has(cluster))
      return [finding('error', 'window-unknown', cluster, 'a window is agreed for it, but the fleet has no such cluster')];
    if (toMin <= fromMin) return [finding('error', 'window-empty', cluster, `a window of ${toMin - fromMin} min`)];
    if (nowMin === null || toMin > nowMin || !busy.some(({ name }) => name === cluster)) return [];
    return [finding('error', 'window-past', cluster, `its window was over ${nowMin - toMin} min ago; agree a new one`)];
  });
  if (all.length === 0) return found;
  const without = busy.filter(({ name }) => !all.some(({ cluster }) => cluster === name));
  const message = 'other clusters have a window and this one has none: it may be worked on whenever the run is on';
  return [...found, ...without.map(({ name }) => finding('warning', 'window-missing', name, message))];
}

/** A customer was promised time to get ready; a window agreed at shorter notice may be fine, and is for them to say. */
function notice({ plan, busy, nowMin }: Checked): Finding[] {
  const customers = new Map(plan.fleet.document.customers.map((customer) => [customer.name, customer]));
  return busy.flatMap(({ name, customer }) => {
    const promisedMin = (customers.get(customer ?? '')?.noticeMs ?? 0) / MINUTE_MS;
    const starts = plan.policy.windows.flatMap(({ cluster, fromMin }) => (cluster === name ? [fromMin] : []));
    if (nowMin === null || starts.length === 0 || Math.min(...starts) >= nowMin + promisedMin) return [];
    const ahead = Math.max(0, Math.min(...starts) - nowMin);
    const message = `its window begins ${ahead} min from now, and ${customer} is promised ${promisedMin} min of notice; ask them, or move the window`;
    return [finding('warning', 'notice-short', name, message)];
  });
}

function blackouts({ plan, busy }: Checked): Finding[] {
  return plan.policy.windows.flatMap(({ cluster, fromMin, toMin }) => {
    if (!busy.some(({ name }) => name === cluster)) return [];
    const hit = plan.policy.blackouts.filter((blackout) => blackout.fromMin < toMin && fromMin < blackout.toMin);
    return hit.map((blackout) => {
      const minutes = Math.min(toMin, blackout.toMin) - Math.max(fromMin, blackout.fromMin);
      return finding(
        'error',
        'blackout-overlap',
        cluster,
        `${minutes} min of its window lie in a blackout (${blackout.why}); move the window`,
      );
    });
  });
}

function leases({ plan, busy }: Checked): Finding[] {
  return busy.flatMap((cluster) =>
    plan.policy.leases
      .filter((mover) => !Object.hasOwn(cluster.leases, mover))
      .map((mover) =>
        finding('error', 'lease-unknown', cluster.name, `policy.leases wants ${mover} held, but the cluster has no hooks for it`),
      ),
  );
}

function jobs({ plan }: Checked): Finding[] {
  const { ask, proof, then } = plan.policy.jobs;
  if (ask.kind === 'none' && then === 'wait') return [];
  const found: Finding[] = [];
  if (ask.kind !== 'none' && proof.kind === 'none') {
    const message = 'jobs are asked for a checkpoint, and nothing would prove that they wrote one (an exit code does not): add proof';
    found.push(finding('error', 'jobs-without-proof', 'policy.jobs', message));
  }
  const what = ask.kind === 'none' ? then : ask.kind === 'signal' ? `signal ${ask.signal}` : ask.kind;
  const message = `jobs are not only waited for (${what}): each customer's consent must be on record before the run does it`;
  return [...found, finding('info', 'jobs-consent', 'policy.jobs', message)];
}

function modes({ busy }: Checked): Finding[] {
  return busy.flatMap(({ name, mode }) => {
    if (mode === 'observe')
      return [finding('warning', 'mode-observe', name, 'the cluster is in mode observe: nothing of this plan will be done to it')];
    if (mode === 'drain-only') {
      return [
        finding(
          'info',
          'mode-drain-only',
          name,
          'mode drain-only: targets are drained, handed over and returned on approval; the change itself is made by others',
        ),
      ];
    }
    return [];
  });
}

function replaced({ plan }: Checked): Finding[] {
  return Object.entries(plan.change.replace).map(([part, targets]) =>
    finding(
      'warning',
      'replace-not-covered',
      targets,
      `${part} is to be replaced there, and no wave does it: this version leaves parts to the crew`,
    ),
  );
}

const NO_FABRIC = 'planned and rehearsed; no fabric driver is named in its cluster, so the run leaves it out';
const NOBODY_ACTS: Readonly<Record<TargetKind, string>> = {
  node: '',
  switch: NO_FABRIC,
  link: NO_FABRIC,
  domain: 'planned and rehearsed; this version acts on the nodes of a domain, not on the domain itself, so the run leaves it out',
  feed: 'planned and rehearsed; this version acts on nodes, switches and links, so the run leaves it out',
};

const RECORDED = 'recorded, not enforced by this version';

/** Honest about what is written down and not acted on: nobody may rely on it. */
function notInForce({ plan }: Checked): Finding[] {
  const { overlap, redundant, crew, parts, validation, gates } = plan.policy;
  const fabric = new Set(plan.fleet.document.clusters.filter(({ drivers }) => drivers['fabric'] !== undefined).map(({ name }) => name));
  const idle = plan.waves.filter(
    ({ kind, cluster }) => kind !== 'node' && !((kind === 'switch' || kind === 'link') && fabric.has(cluster)),
  );
  const kinds = [...new Set(idle.map((wave) => wave.kind))];
  const untouched = idle.length > 0;
  const keys: readonly (readonly [string, boolean, string])[] = [
    ['policy.overlap', overlap.length > 0 && untouched, 'plan and rehearsal follow it; nobody can act on what nodes would overlap with'],
    ['policy.redundant', redundant && untouched, 'plan and rehearsal follow it; no switch is touched'],
    [
      'policy.crew',
      Object.keys(crew).length > 0,
      'the rehearsal counts with them; the runner names stragglers to people, whoever is on shift',
    ],
    [
      'policy.parts',
      Object.keys(parts).length > 0,
      'the rehearsal counts with them; the runner names stragglers to people, whatever is in stock',
    ],
    ['policy.validation', validation === 'sample', `${RECORDED}: every target is validated`],
    ['policy.gates.countIn', gates.countIn !== 'node', `${RECORDED}: gates count nodes`],
  ];
  return [
    ...keys.flatMap(([key, set, instead]) => (set ? [finding('info', 'not-in-force-yet', key, instead)] : [])),
    ...kinds.map((kind) => finding('warning', 'not-in-force-yet', kind, NOBODY_ACTS[kind])),
  ];
}
