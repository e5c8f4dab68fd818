// A fleet file from what a live Kubernetes cluster showed: its working nodes folded, GPUs, and racks by their label.
import { foldNames, isNodeName } from '../core/fleet/nodeset.ts';
import type { KubernetesSurvey } from '../drivers/kubernetes/survey.ts';
import type { JsonObject } from '../std/json.ts';
import { comment, flow, type ImportedFleet } from './imported-fleet.ts';

/** The first of these that every node has tells its rack. */
const RACK_LABELS = ['topology.kubernetes.io/rack', 'topology.kubernetes.io/zone'];
const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';

/** `driver`: the options of the kubernetes driver that reached the cluster. */
export function importedKubernetes(survey: KubernetesSurvey, driver: JsonObject): ImportedFleet {
  const name = survey.clusterName.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9_]+/, '') || 'kubernetes';
  const nodes = survey.nodes.filter((node) => isNodeName(node.name) && !(CONTROL_PLANE_LABEL in node.labels));
  const gpus = [...new Set(nodes.map((node) => node.gpus))];
  const label = RACK_LABELS.find((key) => nodes.every(({ labels }) => labels[key] !== undefined && isNodeName(labels[key])));
  const racks = label === undefined ? [] : [...Map.groupBy(nodes, ({ labels }) => labels[label] ?? '')];
  const cluster: JsonObject = {
    name,
    nodes: foldNames(nodes.map((node) => node.name)),
    ...(gpus.length === 1 ? { gpusPerNode: gpus[0] ?? 0 } : {}),
    ...(racks.length > 0
      ? { racks: racks.map(([rack, inside]) => ({ name: rack, nodes: foldNames(inside.map((node) => node.name)) })) }
      : {}),
    drivers: { scheduler: Object.keys(driver).length === 0 ? 'kubernetes' : { use: 'kubernetes', ...driver } },
  };
  const left = survey.nodes.length - nodes.length;
  const lines = [
    `# From the live Kubernetes cluster ${comment(survey.clusterName)}.`,
    ...(left > 0 ? [`# ${left} nodes of the control plane, or with names that are no node names, were left out`] : []),
    ...(gpus.length > 1 ? ['# nodes differ in their GPUs: they are asked from the scheduler'] : []),
    label === undefined ? `# no racks: not every node has the label ${RACK_LABELS.join(' or ')}` : `# racks are by the label ${label}`,
    `fleet: ${flow(name)}`,
    'clusters:',
    ...Object.entries(cluster).map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${flow(value)}`),
    '      # add how nodes are reached, such as',
    '      # drivers: {..., shell: {use: ssh, user: root, knownHosts: hosts.keys, key: {file: id_pit}}}',
  ];
  return { text: `${lines.join('\n')}\n`, document: { fleet: name, clusters: [cluster] }, nodes: nodes.length };
}
