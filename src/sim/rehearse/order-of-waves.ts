// Waves with some of their waiting taken away. What a wave waited for through a wave or an edge that is gone, it still waits for, so that
// taking away one reason never takes away another.
import { must } from '../../std/assert.ts';
import type { Wave } from '../../core/plan/plan.ts';

/** The waves without those in `gone`; every reference to them is led on to what they themselves waited for. */
export function withoutWaves(waves: readonly Wave[], gone: ReadonlySet<string>): Wave[] {
  const cut = withoutEdges(waves, (_, before) => gone.has(before.id));
  const here = (id: string): boolean => !gone.has(id);
  return cut
    .filter(({ id }) => here(id))
    .map((wave) => ({
      ...wave,
      ...(wave.quiet && { quiet: wave.quiet.filter(here) }),
      ...(wave.holds && { holds: wave.holds.map((hold) => ({ ...hold, until: hold.until.filter(here) })) }),
    }));
}

/** The waves without the edges that `drop` names; instead of a dropped edge to a wave, there are edges to what that one waits for. */
export function withoutEdges(waves: readonly Wave[], drop: (wave: Wave, before: Wave) => boolean): Wave[] {
  const byId = new Map(waves.map((wave) => [wave.id, wave]));
  return waves.map((wave) => {
    const after = new Set<string>();
    const seen = new Set<string>();
    const open = [...wave.after];
    for (let id = open.shift(); id !== undefined; id = open.shift()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const before = must(byId.get(id), `wave ${id}`);
      if (drop(wave, before)) open.push(...before.after);
      else after.add(id);
    }
    return { ...wave, after: [...after] };
  });
}
