// Asks for the eviction of pods, politely: a PodDisruptionBudget that says "not now" is an answer, and its name is told.
import { isService, isWork, podName } from './jobs.ts';
import type { KubernetesSettings } from './options.ts';
import { statusObject, type PodObject } from './objects.ts';
import { each, write, type WriteContext } from './write.ts';

export interface Eviction {
  readonly pod: string;
  /** going: being deleted, or gone. later: a budget, or the server itself, says not now. waits: nothing evicts it, its own end is waited for. */
  readonly how: 'going' | 'later' | 'waits' | 'failed';
  readonly why: string;
  /** `namespace/name` of the budget that says "not now". */
  readonly budget: string | null;
}

const TOO_MANY = 429;
const GONE = 404;

/** One answer for each pod that is work. */
export function evictAll(to: WriteContext, pods: readonly PodObject[]): Promise<Eviction[]> {
  return each(pods.filter(isWork), (pod) => evict(to, pod));
}

async function evict(to: WriteContext, pod: PodObject): Promise<Eviction> {
  const answer = (how: Eviction['how'], why: string, budget: string | null = null): Eviction => ({ pod: podName(pod), how, why, budget });
  if (pod.metadata.deletionTimestamp) return answer('going', 'being deleted');
  if (!mayEvict(pod, to.api.settings)) return answer('waits', 'not evicted: nothing would start it again elsewhere');
  const { namespace, name, uid } = pod.metadata;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    // A pod of the same name that has come since is another one.
    deleteOptions: uid ? { preconditions: { uid } } : {},
  };
  const said = await write(to, { method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body });
  if (said.outcome === 'done' || said.status === GONE) return answer('going', 'evicted');
  if (said.status !== TOO_MANY) return answer('failed', said.words);
  const budget = budgetOf(said.body);
  if (budget === null) return answer('later', 'the API server asks to come later');
  const named = budget === '' ? 'a PodDisruptionBudget' : `PDB ${namespace}/${budget}`;
  return answer('later', `${named} allows no disruption: slow is not never`, budget === '' ? `${namespace}/?` : `${namespace}/${budget}`);
}

function mayEvict(pod: PodObject, { evict }: KubernetesSettings): boolean {
  return evict === 'all' || (evict === 'services' && isService(pod));
}

/** Its name, '' where the answer does not tell it; null: no budget said so. */
function budgetOf(body: unknown): string | null {
  const parsed = statusObject.safeParse(body);
  const causes = parsed.success ? (parsed.data.details?.causes ?? []) : [];
  const cause = causes.find(({ reason }) => reason === 'DisruptionBudget');
  if (cause) return /disruption budget (\S+) /i.exec(cause.message ?? '')?.[1] ?? '';
  return parsed.success && /disruption budget/i.test(parsed.data.message ?? '') ? '' : null;
}
