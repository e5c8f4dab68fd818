import { describe, expect, test } from 'vitest';
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
const acCycle = exampleStep('activate', 'rebooting', { kind: 'do', act: 'ac-cycle' });
const cycle = exampleStep('activate', 'rebooting', { kind: 'do', act: 'power-cycle' });

test.each<[TargetKind, string, string, string]>([
  ['node', 'n2', 'reboot', 'n2'],
  ['node', 'n2', 'cycle', 'n[1-4]'],
  ['node', 'n2', 'ac-cycle', 'n[1-4]'],
  ['node', 'm1', 'cycle', 'm1'],
  ['switch', 'leaf1', 'reboot', 'n[1-3]'],
  ['switch', 'spine1', 'reboot', 'n[1-8]'],
  ['domain', 'd2', 'reboot', 'n[5-8]'],
  ['feed', 'f1', 'reboot', 'm1,n[1-6]'],
  ['link', 'n4/mlx5_0--leaf2/1', 'reboot', 'n4'],
])('affected: %s %s (%s) takes something from %s', (kind, target, how, nodes) => {
  const steps = how === 'cycle' ? [cycle] : how === 'ac-cycle' ? [acCycle] : [reboot];
  expect(fold(affectedBy(topologyOf(fleet), kind, nodeSetOf([target]), steps))).toBe(nodes);
});

describe('the subnet manager', () => {
  const spine = { name: 's1', role: 'spine' } as const;
  const joined = exampleFleet([
    exampleCluster('lab', 'n[1-4]', { switches: [spine], subnetManagers: 'n1,s1', feeds: [{ name: 'f1', nodes: 'n[1-2]' }] }),
    exampleCluster('theirs', 'm[1-2]', { customer: 'aurora', switches: [spine] }),
    exampleCluster('far', 'x[1-2]'),
  ]);
  const felt = (kind: TargetKind, target: string, how = reboot): string => {
    return fold(affectedBy(topologyOf(joined), kind, nodeSetOf([target]), [how]));
  };

  test('on a node that the steps take down, on a feed or switch: all that the fabric joins', () => {
    expect(felt('node', 'n1')).toBe('m[1-2],n[1-4]');
    expect(felt('node', 'n1', exampleStep('apply', 'updating', { kind: 'run', argv: ['/x'] }, { destructive: true }))).toBe(
      'm[1-2],n[1-4]',
    );
    expect(felt('switch', 's1')).toBe('m[1-2],n[1-4]');
    expect(felt('feed', 'f1')).toBe('m[1-2],n[1-4]');
  });

  test('none on the target, or steps that leave the node up: nobody else', () => {
    expect(felt('node', 'n2')).toBe('n2');
    expect(felt('node', 'n1', exampleStep('look', null, { kind: 'run', argv: ['/x'] }))).toBe('n1');
  });
});
