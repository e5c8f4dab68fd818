// The driver against real tools on a simulated fabric: the conformance suite, and what only this driver promises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { env } from 'node:process';
import { Fabric } from '../../../testbed/fabric/fabric.ts';
import { fabricOptions, fabricWorld } from '../../../testbed/fabric/world.ts';
import { realParts, type Part } from '../../../testbed/requirements.ts';
import { until } from '../../../testbed/until.ts';
import { fabricConformance } from '../../../test/conformance/fabric.ts';
import type { Driver, FabricFacts, Observation } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { openInfiniband } from './infiniband.ts';
import { surveyFabric } from './survey.ts';

const parts: readonly Part[] = ['ibsim', 'opensm', 'ibnetdiscover', 'iblinkinfo', 'ibqueryerrors', 'saquery', 'sminfo'];
const live = new AbortController().signal;

function open(fabric: Fabric): Driver {
  return openInfiniband(fabricOptions(fabric), { folder: fabric.folder, env, clock: wallClock() });
}

function factsOf({ target, facts, why }: Observation | undefined = { target: 'nobody', at: 0, facts: null, why: '' }): FabricFacts {
  if (facts?.role !== 'fabric') throw new Error(`no facts of ${target}: ${why}`);
  return facts;
}

realParts(
  describe,
  'infiniband on ibsim',
  () => {
    fabricConformance('infiniband', async () => fabricWorld(await Fabric.start({ units: 2, nodesPerUnit: 4, rails: 2, spines: 2 })));

    describe('infiniband: what real tools say', () => {
      let fabric: Fabric;
      let driver: Driver;
      beforeAll(async () => {
        fabric = await Fabric.start({ units: 1, nodesPerUnit: 3, rails: 2, spines: 1, rates: { 'u1r1/2': '1xEDR' } });
        driver = open(fabric);
      });
      afterAll(async () => {
        await driver?.close();
        await fabric?.stop();
      });

      test('width and speed are those of the link', async () => {
        const [slow, fast] = await driver.observe(['n2/mlx5_0--u1r1/2', 'n1/mlx5_0--u1r1/1'], live);
        expect(factsOf(slow).links).toMatchObject([{ width: '1X', speed: 'EDR', state: 'active' }]);
        expect(factsOf(fast).links).toMatchObject([{ width: '4X', speed: 'HDR', state: 'active' }]);
      });

      test('counters of both ends are added up', async () => {
        await fabric.setCounter('n1', 1, 'SymbolErrorCounter', 5);
        await fabric.setCounter('u1r1', 1, 'SymbolErrorCounter', 7);
        await fabric.setCounter('u1r1', 1, 'LinkDownedCounter', 2);
        const [seen] = await driver.observe(['n1/mlx5_0--u1r1/1'], live);
        expect(factsOf(seen).links[0]?.errors).toMatchObject({ SymbolErrorCounter: 12, LinkDownedCounter: 2 });
      });

      test('a port that no subnet manager can configure stays in initialize, and is told so', async () => {
        await fabric.stick('n3', 1);
        await fabric.unlink('n3', 1);
        await fabric.relink('n3', 1);
        const [node, link] = await driver.observe(['n3', 'n3/mlx5_0--u1r1/3'], live);
        expect(factsOf(link).links).toMatchObject([{ link: 'n3/mlx5_0--u1r1/3', state: 'initialize' }]);
        expect(factsOf(node).links.map(({ state }) => state)).toEqual(['initialize', 'active']);
        await fabric.unstick('n3', 1);
        await until('the link to be active', async () => {
          const [now] = await driver.observe(['n3/mlx5_0--u1r1/3'], live);
          return now?.facts?.role === 'fabric' && now.facts.links[0]?.state === 'active';
        });
      });

      test('without any subnet manager a link that comes back stays in initialize, and nobody is master', async () => {
        for (const manager of fabric.managers) await fabric.stopManager(manager);
        await fabric.unlink('n1', 2);
        await fabric.relink('n1', 2);
        const [seen] = await driver.observe(['n1/mlx5_1--u1r2/1'], live);
        expect(factsOf(seen)).toMatchObject({ links: [{ state: 'initialize' }], managers: [] });
        expect(seen?.why).toContain('no subnet manager answered');
        expect((await driver.diagnose(['n1'], live)).filter(({ rule }) => rule === 'fabric-master')).toHaveLength(1);
        await fabric.startManager('sm1');
        await until('the link to be active', async () => {
          const [now] = await driver.observe(['n1/mlx5_1--u1r2/1'], live);
          return now?.facts?.role === 'fabric' && now.facts.links[0]?.state === 'active';
        });
      });

      test('a survey gives the graph that was made', async () => {
        const graph = await surveyFabric(fabricOptions(fabric), { folder: fabric.folder, env, clock: wallClock() }, live);
        expect(graph.problems).toEqual([]);
        expect([graph.hosts.length, graph.switches.length, graph.links.length]).toEqual([3 * 2 + 3, 3, 3 * 2 + 2 + 3]);
      });
    });

    test('2,048 hosts are read', async () => {
      await using fabric = await Fabric.start({ units: 64, nodesPerUnit: 32, rails: 1, spines: 4 });
      const driver = open(fabric);
      const began = performance.now();
      const seen = await driver.observe(fabric.nodes, live);
      console.log(`2,048 hosts observed in ${Math.round(performance.now() - began)} ms`);
      expect(seen.filter((one) => factsOf(one).links[0]?.state === 'active')).toHaveLength(2_048);
      await driver.close();
    });
  },
  parts,
);
