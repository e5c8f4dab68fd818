// The jobs that are expected on the nodes when a window opens: neighbours in the cluster's order share one, and end with it.
import type { ExpectedJobs } from '../../core/forecast/assumptions.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Program } from '../../core/run/program.ts';
import { keyOf } from './key.ts';
import { lawOf, type Law } from './law.ts';

export interface JobBlocks {
  /** By target: its block; -1: no node. */
  readonly blockOf: Int32Array;
  /** By block: named after its first node, whether that is in the plan or not. */
  readonly keys: Int32Array;
  /** Share (0..1) of blocks that carry a job. */
  readonly busy: number;
  readonly remaining: Law;
}

/** Blocks are cut along the whole cluster, so that two plans over parts of it find the same jobs. */
export function jobBlocksOf(plan: Plan, program: Program, { busy, nodesEach, remaining }: ExpectedJobs): JobBlocks {
  const blockOf = new Int32Array(program.targets.length).fill(-1);
  const keys: number[] = [];
  for (const cluster of plan.fleet.document.clusters) {
    let index = 0;
    for (const node of expand(cluster.nodes)) {
      if (index % (nodesEach ?? Number.POSITIVE_INFINITY) === 0) keys.push(keyOf(`job from ${node}`));
      const target = program.idOf.get(node);
      if (target !== undefined) blockOf[target] = keys.length - 1;
      index++;
    }
  }
  return { blockOf, keys: Int32Array.from(keys), busy, remaining: lawOf(remaining) };
}
