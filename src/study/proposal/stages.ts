// The sequence of a proposal: staging before the window, the waves in it, mop-up after it.
import { showMinutes } from '../../chart/scale.ts';
import { assumptionsOf } from '../../core/forecast/assumptions.ts';
import type { MergedProcedure } from '../../core/plan/plan.ts';
import { joined } from '../../report/document.ts';
import type { ProposalStage } from '../../report/proposal.ts';
import type { Moment } from '../../sim/rehearse/wave-times.ts';
import type { Material as Whole } from './material.ts';
import { counted } from '../../std/share.ts';

/** Of what a proposal is built from, what its sequence needs. */
export type Rehearsed = Pick<Whole, 'plan' | 'watched' | 'forecast'>;
type Row = ProposalStage['rows'][number];

export function stagesOf(material: Rehearsed): ProposalStage[] {
  const staging = stagingRows(material);
  return [...(staging.length > 0 ? [before(material, staging)] : []), inWindow(material), after(material)];
}

function stagingRows({ watched }: Rehearsed): Row[] {
  return watched.rows.flatMap(({ what, targets, times }) =>
    times.staging ? [rowOf(what, targets, times.staging.start, times.staging.end, 'staged, or done in the window')] : [],
  );
}

function before(material: Rehearsed, rows: readonly Row[]): ProposalStage {
  const { policy } = material.plan;
  const steps = proceduresOf(material).flatMap(([id, { steps: all }]) =>
    all.flatMap(({ name, early }) => (early ? [`${name} of ${id}`] : [])),
  );
  const lead = assumptionsOf(policy).stageLeadMs / 60_000;
  const begun = policy.windows.length === 0 ? 'as soon as the run is begun' : `the run is begun ${showMinutes(lead)} before the window`;
  const words = `${capital(joined(steps))}, on targets in service: it changes nothing that runs, and ${begun}.`;
  return { kind: 'before', name: 'Before the window: staging', words, rows };
}

function inWindow(material: Rehearsed): ProposalStage {
  const { watched } = material;
  const chains = proceduresOf(material).map(
    ([id, { steps }]) => `${id}: ${steps.flatMap(({ name, early }) => (early ? [] : [name])).join(', ')}`,
  );
  const rows = watched.rows.map(({ what, targets, gate, times }) => rowOf(what, targets, times.start, times.end, gate));
  const seen = `Times of waves are those of ${counted(watched.scenarios, 'exact scenario')}; a wave is done when as many are back as its gate asks for.`;
  return { kind: 'window', name: 'The window', words: `${chains.join('. ')}. ${seen}`, rows };
}

/** The marks say when what is left has come back. */
function after(material: Rehearsed): ProposalStage {
  const { milestones, stragglers } = material.forecast;
  const ways = proceduresOf(material).map(([id, procedure]) => `${id}: ${waysWords(procedure)}`);
  const many = stragglers.p50 === null ? '' : `About ${counted(Math.round(stragglers.p50), 'target')} leave the happy path. `;
  const row = (what: string, from: string, to: string, gate: string): Row => ({
    what,
    targets: '',
    startMin: milestones[from]?.p50Min ?? null,
    endMin: milestones[to]?.p50Min ?? null,
    endP90Min: milestones[to]?.p90Min ?? null,
    gate,
  });
  return {
    kind: 'after',
    name: 'After: mop-up and return',
    words: `${many}They hold up nobody else. ${ways.join('. ')}.`,
    rows: [
      row('until 99 % are back', '95', '99', 'back and soaked, or named as a straggler'),
      row('until the last is back', '99', '100', 'every target is back, or is named with its cause'),
    ],
  };
}

/** "remote 60 % (35 min), hands 25 % (5 h, crew hardware)". */
export function waysWords({ mopUp }: MergedProcedure): string {
  if (mopUp.length === 0) return 'people see to it';
  return mopUp
    .map(({ way, share, takes, crew, part }) => {
      const needs = [takes === null ? 'nobody said how long' : showMinutes(takes.medianMs / 60_000), crew && `crew ${crew}`, part];
      return `${way} ${Math.round(share * 100)} % (${needs.filter((words) => words !== null).join(', ')})`;
    })
    .join(', ');
}

/** Those of the waves in scope, by id. */
export function proceduresOf({ plan, watched }: Pick<Rehearsed, 'plan' | 'watched'>): [string, MergedProcedure][] {
  return [...watched.procedures.keys()].flatMap((id): [string, MergedProcedure][] => {
    const procedure = plan.procedures[id];
    return procedure ? [[id, procedure]] : [];
  });
}

function rowOf(what: string, targets: string, start: Moment, end: Moment, gate: string): Row {
  return { what, targets, startMin: start.p50Min, endMin: end.p50Min, endP90Min: end.p90Min, gate };
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
