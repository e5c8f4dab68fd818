// What differs between two plans, for people: a child against its parent.
import type { Plan } from './plan.ts';

/** One line a difference, in a fixed order; empty when both do the same thing. */
export function diffPlans(a: Omit<Plan, 'id'>, b: Omit<Plan, 'id'>): string[] {
  const waves = (plan: Omit<Plan, 'id'>): [string, unknown][] => plan.waves.map((wave) => [wave.id, wave]);
  const steps = (plan: Omit<Plan, 'id'>): [string, unknown][] =>
    Object.entries(plan.procedures).flatMap(([id, { steps, ...rest }]): [string, unknown][] => [
      ...Object.entries(rest).map(([key, value]): [string, unknown] => [`${id} ${key}`, value]),
      ...steps.map((step): [string, unknown] => [`${id} step ${step.name}`, step]),
    ]);
  return [
    ...(a.fleet.id === b.fleet.id ? [] : [`fleet: ${a.fleet.document.name} has changed`]),
    ...differences('change', Object.entries(a.change), Object.entries(b.change)),
    ...differences('policy', Object.entries(a.policy), Object.entries(b.policy)),
    ...differences('procedure', steps(a), steps(b)),
    ...differences('plan', [['sequence', a.sequence ?? {}]], [['sequence', b.sequence ?? {}]]),
    ...differences('wave', waves(a), waves(b)),
  ];
}

function differences(
  what: string,
  before: readonly (readonly [string, unknown])[],
  after: readonly (readonly [string, unknown])[],
): string[] {
  const [old, fresh] = [new Map(before), new Map(after)];
  return [
    ...before.flatMap(([key]) => (fresh.has(key) ? [] : [`${what} ${key}: gone`])),
    ...after.flatMap(([key, value]) => {
      if (!old.has(key)) return [`${what} ${key}: new`];
      const paths = changed(old.get(key), value, '');
      return paths.map(([path, from, to]) => `${what} ${key}${path}: ${from} -> ${to}`);
    }),
  ];
}

/** The places where two values differ, as deep as objects go; lists are one value. */
function changed(a: unknown, b: unknown, path: string): [string, string, string][] {
  if (isRecord(a) && isRecord(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return keys.flatMap((key) => changed(a[key], b[key], `${path}.${key}`));
  }
  const [from, to] = [show(a), show(b)];
  return from === to ? [] : [[path, from, to]];
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal values give equal text, whatever the order of their keys. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (isRecord(value))
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${key}: ${show(value[key])}`)
      .join(', ')}}`;
  return value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
