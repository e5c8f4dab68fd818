// Which procedure of the contract a path means, before anything of the request is read: sizes, methods and streams depend on it.
import { procedures, type Procedure } from '../contract/walk.ts';

const ALL = procedures();
const BY_NAME = new Map(ALL.map((procedure) => [nameOf(procedure), procedure]));
const PATTERNS = ALL.map((procedure) => ({
  procedure,
  pattern: new RegExp(`^${procedure.route.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  fields: procedure.route.split('{').length - 1,
}));

/** "runs.create", as the book of acts and documents name it. */
export function nameOf({ path }: Procedure): string {
  return path.join('.');
}

/** Those that a path of this server may mean: at most one below /rpc, one for each method below /api. */
export function proceduresAt(pathname: string): readonly Procedure[] {
  if (pathname.startsWith('/rpc/')) {
    const procedure = BY_NAME.get(pathname.slice('/rpc/'.length).replace(/\/$/, '').replaceAll('/', '.'));
    return procedure ? [procedure] : [];
  }
  return pathname.startsWith('/api/') ? ofRest(pathname.slice('/api'.length)) : [];
}

/** A path without fields goes before one with: /plans/working is no plan. */
function ofRest(path: string): readonly Procedure[] {
  const hits = PATTERNS.filter(({ pattern }) => pattern.test(path));
  const fewest = Math.min(...hits.map(({ fields }) => fields));
  return hits.filter(({ fields }) => fields === fewest).map(({ procedure }) => procedure);
}
