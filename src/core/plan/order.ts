// Puts things after what they wait for: components of a change, waves of a plan. The order given is kept wherever nothing speaks against it.

export interface Ordered {
  readonly order: readonly string[];
  /** The first cycle met, closed: ["a", "b", "a"] means a after b after a. null: none. */
  readonly cycle: readonly string[] | null;
}

/** Unknown names in `after` are no business of this function and are left out; an edge that closes a cycle is not followed. */
export function inOrder(items: readonly string[], after: (item: string) => readonly string[]): Ordered {
  const known = new Set(items);
  const done = new Set<string>();
  const order: string[] = [];
  let cycle: readonly string[] | null = null;
  for (const item of items) {
    // A stack of our own: a long chain of waves must not end in a stack overflow.
    const trail: { readonly name: string; readonly waitsFor: readonly string[]; next: number }[] = [];
    const onTrail = new Set<string>();
    const enter = (name: string): void => {
      trail.push({ name, waitsFor: after(name).filter((other) => known.has(other)), next: 0 });
      onTrail.add(name);
    };
    if (!done.has(item)) enter(item);
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      const next = top.waitsFor[top.next++];
      if (next === undefined) {
        trail.pop();
        onTrail.delete(top.name);
        done.add(top.name);
        order.push(top.name);
      } else if (onTrail.has(next)) {
        const names = trail.map(({ name }) => name);
        cycle ??= [...names.slice(names.indexOf(next)), next];
      } else if (!done.has(next)) enter(next);
    }
  }
  return { order, cycle };
}

/** "a after b after a" */
export function showCycle(cycle: readonly string[]): string {
  return cycle.join(' after ');
}
