// What a slurmrestd offers, read from its own OpenAPI document: the newest data parser from v0.0.40 on, and which writes it lists.

export interface RestOffer {
  /** "v0.0.42". */
  readonly version: string;
  readonly nodes: string;
  readonly jobs: string;
  readonly reservations: string;
  /** With `{}` for the name or number; null: the document lists none. */
  readonly job: string | null;
  readonly writeNode: string | null;
  readonly writeReservation: string | null;
  readonly deleteReservation: string | null;
}

/** From here on every version has the shapes that rows.ts reads. */
const LEAST = [0, 0, 40] as const;

/** The offer, or why there is none. Never throws. */
export function offerOf(document: unknown): RestOffer | string {
  const paths = objectOf(objectOf(document)?.['paths']);
  if (!paths) return 'its OpenAPI document lists no paths';
  const versions = new Map<string, Map<string, ReadonlySet<string>>>();
  for (const [path, item] of Object.entries(paths)) {
    const match = /^\/slurm\/(v\d+\.\d+\.\d+)(\/.+)$/.exec(path);
    if (!match) continue;
    const [, version = '', rest = ''] = match;
    const methods = new Set(Object.keys(objectOf(item) ?? {}).map((method) => method.toLowerCase()));
    const known = versions.get(version) ?? new Map<string, ReadonlySet<string>>();
    versions.set(version, known.set(rest, methods));
  }
  const newest = [...versions.keys()].sort(compare).reverse();
  for (const version of newest) {
    const offer = compare(version, `v${LEAST.join('.')}`) < 0 ? null : offerOfVersion(version, versions.get(version) ?? new Map());
    if (offer) return offer;
  }
  const shown = newest.toReversed().join(', ') || 'none';
  return `it offers ${shown}; v${LEAST.join('.')} or later is needed`;
}

/** null: not even all that is read. */
function offerOfVersion(version: string, paths: ReadonlyMap<string, ReadonlySet<string>>): RestOffer | null {
  const find = (method: string, pattern: RegExp): string | null => {
    for (const [path, methods] of paths)
      if (methods.has(method) && pattern.test(path)) return `/slurm/${version}${path}`.replace(/\{[^}]*\}/, '{}');
    return null;
  };
  const [nodes, jobs, reservations] = ['nodes', 'jobs', 'reservations'].map((what) => find('get', new RegExp(`^/${what}/?$`)));
  if (!nodes || !jobs || !reservations) return null;
  return {
    version,
    nodes,
    jobs,
    reservations,
    job: find('get', /^\/job\/\{[^}]*\}$/),
    writeNode: find('post', /^\/node\/\{[^}]*\}$/),
    writeReservation: find('post', /^\/reservation\/?$/),
    deleteReservation: find('delete', /^\/reservation\/\{[^}]*\}$/),
  };
}

function compare(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => version.slice(1).split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (x?.[i] ?? 0) - (y?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function objectOf(value: unknown): { readonly [key: string]: unknown } | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}
