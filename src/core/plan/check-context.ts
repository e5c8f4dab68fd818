// What every rule of the checker gets: the plan with its sets read once.
import type { Finding, Severity } from '../finding.ts';
import type { Cluster } from '../fleet/model.ts';
import { EMPTY, parseNodeSet } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';
import type { MergedProcedure, Plan, Wave } from './plan.ts';

export interface Checked {
  readonly plan: Omit<Plan, 'id' | 'findings'>;
  readonly nowMin: number | null;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** Clusters that the plan has a wave in. */
  readonly busy: readonly Cluster[];
  readonly topology: Topology;
  readonly waves: readonly CheckedWave[];
}

export interface CheckedWave {
  readonly wave: Wave;
  /** null: the plan has no such procedure, which is a finding of its own. */
  readonly procedure: MergedProcedure | null;
  readonly targets: NodeSet;
  readonly affected: NodeSet;
}

export type Rule = (checked: Checked) => readonly Finding[];

export function finding(severity: Severity, rule: string, target: string, message: string): Finding {
  return { severity, target, rule, message };
}

export function readSets(plan: Checked['plan'], findings: Finding[]): CheckedWave[] {
  const read = (text: string, wave: Wave): NodeSet => {
    if (text === '') return EMPTY;
    const parsed = parseNodeSet(text);
    if (parsed.ok) return parsed.set;
    findings.push(finding('error', 'set-unreadable', wave.id, `"${text.slice(0, 60)}": ${parsed.error.why}`));
    return EMPTY;
  };
  return plan.waves.map((wave) => {
    const procedure = Object.hasOwn(plan.procedures, wave.procedure) ? (plan.procedures[wave.procedure] ?? null) : null;
    return { wave, procedure, targets: read(wave.targets, wave), affected: read(wave.affected, wave) };
  });
}

/** Whether its targets get anything at all: nodes that stand still for a switch do not. */
export function changesSomething({ procedure }: CheckedWave): boolean {
  return procedure === null || Object.keys(procedure.components).length > 0;
}
