// What the commands of a bound testbed know of its fabric: every link with its two ends, and of every switch who is behind it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FabricNet } from '../fabric/net-file.ts';

export interface FabricPlace {
  /** As the driver names it. */
  readonly link: string;
  /** What ibsim's console calls one of its ends. */
  readonly place: string;
  readonly ends: readonly [string, string];
  /** 0: between switches, or to a host that is no node. */
  readonly rail: number;
}

/** The version that runs on switches when a testbed starts. */
const oldSwitchVersion = '31.2012';

export function linksOf(net: FabricNet, managers: readonly string[], opsHost: string): FabricPlace[] {
  const ofNodes = net.nodes.flatMap((node) =>
    (net.linksOf.get(node) ?? []).map((link, index): FabricPlace => {
      const leaf = link.replace(/^.*--/, '').replace(/\/.*$/, '');
      return { link, place: `"${net.idsOf.get(node)?.[index] ?? node}"[1]`, ends: [node, leaf], rail: index + 1 };
    }),
  );
  const trunks = net.trunks.map((link): FabricPlace => {
    const [, spine = '', port = '', leaf = ''] = /^([^/]+)\/(\d+)--([^/]+)\//.exec(link) ?? [];
    return { link, place: `"${spine}"[${port}]`, ends: [spine, leaf], rail: 0 };
  });
  const hosts = [...managers, opsHost].map((host, index): FabricPlace => {
    const spine = (host === opsHost ? net.spines.at(-1) : net.spines[index % net.spines.length]) ?? '';
    return { link: `${host}--${spine}`, place: `"${host}"[1]`, ends: [host, spine], rail: 0 };
  });
  return [...ofNodes, ...trunks, ...hosts];
}

/** `site/links`, the state of the links, and a folder for each switch. */
export function writeSwitches(folder: string, net: FabricNet, places: readonly FabricPlace[]): void {
  mkdirSync(join(folder, 'site', 'cut'), { recursive: true });
  writeFileSync(join(folder, 'site', 'off'), '');
  const lines = places.map(({ link, place, ends, rail }) => `${link} ${place} ${ends.join(' ')} ${rail}\n`);
  writeFileSync(join(folder, 'site', 'links'), lines.join(''));
  for (const name of [...net.leaves, ...net.spines]) {
    const state = join(folder, 'switches', name);
    mkdirSync(join(state, 'faults'), { recursive: true });
    const isSpine = net.spines.includes(name);
    const behind = net.nodes.filter((node) => isSpine || places.some(({ ends }) => ends[0] === node && ends[1] === name));
    writeFileSync(join(state, 'role'), isSpine ? 'spine\n' : 'leaf\n');
    writeFileSync(join(state, 'nodes'), behind.map((node) => `${node}\n`).join(''));
    writeFileSync(join(state, 'version'), `${oldSwitchVersion}\n`);
  }
}
