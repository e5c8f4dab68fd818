// A fleet file from what a live Slurm cluster showed: node sets folded, GPUs, the topology as switches, links and units, partitions as words.
import { foldNames, isNodeName } from '../core/fleet/nodeset.ts';
import type { SlurmSurvey, SurveyedSwitch } from '../drivers/slurm/survey.ts';
import type { Json, JsonObject } from '../std/json.ts';

export interface ImportedFleet {
  /** fleet.yaml, with comments. */
  readonly text: string;
  /** The same without comments. */
  readonly document: JsonObject;
  readonly nodes: number;
}

/** `driver`: the options of the slurm driver that reached the cluster. */
export function importedFleet(survey: SlurmSurvey, driver: JsonObject): ImportedFleet {
  const name = survey.clusterName.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9_]+/, '') || 'slurm';
  const nodes = survey.nodes.filter((node) => isNodeName(node.name));
  const known = new Set(nodes.map((node) => node.name));
  const gpus = [...new Set(nodes.map((node) => node.gpus ?? 0))];
  const cluster: JsonObject = {
    name,
    nodes: foldNames(known),
    ...(gpus.length === 1 ? { gpusPerNode: gpus[0] ?? 0 } : {}),
    ...topologyOf(survey.topology, known),
    drivers: { scheduler: Object.keys(driver).length === 0 ? 'slurm' : { use: 'slurm', ...driver } },
  };
  const document = { fleet: name, clusters: [cluster] };
  return { text: textOf(document, cluster, survey, known), document, nodes: known.size };
}

/** Level 0 switches are leaves; a node under exactly one of them is in the unit of that name. */
function topologyOf(topology: readonly SurveyedSwitch[], known: ReadonlySet<string>): JsonObject {
  const switches = topology.filter((each) => isNodeName(each.switch) && !known.has(each.switch));
  if (switches.length === 0) return {};
  const below = (each: SurveyedSwitch): string[] => each.nodes.filter((node) => known.has(node));
  const leaves = switches.filter(({ level, nodes }) => level === 0 && nodes.some((node) => known.has(node)));
  const names = new Set(switches.map((each) => each.switch));
  const roles = (['leaf', 'spine', 'core'] as const).flatMap((role, level) => {
    const ofRole = switches.filter((each) => Math.min(each.level, 2) === level).map((each) => each.switch);
    return ofRole.length === 0 ? [] : [{ name: foldNames(ofRole), role }];
  });
  const links = [
    ...leaves.map((leaf) => `${foldNames(below(leaf))}/*--${leaf.switch}/*`),
    ...switches.flatMap((each) => each.switches.filter((under) => names.has(under)).map((under) => `${under}/*--${each.switch}/*`)),
  ];
  const inOne = leaves.reduce((sum, leaf) => sum + below(leaf).length, 0) === new Set(leaves.flatMap(below)).size;
  const units = leaves.map((leaf) => ({ name: leaf.switch, nodes: foldNames(below(leaf)) }));
  return { ...(inOne && units.length > 0 ? { units } : {}), switches: roles, ...(links.length > 0 ? { links } : {}) };
}

/** YAML with the same content as the document; JSON's strings and lists are YAML's too. */
function textOf(document: JsonObject, cluster: JsonObject, survey: SlurmSurvey, known: ReadonlySet<string>): string {
  const left = survey.nodes.length - known.size;
  const gpus = new Map<number, string[]>();
  for (const { name, gpus: count } of survey.nodes) if (known.has(name)) gpus.set(count ?? 0, [...(gpus.get(count ?? 0) ?? []), name]);
  const lines = [
    `# From the live Slurm cluster ${comment(survey.clusterName)}.`,
    ...survey.partitions.map(({ name, nodes, isDefault }) => {
      const folded = foldNames(nodes.filter((node) => known.has(node)));
      return `# partition ${comment(name)}${isDefault ? ' (default)' : ''}: ${folded || 'no nodes'}`;
    }),
    ...(gpus.size > 1
      ? [...gpus].map(([count, names]) => `# ${count} GPUs: ${foldNames(names)} (asked from the scheduler, since they differ)`)
      : []),
    ...(left > 0 ? [`# ${left} nodes with names that are no node names were left out`] : []),
    `fleet: ${flow(document['fleet'])}`,
    'clusters:',
  ];
  for (const [i, [key, value]] of Object.entries(cluster).entries()) {
    const lead = i === 0 ? '  - ' : '    ';
    const listed = Array.isArray(value) && key !== 'drivers';
    lines.push(listed ? `${lead}${key}:` : `${lead}${key}: ${flow(value)}`);
    if (listed) for (const item of value as readonly Json[]) lines.push(`      - ${flow(item)}`);
  }
  lines.push('      # add how nodes are reached, such as');
  lines.push('      # drivers: {..., shell: {use: ssh, user: root, knownHosts: hosts.keys, key: {file: id_pit}}}');
  return `${lines.join('\n')}\n`;
}

/** Texts that YAML reads as texts without quotes; a number in them would not hurt, but a lone word may mean something to it. */
const PLAIN = /^(?!(true|false|null|yes|no|on|off|y|n)$)[a-z][a-z0-9_-]*$/;

/** As YAML on one line. */
export function flow(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => flow(item)).join(', ')}]`;
  if (typeof value === 'string' && PLAIN.test(value)) return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return `{${Object.entries(value)
    .map(([key, part]) => `${key}: ${flow(part)}`)
    .join(', ')}}`;
}

/** On one line: names of other systems rarely end a comment, but nobody has promised that. */
export function comment(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ');
}
