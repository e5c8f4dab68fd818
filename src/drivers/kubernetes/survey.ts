// What `fleet import kubernetes` asks a live cluster for: its nodes with their labels and GPUs.
import type { DriverContext } from '../shared/context.ts';
import { KubernetesApi } from './api.ts';
import { readNodes, whyOf } from './look.ts';
import { kubernetesOptions, type KubernetesOptions } from './options.ts';

export interface KubernetesSurvey {
  /** As the kubeconfig calls the cluster. */
  readonly clusterName: string;
  readonly nodes: readonly { readonly name: string; readonly gpus: number; readonly labels: { readonly [key: string]: string } }[];
}

/** No survey: the server did not answer, or something else than nodes. The message is for people. */
class KubernetesSurveyError extends Error {
  override name = 'KubernetesSurveyError';
}

/** Rejects with KubernetesSurveyError. */
export async function surveyKubernetes(options: KubernetesOptions, context: DriverContext, signal: AbortSignal): Promise<KubernetesSurvey> {
  const api = new KubernetesApi(kubernetesOptions.parse(options), context);
  try {
    const listed = await readNodes(api, signal);
    const nodes = [...listed].map(([name, node]) => {
      if (node === null) throw new KubernetesSurveyError(`the API server lists ${name} in another shape than nodes have`);
      return { name, gpus: Number(node.status.capacity?.['nvidia.com/gpu'] ?? 0) || 0, labels: node.metadata.labels ?? {} };
    });
    return { clusterName: await api.clusterName(), nodes };
  } catch (error) {
    if (error instanceof KubernetesSurveyError) throw error;
    throw new KubernetesSurveyError(whyOf(error));
  } finally {
    api.close();
  }
}
