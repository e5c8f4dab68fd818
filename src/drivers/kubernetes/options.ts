// What fleet.yaml says about a cluster that schedules by Kubernetes, and what the driver is opened with.
import { z } from 'zod';
import { duration } from '../shared/options.ts';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Options of `drivers: {scheduler: {use: kubernetes, ...}}`. Parsing twice changes nothing. */
export const kubernetesOptions = z.strictObject({
  /** A kubeconfig, relative to the fleet's folder; default: as kubectl finds it (KUBECONFIG, ~/.kube/config, the pod's own account). */
  kubeconfig: z.string().min(1).optional(),
  /** Of the kubeconfig; default: its current one. */
  context: z.string().min(1).optional(),
  /** Where our NodeMaintenance objects of the maintenance operator stand. */
  namespace: z.string().regex(DNS_LABEL, 'the name of a namespace').default('default'),
  /**
   * Which pods a drain evicts. services: those whose controller starts them again elsewhere (ReplicaSet, StatefulSet); a training job
   * would be killed by it, so jobs and bare pods are waited for. all: those too. none: all are waited for.
   */
  evict: z.enum(['services', 'all', 'none']).default('services'),
  /** Taints that stand on healthy nodes and take nothing out of service, by key. */
  usualTaints: z.array(z.string().min(1)).default(['nvidia.com/gpu']),
  /** How long one request may take, e.g. "30s". */
  timeout: duration.default('30s'),
});
export type KubernetesOptions = z.input<typeof kubernetesOptions>;
export type KubernetesSettings = z.output<typeof kubernetesOptions>;
