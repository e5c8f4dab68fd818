// What is read of the API's objects, and nothing more: keys that we do not need may be anything.
import { z } from 'zod';

const texts = z.record(z.string(), z.string()).nullish();
const owner = z.looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() });
const condition = z.looseObject({ type: z.string(), status: z.string(), reason: z.string().nullish(), message: z.string().nullish() });
const metadata = z.looseObject({
  name: z.string().min(1),
  namespace: z.string().nullish(),
  uid: z.string().nullish(),
  resourceVersion: z.string().nullish(),
  labels: texts,
  annotations: texts,
  ownerReferences: z.array(owner).nullish(),
  deletionTimestamp: z.string().nullish(),
});

export const nodeObject = z.looseObject({
  metadata,
  spec: z.looseObject({
    unschedulable: z.boolean().nullish(),
    taints: z.array(z.looseObject({ key: z.string(), value: z.string().nullish(), effect: z.string() })).nullish(),
  }),
  status: z.looseObject({ conditions: z.array(condition).nullish(), capacity: texts }),
});
export type NodeObject = z.infer<typeof nodeObject>;

export const podObject = z.looseObject({
  metadata: metadata.extend({ namespace: z.string().min(1) }),
  spec: z.looseObject({
    nodeName: z.string().nullish(),
    activeDeadlineSeconds: z.number().nullish(),
    containers: z.array(z.looseObject({ resources: z.looseObject({ requests: texts, limits: texts }).nullish() })),
  }),
  status: z.looseObject({ phase: z.string(), startTime: z.string().nullish() }),
});
export type PodObject = z.infer<typeof podObject>;

/** maintenance.nvidia.com/v1alpha1 NodeMaintenance, as of its published types. */
export const maintenanceObject = z.looseObject({
  metadata: metadata.extend({ namespace: z.string().min(1) }),
  spec: z.looseObject({ requestorID: z.string(), nodeName: z.string(), cordon: z.boolean().nullish() }),
  status: z.looseObject({ conditions: z.array(condition).nullish() }).nullish(),
});
export type MaintenanceObject = z.infer<typeof maintenanceObject>;

export const listObject = z.looseObject({
  metadata: z.looseObject({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.unknown()),
});

/** What the API server says when it does not do what it was asked. */
export const statusObject = z.looseObject({
  message: z.string().nullish(),
  reason: z.string().nullish(),
  details: z
    .looseObject({ causes: z.array(z.looseObject({ reason: z.string().nullish(), message: z.string().nullish() })).nullish() })
    .nullish(),
});

export const reviewObject = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

/** The condition's status, or null. */
export function conditionOf(object: { readonly conditions?: z.infer<typeof condition>[] | null | undefined }, type: string) {
  return object.conditions?.find((one) => one.type === type) ?? null;
}
