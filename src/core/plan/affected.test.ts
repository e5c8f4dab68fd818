import { expect, test } from 'vitest';
import type { TargetKind } from '../fleet/model.ts';
import { fold, nodeSetOf } from '../fleet/nodeset.ts';
import { topologyOf } from '../fleet/topology.ts';
import { affectedBy } from './affected.ts';
import { exampleCluster, exampleFleet, exampleStep } from './plan-example.ts';

const fleet = exampleFleet([
  exampleCluster('lab', 'n[1-8]', {
    domains: [
      { name: 'd1', nodes: 'n[1-4]', switches: 2 },
      { name: 'd2', nodes: 'n[5-8]', switches: 2 },
    ],
    feeds: [{ name: 'f1', nodes: 'n[1-6]' }],
    switches: [
      { name: 'leaf1', role: 'leaf' },
      { name: 'leaf2', role: 'leaf' },
      { name: 'spine1', role: 'spine' },
    ],
    links: ['n[1-3]/*--leaf1/*', 'n4/mlx5_0--leaf2/1'],
  }),
  exampleCluster('other', 'm[1-2]', { customer: 'aurora', feeds: [{ name: 'f1', nodes: 'm1' }] }),
]);
const reboot = exampleStep('activate', 'rebooting', { kind: 'do', act: 'reboot' });
const cycle = exampleStep('activate', 'rebooting', { kind: 'do', act: 'power-cycle' });

test.each<[TargetKind, string, string, string]>([
  ['node', 'n2', 'reboot', 'n2'],
  ['node', 'n2', 'cycle', 'n[1-4]'],
  ['node', 'm1', 'cycle', 'm1'],
  ['switch', 'leaf1', 'reboot', 'n[1-3]'],
  ['switch', 'spine1', 'reboot', 'n[1-8]'],
  ['domain', 'd2', 'reboot', 'n[5-8]'],
  ['feed', 'f1', 'reboot', 'm1,n[1-6]'],
  ['link', 'n4/mlx5_0--leaf2/1', 'reboot', 'n4'],
])('affected: %s %s (%s) takes something from %s', (kind, target, how, nodes) => {
  const steps = how === 'cycle' ? [cycle] : [reboot];
  expect(fold(affectedBy(topologyOf(fleet), kind, nodeSetOf([target]), steps))).toBe(nodes);
});
