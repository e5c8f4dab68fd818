// What the checkers of a fabric are given, and what they look up in the plan's fleet by reading its links themselves.
import type { StoredEntry } from '../../../src/core/ports.ts';
import type { Cluster } from '../../../src/core/fleet/model.ts';
import { names, parseNodeSet } from '../../../src/core/fleet/nodeset.ts';
import { parseLink } from '../../../src/core/fleet/topology.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import type { Program, ProgramStep } from '../../../src/core/run/program.ts';
import type { FeltEvent } from '../../../src/sim/twin/felt-log.ts';

export interface FabricInput {
  readonly felt: readonly FeltEvent[];
  readonly entries: readonly StoredEntry[];
  readonly program: Program;
  readonly plan: Plan;
  /** Whether the run has ended for good, so that what it left can be judged. */
  readonly finished: boolean;
}

export class FabricEvidence {
  readonly input: FabricInput;
  readonly #entries: Map<number, StoredEntry[]>;
  /** Switch -> nodes and switches with a link to it. */
  readonly #joined = new Map<string, Set<string>>();
  readonly #clusterOf = new Map<string, Cluster>();
  readonly #switches = new Map<string, Cluster>();

  constructor(input: FabricInput) {
    this.input = input;
    this.#entries = Map.groupBy(input.entries, ({ target }) => target);
    for (const cluster of this.#clusters) {
      for (const node of listOf(cluster.nodes)) this.#clusterOf.set(node, cluster);
      for (const { name } of cluster.switches) if (!this.#switches.has(name)) this.#switches.set(name, cluster);
    }
    for (const link of this.#clusters.flatMap(({ links }) => links)) {
      const ends = parseLink(link);
      for (const from of listOf(ends?.from ?? '')) {
        this.#join(ends?.to ?? '', from);
        this.#join(from, ends?.to ?? '');
      }
    }
  }

  /** Nodes with a link to the switch; of one without any, those of the switches that are joined to it. */
  nodesBehind(name: string): readonly string[] {
    const own = this.#nodesAt(name);
    if (own.length > 0) return own;
    return [...new Set([...(this.#joined.get(name) ?? [])].flatMap((other) => this.#nodesAt(other)))];
  }

  /** The switches that the node has a link to. */
  leavesOf(node: string): readonly string[] {
    return [...(this.#joined.get(node) ?? [])];
  }

  /** With policy.redundant: the other switches of its role, one of which must be up while it is not; null: nobody stands in for it. */
  standIns(name: string): readonly string[] | null {
    const cluster = this.#switches.get(name);
    const role = cluster?.switches.find((one) => one.name === name)?.role;
    if (!cluster || !this.input.plan.policy.redundant || (role !== 'spine' && role !== 'core')) return null;
    const others = cluster.switches.filter((one) => one.role === role && one.name !== name).map((one) => one.name);
    return others.length === 0 ? null : others;
  }

  /** Where the subnet managers run, the master of the start first; null: on no device of the fleet. */
  get managers(): readonly { readonly name: string; readonly on: string | null }[] {
    const hosts = [...new Set(this.#clusters.flatMap(({ subnetManagers }) => listOf(subnetManagers ?? '')))];
    return hosts.length > 0 ? hosts.map((name) => ({ name, on: name })) : ['sm1', 'sm2'].map((name) => ({ name, on: null }));
  }

  consented(node: string, at: number): boolean {
    const customer = this.#clusterOf.get(node)?.customer ?? null;
    return this.input.entries.some(
      ({ kind, at: when, note }) =>
        kind === 'consent' && when <= at && note?.data?.['to'] === 'affected' && (note.data['customer'] ?? null) === customer,
    );
  }

  entriesOf(name: string): readonly StoredEntry[] {
    return this.#entries.get(this.input.program.idOf.get(name) ?? Number.NaN) ?? [];
  }

  step(id: number): ProgramStep | null {
    return this.input.program.steps[id] ?? null;
  }

  /** The step that the key of an act names, in the chain of its target. */
  stepBehind(name: string, key: string | undefined): ProgramStep | null {
    const { program } = this.input;
    const chain = program.chainOf[program.idOf.get(name) ?? -1];
    return program.steps.find((step) => step.chain === chain && step.name === key?.split('/')[1]) ?? null;
  }

  get #clusters(): readonly Cluster[] {
    return this.input.plan.fleet.document.clusters;
  }

  #nodesAt(name: string): string[] {
    return [...(this.#joined.get(name) ?? [])].filter((other) => this.#clusterOf.has(other));
  }

  #join(name: string, other: string): void {
    this.#joined.set(name, (this.#joined.get(name) ?? new Set()).add(other));
  }
}

function listOf(folded: string): string[] {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? [...names(parsed.set)] : [];
}
