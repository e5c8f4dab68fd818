// What is asked of a live site outside of any run: a fleet file from a cluster, an inventory, a doctor's look. Reads only.
import { z } from 'zod';
import type { ImportFabricAsked } from '../api/contract/map-schemas.ts';
import type { Finding } from '../core/finding.ts';
import type { Cluster, Fleet, Inventory, InventoryNode } from '../core/fleet/model.ts';
import { names, parseNodeSet } from '../core/fleet/nodeset.ts';
import type { Driver, Observation } from '../core/ports.ts';
import { kubernetesOptions } from '../drivers/kubernetes/options.ts';
import { surveyKubernetes } from '../drivers/kubernetes/survey.ts';
import { slurmOptions } from '../drivers/slurm/options.ts';
import { surveySlurm } from '../drivers/slurm/survey.ts';
import { planSchema } from '../files/plan-schema.ts';
import { BadInputError, shorten } from '../files/problem.ts';
import { assert } from '../std/assert.ts';
import { wallClock } from '../std/clock.ts';
import type { JsonObject } from '../std/json.ts';
import type { ImportedFabric } from './imported-fabric.ts';
import { surveyFabric } from './imported-fabric-survey.ts';
import { importedFleet, type ImportedFleet } from './imported-fleet.ts';
import { importedKubernetes } from './imported-kubernetes.ts';
import { checkedOptions, openDriver, type ServerContext } from './drivers.ts';

/** An outside system gave no answer, or none that makes sense; the API knows it by its name. */
class OutsideSilentError extends Error {
  override name = 'OutsideSilentError';
}

const LOOK_MS_MAX = 120_000;

export const site = {
  /** `options` as in `drivers: {scheduler: {use: slurm, ...}}`. Throws DriverOptionsError or OutsideSilentError. */
  async importSlurm(options: JsonObject, folder: string): Promise<ImportedFleet> {
    const settings = checkedOptions(slurmOptions, { use: 'slurm', options });
    try {
      return importedFleet(await surveySlurm(settings, contextOf(folder)), options);
    } catch (error) {
      throw asSilent(error);
    }
  },

  /** `options` as in `drivers: {scheduler: {use: kubernetes, ...}}`. Throws DriverOptionsError or OutsideSilentError. */
  async importKubernetes(options: JsonObject, folder: string): Promise<ImportedFleet> {
    const settings = checkedOptions(kubernetesOptions, { use: 'kubernetes', options });
    try {
      const survey = await surveyKubernetes(settings, contextOf(folder), AbortSignal.timeout(LOOK_MS_MAX));
      const imported = importedKubernetes(survey, options);
      if (imported.nodes === 0) throw new OutsideSilentError(`the cluster ${survey.clusterName} lists no node that work runs on`);
      return imported;
    } catch (error) {
      throw asSilent(error);
    }
  },

  /** Throws BadInputError, DriverOptionsError, or OutsideSilentError when the fabric is asked and does not answer. */
  async importFabric(asked: ImportFabricAsked): Promise<ImportedFabric> {
    try {
      return await surveyFabric(asked, contextOf(asked.folder));
    } catch (error) {
      throw asSilent(error);
    }
  },

  /** Throws OutsideSilentError when a scheduler says nothing of any of its nodes. */
  async inventory(fleet: unknown, folder: string): Promise<Inventory> {
    const { name, clusters } = fleetOf(fleet);
    const at = Date.now();
    const nodes = await Promise.all(clusters.map((cluster) => nodesOf(cluster, contextOf(folder))));
    return { fleet: name, at, nodes: nodes.flat() };
  },

  /** Everything that the drivers of every cluster say of their systems; a driver that cannot be opened is a finding too. */
  async doctor(fleet: unknown, folder: string): Promise<readonly Finding[]> {
    const { clusters } = fleetOf(fleet);
    const findings = await Promise.all(
      clusters.flatMap((cluster) => {
        const roles = Object.keys(cluster.drivers);
        return roles.length === 0
          ? [Promise.resolve([nothingToAsk(cluster)])]
          : roles.map((role) => examine(cluster, role, contextOf(folder)));
      }),
    );
    return findings.flat();
  },
};

/** Errors by name, since drivers are not told apart by class across folders, and who it is that is silent. */
const SILENCES: ReadonlyMap<string, string> = new Map([
  ['SlurmCallError', 'slurmctld: '],
  ['SlurmOutputError', 'slurmctld: '],
  // These name the server and the tool.
  ['KubernetesSurveyError', ''],
  ['ToolError', ''],
]);

function asSilent(error: unknown): unknown {
  const who = error instanceof Error ? SILENCES.get(error.name) : undefined;
  return error instanceof Error && who !== undefined ? new OutsideSilentError(`${who}${error.message}`) : error;
}

function contextOf(folder: string): ServerContext {
  // Only looks are made from here: nothing is started that must not be started twice.
  return { folder, env: process.env, clock: wallClock(), state: folder };
}

/** Our own clients send a fleet that they have read and checked; others may send anything. */
function fleetOf(fleet: unknown): Fleet {
  const parsed = planSchema.shape.fleet.shape.document.safeParse(fleet);
  if (!parsed.success) throw badFleet(z.prettifyError(parsed.error));
  return parsed.data;
}

function badFleet(why: string): BadInputError {
  const mend = 'send the fleet as fleet.yaml is read';
  return new BadInputError([{ file: 'fleet', line: 1, col: 1, value: '', why: `what was sent is no fleet: ${shorten(why)}`, mend }]);
}

function nodeNames(cluster: Cluster): string[] {
  const parsed = parseNodeSet(cluster.nodes);
  if (!parsed.ok) throw badFleet(`cluster ${cluster.name}: ${cluster.nodes} is no node set`);
  return [...names(parsed.set)];
}

async function nodesOf(cluster: Cluster, context: ServerContext): Promise<InventoryNode[]> {
  const choice = cluster.drivers['scheduler'];
  if (!choice) return nodeNames(cluster).map((name) => unknownNode(cluster, name, 'this cluster has no scheduler driver'));
  const driver = openDriver(choice, context);
  try {
    const seen = await driver.observe(nodeNames(cluster), AbortSignal.timeout(LOOK_MS_MAX));
    if (seen.length > 0 && seen.every(({ facts }) => facts === null)) {
      throw new OutsideSilentError(`the scheduler of cluster ${cluster.name} says nothing of its nodes: ${seen[0]?.why}`);
    }
    return seen.map((observation) => nodeOf(cluster, observation));
  } finally {
    await driver.close();
  }
}

function nodeOf(cluster: Cluster, { target, facts, why }: Observation): InventoryNode {
  if (facts?.role !== 'scheduler') return unknownNode(cluster, target, why);
  return {
    name: target,
    cluster: cluster.name,
    inService: facts.inService,
    state: facts.state,
    reason: facts.drain?.reason || facts.reservation?.reason || why,
    gpus: facts.gpus ?? cluster.gpusPerNode,
    // Which commands tell a version is the change's to say, and here there is none.
    versions: {},
    jobs: facts.jobs.length,
  };
}

function unknownNode(cluster: Cluster, name: string, reason: string): InventoryNode {
  return { name, cluster: cluster.name, inService: false, state: 'unknown', reason, gpus: cluster.gpusPerNode, versions: {}, jobs: 0 };
}

async function examine(cluster: Cluster, role: string, context: ServerContext): Promise<Finding[]> {
  const choice = cluster.drivers[role];
  assert(choice, `driver of role ${role}`);
  let driver: Driver;
  try {
    driver = openDriver(choice, context);
  } catch (error) {
    // What is missing or misspelt in the fleet file; the drivers word it with its mend.
    const message = error instanceof Error ? error.message : String(error);
    return [{ severity: 'error', target: `${cluster.name} ${role}`, rule: 'driver-opens', message }];
  }
  try {
    const findings = await driver.diagnose(nodeNames(cluster), AbortSignal.timeout(LOOK_MS_MAX));
    return findings.map((finding) => ({ ...finding, target: finding.target === driver.name ? `${cluster.name} ${role}` : finding.target }));
  } finally {
    await driver.close();
  }
}

function nothingToAsk(cluster: Cluster): Finding {
  return {
    severity: 'error',
    target: cluster.name,
    rule: 'no-scheduler',
    message: 'this cluster has no drivers, so nothing can be done to it',
  };
}
