// Links between the plan's nodes and those of its switches that disturb what hangs on them: whose ports may not come back.
import { parseLink } from '../../core/fleet/topology.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Program } from '../../core/run/program.ts';

export interface SwitchLinks {
  /** Node (target) -> its links are [from[node], from[node + 1]) of `switches`. */
  readonly from: Int32Array;
  /** By link: the switch (target) at its other end. */
  readonly switches: Int32Array;
}

/** `disturbing`: by chain of the program. null: there are no such links. */
export function switchLinksOf(plan: Plan, program: Program, disturbing: readonly boolean[]): SwitchLinks | null {
  if (!disturbing.includes(true)) return null;
  const switchesOf = new Map<number, number[]>();
  let links = 0;
  for (const cluster of plan.fleet.document.clusters) {
    for (const link of cluster.links) {
      const ends = parseLink(link);
      const there = program.idOf.get(ends?.to ?? '');
      if (!ends || there === undefined || !disturbing[program.chainOf[there] as number]) continue;
      for (const name of expand(ends.from)) {
        const node = program.idOf.get(name);
        if (node === undefined) continue;
        const list = switchesOf.get(node);
        if (list) list.push(there);
        else switchesOf.set(node, [there]);
        links++;
      }
    }
  }
  if (links === 0) return null;
  const from = new Int32Array(program.targets.length + 1);
  const switches = new Int32Array(links);
  let at = 0;
  for (let node = 0; node < program.targets.length; node++) {
    from[node] = at;
    for (const there of switchesOf.get(node) ?? []) switches[at++] = there;
  }
  from[program.targets.length] = at;
  return { from, switches };
}
