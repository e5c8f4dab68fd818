// Every message for a bad fleet file, by the first line it prints.
import { describe, expect, test } from 'vitest';
import { parseFleet } from './fleet-file.ts';
import { BadInputError } from './problem.ts';

/** The first line printed; fails when the reader took the input. */
function firstLine(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof BadInputError) return error.message.split('\n')[0] ?? '';
    throw error;
  }
  return 'taken';
}

function cluster(text: string): string {
  return `fleet: lab\nclusters:\n  - name: lab\n    nodes: "n[1-4]"\n    ${text}\n`;
}

const QUOTE = 'put the node set or placeholder in double quotes';

describe('fleet file: bad input', () => {
  const check = (title: string, text: string, expected: string): void => {
    test(`fleet file: ${title}`, () => expect(firstLine(() => parseFleet(text, 'fleet.yaml'))).toBe(expected));
  };
  check('empty', '', 'fleet.yaml:1:1: the file is empty; write a map (key: value)');
  check('not a map', '- a\n', 'fleet.yaml:1:1: - a: must be a map (key: value); write a map (key: value)');
  check(
    'unknown key',
    'fleet: lab\nclustres: []\nclusters: [{name: a, nodes: n1}]\n',
    'fleet.yaml:2:1: clustres: unknown key; did you mean "clusters"?',
  );
  check(
    'unknown key (nothing near)',
    cluster('colour: red'),
    'fleet.yaml:5:5: colour: unknown key; known here: name, customer, mode, workload, nodes, gpusPerNode, racks, units, domains, power, switches, links, subnetManagers, image, drivers, leases',
  );
  check('missing key', 'fleet: lab\nclusters:\n  - name: lab\n', 'fleet.yaml:3:5: nodes: is missing; add "nodes": a node set as text');
  check('duplicate key', 'fleet: lab\nfleet: lab\n', 'fleet.yaml:2:1: fleet: the same key twice; keep one of them');
  check(
    'unquoted @',
    'fleet: lab\nclusters:\n  - name: lab\n    nodes: @rack:r1\n',
    `fleet.yaml:4:12: @rack:r1: plain value cannot start with reserved character @; ${QUOTE}`,
  );
  check(
    'unquoted [ in a flow map',
    'fleet: lab\nclusters:\n  - {name: lab, nodes: n[1-4]}\n',
    `fleet.yaml:3:25: n[1-4]: unexpected flow-seq-start at node end; ${QUOTE}`,
  );
  check(
    'a list for a node set',
    'fleet: lab\nclusters:\n  - {name: lab, nodes: [1-4]}\n',
    `fleet.yaml:3:24: [1-4]: must be a node set as text; ${QUOTE}`,
  );
  check(
    'a comma in an unquoted node set',
    'fleet: lab\nclusters:\n  - {name: lab, nodes: n1,n2}\n',
    `fleet.yaml:3:27: n2: a key without a value; write "key: value", or ${QUOTE}`,
  );
  check('tab as indentation', 'fleet: lab\nclusters:\n\t- name: a\n', 'fleet.yaml:3:1: a tab as indentation; indent with spaces');
  check(
    'wrong node set',
    'fleet: lab\nclusters:\n  - {name: lab, nodes: "n[1-4],n[7"}\n',
    'fleet.yaml:3:33: [7: a bracket opened but never closed; close it with ]',
  );
  check('reversed range', 'fleet: lab\nclusters:\n  - {name: lab, nodes: "n[4-1]"}\n', 'fleet.yaml:3:27: 4-1: reversed range; write 1-4');
  check(
    'a group in the nodes',
    'fleet: lab\nclusters:\n  - {name: lab, nodes: "@rack:r1"}\n',
    'fleet.yaml:3:24: @rack:r1: no groups are known here; write the names',
  );
  check(
    'nodes twice',
    'fleet: lab\nclusters:\n  - {name: a, nodes: "n[1-4]"}\n  - {name: b, nodes: "n[3-9]"}\n',
    'fleet.yaml:4:22: n[3-4]: also in cluster a; give each node to one cluster',
  );
  check(
    'cluster twice',
    'fleet: lab\nclusters:\n  - {name: a, nodes: n1}\n  - {name: a, nodes: n2}\n',
    'fleet.yaml:4:12: a: two clusters of this name; name each cluster once',
  );
  check(
    'too many nodes',
    'fleet: lab\nclusters:\n  - {name: a, nodes: "n[1-2000000]"}\n',
    'fleet.yaml:3:22: "n[1-2000000]": more than 1000000 nodes; write a smaller fleet',
  );
  check(
    'unknown mode',
    cluster('mode: cofirm'),
    'fleet.yaml:5:11: cofirm: is not one of observe, confirm, drain-only, act; did you mean "confirm"?',
  );
  check('unknown customer', cluster('customer: bob'), 'fleet.yaml:5:15: bob: is no customer of the fleet; add customers: [{name: bob}]');
  check(
    'unknown time zone',
    `timezone: America/Phenix\n${cluster('')}`,
    'fleet.yaml:1:11: America/Phenix: is no time zone; write a zone such as America/Phoenix',
  );
  check(
    'names that do not match',
    cluster('racks: {of: 2, name: "r[1-3]"}'),
    'fleet.yaml:5:26: "r[1-3]": 3 names for 2 groups (4 nodes, 2 each); write 2 names, or change "of"',
  );
  check(
    'group of strangers',
    cluster('racks: [{name: r1, nodes: "n[4-6]"}]'),
    'fleet.yaml:5:31: n[5-6]: not in the cluster; add them to its nodes, or take them out',
  );
  check(
    'a node in two racks',
    cluster('racks: [{name: r1, nodes: "n[1-2]"}, {name: r2, nodes: "n[2-3]"}]'),
    'fleet.yaml:5:60: n2: in two of these groups; put each node into one',
  );
  check(
    'leaf pattern without a unit',
    cluster('units: {of: 2, name: "u[1-2]", leaf: "leaf"}'),
    'fleet.yaml:5:42: "leaf": names the same leaf for every unit; put {unit} into it, as in "{unit}r{rail}"',
  );
  check(
    'leaf pattern without a rail',
    cluster('units: {of: 2, rails: 2, name: "u[1-2]", leaf: "{unit}x"}'),
    'fleet.yaml:5:52: "{unit}x": names the same leaf for every rail; put {rail} into it, as in "{unit}r{rail}"',
  );
  check(
    'unquoted placeholder',
    cluster('units: {of: 2, name: "u[1-2]", leaf: {unit}}'),
    `fleet.yaml:5:43: unit: a key without a value; write "key: value", or ${QUOTE}`,
  );
  check(
    'a switch named like a node',
    cluster('switches: [{name: n1}]'),
    'fleet.yaml:5:15: n1: a switch named like a node; give them different names',
  );
  check(
    'a link to nowhere',
    cluster('switches: [{name: leaf1}]\n    links: ["n1/a--leaf2/1"]'),
    'fleet.yaml:6:13: leaf2: is no switch of the fleet; did you mean "leaf1"?',
  );
  check(
    'a link from nowhere',
    cluster('links: ["n9/a--leaf1/1"]'),
    'fleet.yaml:5:13: n9: is no node of the cluster and no switch of the fleet; check the name',
  );
  check('not a link', cluster('links: ["n1-leaf1"]'), 'fleet.yaml:5:13: "n1-leaf1": is no link; write node/hca--switch/port');
  check('unknown role', cluster('drivers: {schedular: slurm}'), 'fleet.yaml:5:15: schedular: unknown key; did you mean "scheduler"?');
  check(
    'a secret in the file (not repeated)',
    cluster('drivers: {bmc: {use: redfish, password: hunter2}}'),
    'fleet.yaml:5:45: password: a secret stands in the file; write {env: NAME} or {file: NAME}',
  );
  check(
    'unknown placeholder',
    cluster('drivers: {shell: {use: ssh, address: "{nod}.mgmt"}}'),
    'fleet.yaml:5:42: {nod}: unknown placeholder; known here: {node} {nodes} {reason} {run}',
  );
  check(
    'half a lease',
    cluster('leases: {autoscaler: {take: [a], give: [b]}}'),
    'fleet.yaml:5:26: verify: is missing; add "verify": a list [...]',
  );
  check('an alias', 'fleet: &x lab\nclusters: *x\n', `fleet.yaml:1:11: lab: an anchor (&name) is not supported; take it out, or ${QUOTE}`);
});
