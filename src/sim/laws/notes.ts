// What a rehearsal assumes and leaves out, in words: only what matters for the plan at hand.
import type { Plan } from '../../core/plan/plan.ts';
import type { Program } from '../../core/run/program.ts';
import type { PlanLaws } from './plan-laws.ts';

export function notesOf(plan: Plan, program: Program, laws: PlanLaws): string[] {
  const { policy } = plan;
  const notes: string[] = [];
  const observed = program.clusters.filter(({ mode }) => mode === 'observe').map(({ name }) => name);
  const unknownGpus = program.clusters.filter(({ gpusPerNode }) => gpusPerNode === null).map(({ name }) => name);
  if (observed.length > 0) notes.push(`not rehearsed, because only observed: ${observed.join(', ')}`);
  if (unknownGpus.length > 0) notes.push(`8 GPUs a node taken where nobody said how many: ${unknownGpus.join(', ')}`);
  notes.push(
    laws.jobs === null
      ? 'the nodes are handed over empty: no job is waited for'
      : `${percent(laws.jobs.busy)} of the nodes carry a job when their window opens, and none is started on them after that`,
  );
  if (policy.atWindowEnd === 'ask') notes.push('at the end of a window, what was started is finished: nobody answers in a rehearsal');
  notes.push(`nodes fail by themselves at ${percent(laws.faultsPerNodeDay.share)} a day, from their drain to the end of their soak`);
  const steps = program.chains.flatMap((chain) => program.steps.slice(chain.first, chain.end));
  if (steps.some((step) => step.checks.some(({ catches }) => catches === null)))
    notes.push('checks of which nobody said what they catch are taken to catch no defect');
  return [...notes, ...mopUpNotes(plan, laws)];
}

function mopUpNotes(plan: Plan, laws: PlanLaws): string[] {
  const { crew, parts } = plan.policy;
  const ways = laws.chains.flatMap((chain) => chain.ways);
  const named = (key: 'crew' | 'part'): string[] => [...new Set(ways.flatMap((way) => way[key] ?? []))];
  return [
    ...named('crew').flatMap((name): string[] => {
      const known = crew[name];
      if (!known) return [`crew ${name} is taken to be large enough: the policy does not say how many it is`];
      const unknownShifts = known.shifts !== null && plan.calendars[`crew:${name}`] === undefined;
      return unknownShifts ? [`crew ${name} is taken to be there at all hours: its shifts are known only for a plan with windows`] : [];
    }),
    ...named('part')
      .filter((name) => parts[name] === undefined)
      .map((name) => `part ${name} is taken to be at hand: the policy does not say how many there are`),
  ];
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
