// Questions about order: why one after the other, why not switches together with hosts, why two activations.
import type { Plan, Wave } from '../../core/plan/plan.ts';
import type { Step } from '../../core/change/procedure.ts';
import { withoutClusterOrder, withoutPer } from '../limits/lift.ts';
import { registerOf } from '../limits/register.ts';
import { withNodesAtOnce } from './at-once.ts';
import { bestGain, gainNumbers, shareOfT95, type Kind, type Variant } from './kind.ts';
import { sooner } from './words.ts';

/** Below this share of T95 nobody would change a plan. */
const WORTH_ASKING = 0.02;
const ALL = { kind: 'share', share: 1 } as const;

export const serial: Kind = {
  id: 'serial',
  variants: (plan) =>
    registerOf(plan).flatMap(({ name, lifted }): Variant[] => {
      if (!lifted) return [];
      if (name === 'atOnce.clusters') return [clustersTogether(plan)];
      if (name === 'atOnce.nodes') return [{ plan: withNodesAtOnce(plan, ALL), about: name, sets: ['policy.atOnce.nodes=100%'] }];
      if (name === 'atOnce.perRack') return [{ plan: withoutPer(plan, 'perRack'), about: name, sets: ['policy.atOnce.perRack=100%'] }];
      if (name === 'atOnce.perUnit') return [{ plan: withoutPer(plan, 'perUnit'), about: name, sets: ['policy.atOnce.perUnit=100%'] }];
      return [];
    }),
  ask: (facts, outcomes) => {
    const found = outcomes.flatMap((outcome) => {
      const gain = bestGain(outcome, facts, [95]);
      return gain ? [{ outcome, ...gain }] : [];
    });
    const [best] = found.toSorted((a, b) => b.gainMin - a.gainMin);
    if (!best || shareOfT95(best.gainMin, facts) < WORTH_ASKING) return null;
    return {
      about: best.outcome.about,
      text: `Targets go one after the other because of ${best.outcome.about}. Together, 95 % is back ${sooner(best.gainMin)}. What does the order protect?`,
      numbers: gainNumbers(best.outcome, 95),
      sets: best.outcome.sets,
      worth: shareOfT95(best.gainMin, facts),
    };
  },
};

export const overlap: Kind = {
  id: 'overlap',
  variants: (plan) => {
    const pairs = overlapPairs(plan);
    const waves = pairs.length > 0 ? heldLater(plan) : null;
    if (!waves) return [];
    const all = [...plan.policy.overlap, ...pairs];
    const list = all.map(([first, second]) => `[${first}, ${second}]`).join(', ');
    const policy = { ...plan.policy, overlap: all };
    return [{ plan: { ...plan, policy, waves }, about: 'policy.overlap', sets: [`policy.overlap=[${list}]`] }];
  },
  ask: (facts, [together]) => {
    const gain = together && bestGain(together, facts, [95]);
    if (!together || !gain || shareOfT95(gain.gainMin, facts) < WORTH_ASKING) return null;
    return {
      about: together.about,
      text: `The nodes are drained and wait for the switches before they are touched. Applied meanwhile and only activated after the switches, 95 % is back ${sooner(gain.gainMin)}. May they overlap?`,
      numbers: gainNumbers(together, 95),
      sets: together.sets,
      worth: shareOfT95(gain.gainMin, facts),
    };
  },
};

export const merged: Kind = {
  id: 'one-activation',
  variants: (plan) => {
    const once = activatedOnce(plan);
    return once ? [{ plan: once, about: 'activations', sets: [] }] : [];
  },
  ask: (facts, [once]) => {
    const gain = once && bestGain(once, facts, [95]);
    if (!once || !gain) return null;
    return {
      about: once.about,
      text: `Each node is activated more than once. With the last one serving them all, 95 % is back ${sooner(gain.gainMin)}. Which of the components cannot share it?`,
      numbers: gainNumbers(once, 95),
      sets: [],
      worth: shareOfT95(gain.gainMin, facts),
    };
  },
};

/** A set can lift a limit of clusters at once, but not the order in which a sequence puts them. */
function clustersTogether(plan: Plan): Variant {
  const clusters = plan.fleet.document.clusters.length;
  const together = withoutClusterOrder(plan);
  if (plan.policy.atOnce.clusters === null) return { plan: together, about: 'the order of the clusters', sets: [] };
  const policy = { ...plan.policy, atOnce: { ...plan.policy.atOnce, clusters } };
  return { plan: { ...together, policy }, about: 'atOnce.clusters', sets: [`policy.atOnce.clusters=${clusters}`] };
}

/** (switch component, node component) that wait for each other and are not allowed to overlap. */
function overlapPairs(plan: Plan): (readonly [string, string])[] {
  const componentsOf = (kind: string): string[] =>
    Object.values(plan.procedures).flatMap((procedure) => (procedure.kind === kind ? Object.keys(procedure.components) : []));
  const allowed = (a: string, b: string): boolean => plan.policy.overlap.some((pair) => pair.includes(a) && pair.includes(b));
  return componentsOf('switch').flatMap((first) =>
    componentsOf('node').flatMap((second) => (allowed(first, second) ? [] : [[first, second] as const])),
  );
}

/** Every hold before the work moved to before the activation; null: there is none to move. */
function heldLater(plan: Plan): Wave[] | null {
  const switches = new Set(plan.waves.filter(({ kind }) => kind === 'switch').map(({ id }) => id));
  let moved = false;
  const waves = plan.waves.map((wave) => {
    const steps = plan.procedures[wave.procedure]?.steps ?? [];
    const activation = steps.find((step) => step.to === 'rebooting')?.name;
    const holds = (wave.holds ?? []).flatMap((hold) => {
      const forSwitches = hold.until.filter((id) => switches.has(id));
      if (activation === undefined || forSwitches.length === 0 || hold.step === activation) return [hold];
      moved = true;
      const rest = hold.until.filter((id) => !switches.has(id));
      return [{ step: activation, until: forSwitches }, ...(rest.length > 0 ? [{ ...hold, until: rest }] : [])];
    });
    return wave.holds ? { ...wave, holds } : wave;
  });
  return moved ? waves : null;
}

/** Only the last reboot or power cycle of each chain; null: no chain has two. */
function activatedOnce(plan: Plan): Plan | null {
  const twice = Object.values(plan.procedures).some(({ steps }) => steps.filter(activates).length > 1);
  if (!twice) return null;
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => {
    const last = procedure.steps.findLast(activates);
    return [id, { ...procedure, steps: procedure.steps.filter((step) => !activates(step) || step === last) }] as const;
  });
  return { ...plan, procedures: Object.fromEntries(procedures) };
}

const activates = ({ action }: Step): boolean => action.kind === 'do' && ['reboot', 'power-cycle', 'ac-cycle'].includes(action.act);
