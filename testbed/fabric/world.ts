// A driver opened on a simulated fabric, as the conformance suite and tests want it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { openInfiniband } from '../../src/drivers/infiniband/infiniband.ts';
import type { InfinibandOptions } from '../../src/drivers/infiniband/options.ts';
import { wallClock, type Clock } from '../../src/std/clock.ts';
import type { FabricWorld } from '../../test/conformance/fabric.ts';
import type { Fabric } from './fabric.ts';

/** What a fleet file would say of this fabric. */
export function fabricOptions(fabric: Fabric): InfinibandOptions {
  const [ibnetdiscover, iblinkinfo, saquery, sminfo] = (['ibnetdiscover', 'iblinkinfo', 'saquery', 'sminfo'] as const).map((tool) => [
    fabric.command(tool),
  ]);
  const ibqueryerrors = [fabric.command('ibqueryerrors'), '--skip-sl'];
  return {
    commands: { ibnetdiscover, iblinkinfo, ibqueryerrors, saquery, sminfo },
    managers: fabric.managers.map((name) => ({
      name,
      stop: [fabric.command('sm-stop'), name],
      start: [fabric.command('sm-start'), name],
      config: [fabric.command('sm-config'), name],
    })),
    claims: fabric.folder,
  };
}

export function fabricWorld(fabric: Fabric, clock: Clock = wallClock()): FabricWorld {
  const driver = openInfiniband(fabricOptions(fabric), { folder: fabric.folder, env, clock });
  const count = join(fabric.folder, 'counted');
  writeFileSync(count, '');
  const railOf = (link: string): [string, number] => {
    const [, node = '', hca = ''] = /^([^/]+)\/mlx5_(\d+)--/.exec(link) ?? [];
    return [node, Number(hca) + 1];
  };
  return {
    driver,
    clock,
    nodes: fabric.nodes,
    switches: [...fabric.net.leaves, ...fabric.net.spines],
    linksOf: (node) => fabric.net.linksOf.get(node) ?? [],
    unlink: (link) => fabric.unlink(...railOf(link)),
    relink: (link) => fabric.relink(...railOf(link)),
    unlinkSwitch: (name) => fabric.unlink(name),
    relinkSwitch: (name) => fabric.relink(name),
    plantErrors: (link, errors) => fabric.setCounter(...railOf(link), 'PortRcvErrors', errors),
    managers: fabric.managers,
    echo: { argv: ['echo', 'hello'], stdout: 'hello' },
    fail: { argv: ['sh', '-c', 'exit 3'], exit: 3 },
    count: {
      argv: ['sh', '-c', `echo "$1" >>'${count}'; sleep 0.3`, 'count', '{node}'],
      times: (target) =>
        Promise.resolve(
          readFileSync(count, 'utf8')
            .split('\n')
            .filter((line) => line === target).length,
        ),
    },
    stop: () => fabric.stop(),
  };
}
