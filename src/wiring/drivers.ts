// The drivers by the names that fleet files give them: each with its options checked and opened for one cluster.
import { join } from 'node:path';
import type { z } from 'zod';
import type { DriverChoice } from '../core/fleet/model.ts';
import type { Driver } from '../core/ports.ts';
import { alertmanagerOptions } from '../drivers/alertmanager/options.ts';
import { openAlertmanager } from '../drivers/alertmanager/alertmanager.ts';
import { openAllocator } from '../drivers/allocator/allocator.ts';
import { allocatorOptions } from '../drivers/allocator/options.ts';
import { openInfiniband } from '../drivers/infiniband/infiniband.ts';
import { infinibandOptions } from '../drivers/infiniband/options.ts';
import { openIpmi } from '../drivers/ipmi/ipmi.ts';
import { ipmiOptions } from '../drivers/ipmi/options.ts';
import { openKubernetes } from '../drivers/kubernetes/kubernetes.ts';
import { kubernetesOptions } from '../drivers/kubernetes/options.ts';
import { openLocal } from '../drivers/local/local.ts';
import { redfishOptions } from '../drivers/redfish/options.ts';
import { openRedfish } from '../drivers/redfish/redfish.ts';
import { slurmOptions } from '../drivers/slurm/options.ts';
import { openSlurm } from '../drivers/slurm/slurm.ts';
import { sshOptions } from '../drivers/ssh/options.ts';
import { openSsh } from '../drivers/ssh/ssh.ts';
import type { DriverContext } from '../drivers/shared/context.ts';

export interface ServerContext extends DriverContext {
  /** A folder that outlives the process, for what was started and must not be started twice. */
  readonly state: string;
}

class DriverOptionsError extends Error {
  override name = 'DriverOptionsError';
}

type Open = (choice: DriverChoice, context: ServerContext) => Driver;

const OPEN: { readonly [name: string]: Open } = {
  slurm: (choice, context) => openSlurm(checkedOptions(slurmOptions, choice), context),
  ssh: (choice, context) => openSsh(checkedOptions(sshOptions, choice), context),
  local: (_, context) => openLocal({}, context),
  infiniband: (choice, context) => {
    const options = checkedOptions(infinibandOptions, choice);
    return openInfiniband({ ...options, claims: options.claims ?? join(context.state, 'once', 'fabric') }, context);
  },
  redfish: (choice, context) => openRedfish(checkedOptions(redfishOptions, choice), context),
  ipmi: (choice, context) => openIpmi(checkedOptions(ipmiOptions, choice), context),
  allocator: (choice, context) => openAllocator(checkedOptions(allocatorOptions, choice), context),
  alertmanager: (choice, context) => openAlertmanager(checkedOptions(alertmanagerOptions, choice), context),
  kubernetes: (choice, context) => openKubernetes(checkedOptions(kubernetesOptions, choice), context),
};

/** One driver of a cluster, by its choice in the fleet. Throws DriverOptionsError, or what the driver says of a missing secret. */
export function openDriver(choice: DriverChoice, context: ServerContext): Driver {
  const open = Object.hasOwn(OPEN, choice.use) ? OPEN[choice.use] : undefined;
  if (!open) throw new DriverOptionsError(`no driver is called ${choice.use}: ${Object.keys(OPEN).join(', ')}`);
  return open(choice, context);
}

/** Throws DriverOptionsError. */
export function checkedOptions<T extends z.ZodType>(schema: T, choice: DriverChoice): z.output<T> {
  const parsed = schema.safeParse(choice.options);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`);
  throw new DriverOptionsError(`driver ${choice.use}: ${issues.join('; ')}`);
}
