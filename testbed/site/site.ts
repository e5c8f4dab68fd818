// What binds a testbed to a site: each node also has ports on a simulated fabric, a real BMC, an entry in the allocator and alerts; switches
// have versions and reload; two movers move nodes unless they are held off. One power cut takes all of a node at once.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { Alertmanager } from '../alertmanager/alertmanager.ts';
import { installAllocator, type InstalledAllocator } from '../allocator/install.ts';
import { Fabric } from '../fabric/fabric.ts';
import { OPS_HOST } from '../fabric/net-file.ts';
import { copyCommands } from '../folder.ts';
import { IpmiBmcs } from '../ipmi/bmcs.ts';
import { pathOf } from '../requirements.ts';
import { writeSiteDocuments } from './documents.ts';
import { linksOf, writeSwitches, type FabricPlace } from './links.ts';

const run = promisify(execFile);

export interface SiteOptions {
  /** Of equal size: the testbed's nodes must divide by it. */
  readonly units: number;
  readonly rails: number;
  /** At each of the first two runs a subnet manager. */
  readonly spines: number;
  /** A second cluster of customer borealis, nodes m1 to m4 with leaves of their own, under the same spines; the first is aurora's then. */
  readonly sharedSpine?: boolean;
  /** The autoscaler and the auto-repair, which meddle with every drained or dead node unless leased; default yes. */
  readonly movers?: boolean;
}

/** What the site needs of its testbed. */
export interface SiteHome {
  readonly folder: string;
  readonly nodes: readonly string[];
  readonly guests: readonly string[];
  readonly user: string;
  readonly sshPort: number;
  readonly spawn: (name: string, command: string, args: readonly string[]) => void;
}

/**
 * Of a node. bmcHangs: its BMC answers nothing. portInitialize, portDown: the port of rail `value` (1) stays in Initialize, or down, from its next
 * start on. flappingCable: that port goes down and up every second from then on. errorsGrow: its SymbolErrorCounter grows by 50 a second from now on.
 */
const PORT_FAULTS = ['portInitialize', 'portDown', 'flappingCable', 'errorsGrow'] as const;
export type SiteFault = (typeof PORT_FAULTS)[number] | 'bmcHangs' | 'switchUnlinked';

class SiteError extends Error {
  override readonly name = 'SiteError';
}

const TOOLS = ['ibnetdiscover', 'iblinkinfo', 'ibqueryerrors', 'saquery', 'sminfo'] as const;
const MOVERS = ['autoscaler', 'auto-repair'] as const;
const DEAD_MS = 3_000;
const oldHcaVersion = '28.39';

/** The bound parts of a running testbed; it starts and stops them. */
export class Site {
  readonly options: SiteOptions;
  readonly #home: SiteHome;
  #parts: { readonly fabric: Fabric; readonly bmcs: IpmiBmcs; readonly alertmanager: Alertmanager } | undefined;
  #allocator: InstalledAllocator | undefined;
  #places: readonly FabricPlace[] = [];
  readonly #started: AsyncDisposable[] = [];

  constructor(options: SiteOptions, home: SiteHome) {
    this.options = options;
    this.#home = home;
    if (home.nodes.length % options.units !== 0) throw new SiteError(`${home.nodes.length} nodes make no ${options.units} equal units`);
  }

  get fabric(): Fabric {
    return this.#running().fabric;
  }

  get bmcs(): IpmiBmcs {
    return this.#running().bmcs;
  }

  get alertmanager(): Alertmanager {
    return this.#running().alertmanager;
  }

  get allocator(): InstalledAllocator {
    if (!this.#allocator) throw new SiteError('the site has not started');
    return this.#allocator;
  }

  /** Names of switches, leaves first; none before the start. */
  get switches(): readonly string[] {
    const net = this.#parts?.fabric.net;
    return [...(net?.leaves ?? []), ...(net?.spines ?? [])];
  }

  /** Fabric, BMCs, Alertmanager and the documents; resolves when all of them answer. */
  async start(): Promise<void> {
    const { folder, nodes, guests } = this.#home;
    const all = [...nodes, ...guests];
    const nodesPerUnit = nodes.length / this.options.units;
    copyCommands(join(import.meta.dirname, 'bin'), folder);
    for (const node of all) this.#prepareNode(node);
    mkdirSync(join(folder, 'fabric'));
    const starting = [
      this.#keep(
        Fabric.start({
          ...this.options,
          units: this.options.units + (guests.length > 0 ? 1 : 0),
          nodesPerUnit,
          nodes: all,
          managers: Math.min(2, this.options.spines),
          folder: join(folder, 'fabric'),
        }),
      ),
      this.#keep(IpmiBmcs.start({ nodes: all, folder, chassis: this.#chassis(), env: { PITSTOP_TESTBED: folder } })),
      this.#keep(Alertmanager.start()),
    ] as const;
    await Promise.allSettled(starting); // so that `stop` knows all that did start
    const [fabric, bmcs, alertmanager] = await Promise.all(starting);
    this.#parts = { fabric, bmcs, alertmanager };
    this.#places = linksOf(fabric.net, fabric.managers, OPS_HOST);
    writeSwitches(folder, fabric.net, this.#places);
    this.#writeTools();
    const mover = (name: string): string[] => [join(folder, 'bin', 'mover-candidates'), name];
    const act = (name: string): string[] => [join(folder, 'bin', 'mover-act'), name, '{node}'];
    this.#allocator = installAllocator(folder, all, {
      autoscaler: { candidates: mover('autoscaler'), act: act('autoscaler') },
      'auto-repair': { candidates: mover('auto-repair'), act: act('auto-repair'), afterMs: DEAD_MS },
    });
    const leases = this.#allocator.leases;
    const managers = await this.#managers();
    writeSiteDocuments({
      ...this.#home,
      ...this.options,
      net: fabric.net,
      managers,
      bmcs,
      allocator: this.#allocator.options,
      leases,
      alerts: alertmanager.url,
    });
  }

  /** What watches and moves the nodes, once they are up. */
  watch(): void {
    const { folder, nodes, guests, spawn } = this.#home;
    spawn('sentinel', execPath, [join(import.meta.dirname, 'sentinel.ts'), folder, this.alertmanager.url, ...nodes, ...guests]);
    if (this.options.movers === false) return;
    const program = join(import.meta.dirname, '..', 'allocator', 'mover.ts');
    for (const name of MOVERS) spawn(name, execPath, [program, this.allocator.folder, name]);
  }

  /** ipmitool on the BMC of a node, as `['chassis', 'power', 'cycle']`; its stdout. Throws when it exits non-zero. */
  async ipmi(node: string, args: readonly string[]): Promise<string> {
    const place = ['-H', '127.0.0.1', '-p', String(this.bmcs.port(node)), '-U', this.bmcs.user, '-f', this.bmcs.passwordFile];
    const { stdout } = await run(pathOf('ipmitool'), ['-I', 'lanplus', '-C', '3', '-R', '1', ...place, ...args]);
    return stdout;
  }

  /** Runs a command of `bin/` on this machine, as the fabric's driver does, and returns what it printed. Throws when it exits non-zero. */
  async command(name: string, args: readonly string[] = []): Promise<string> {
    const { stdout } = await run(join(this.#home.folder, 'bin', name), [...args]);
    return stdout;
  }

  /** The version that runs on a switch, read from its folder. */
  switchVersion(name: string): string {
    return readFileSync(join(this.#switchState(name), 'version'), 'utf8').trim();
  }

  hcaVersion(node: string): string {
    return readFileSync(join(this.#home.folder, 'nodes', node, 'hca-version'), 'utf8').trim();
  }

  /** Links that are down, by the state that the testbed wants; a port in Initialize is not among them. */
  linksDown(): string[] {
    return readFileSync(join(this.#home.folder, 'site', 'off'), 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean);
  }

  async misbehave(target: string, fault: SiteFault, value: number): Promise<void> {
    if (fault === 'switchUnlinked') {
      this.#switchState(target);
      await this.command('switch-unlink', [target]);
      return;
    }
    if (fault === 'bmcHangs') {
      this.bmcs.misbehave(target, 'hang');
      return;
    }
    if (value < 1 || value > this.options.rails) throw new SiteError(`${target} has no rail ${value}`);
    writeFileSync(join(this.#home.folder, 'nodes', target, 'faults', fault), `${value}\n`);
    if (fault === 'errorsGrow')
      this.#home.spawn(`errors-grow-${target}`, join(this.#home.folder, 'bin', 'on-node'), [target, 'errors-grow', String(value)]);
  }

  /** Takes a node's or switch's faults on the site away. */
  async repair(target: string): Promise<void> {
    if (existsSync(join(this.#home.folder, 'switches', target))) {
      rmSync(join(this.#switchState(target), 'faults', 'oldVersion'), { force: true });
      await this.command('switch-unlink', [target, 'back']);
      return;
    }
    this.bmcs.repair(target);
    writeFileSync(join(this.#home.folder, 'nodes', target, 'power'), '1\n');
    for (const { link, ends } of this.#places) if (ends[0] === target) await this.#mend(link);
  }

  /** As a crew that takes the cable out, cleans it and puts it back: the faults of this link are gone, its counters are cleared, and it comes up. */
  async reseat(link: string): Promise<void> {
    const place = this.#places.find((one) => one.link === link);
    if (!place) throw new SiteError(`no link is called ${link}`);
    await this.#mend(link);
    const { place: end } = place;
    await this.#say([`PerformanceSet ${end} PortCounters.SymbolErrorCounter=0`, `Unlink ${end}`, `Relink ${end}`]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map((part) => part[Symbol.asyncDispose]()));
  }

  async #mend(link: string): Promise<void> {
    const place = this.#places.find((one) => one.link === link);
    if (!place) return;
    for (const fault of PORT_FAULTS) {
      const file = join(this.#home.folder, 'nodes', place.ends[0], 'faults', fault);
      if (existsSync(file) && Number(readFileSync(file, 'utf8')) === place.rail) rmSync(file);
    }
    // A flapping cable leaves its cut behind when its node loses power in the middle of it.
    rmSync(join(this.#home.folder, 'site', 'cut', link.replaceAll('/', ',')), { force: true });
    await this.#say([`Error ${place.place} 0`]);
    await this.command('link-sync');
  }

  async #say(lines: readonly string[]): Promise<void> {
    const child = run(join(this.#home.folder, 'bin', 'fabric-say'), []);
    child.child.stdin?.end(lines.map((line) => `${line}\n`).join(''));
    await child;
  }

  #prepareNode(node: string): void {
    const state = join(this.#home.folder, 'nodes', node);
    writeFileSync(join(state, 'power'), '1\n');
    writeFileSync(join(state, 'hca-version'), `${oldHcaVersion}\n`);
  }

  /** An executable of the BMCs, which know of no testbed. */
  #chassis(): string {
    const { folder } = this.#home;
    const path = join(folder, 'bin', 'chassis');
    writeFileSync(path, `#!/bin/sh\nPITSTOP_NODE='${folder}/nodes/'$1 exec '${folder}/bin/bmc-power' "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** The fabric's tools through the adapter that has a link: at the last spine, or while that is away at the first. */
  #writeTools(): void {
    const { folder } = this.#home;
    const last = this.fabric.net.spines.at(-1) ?? '';
    const choice = `at=${OPS_HOST}
for mark in down unlinked; do if [ -e '${folder}/switches/${last}/'$mark ]; then at=${this.fabric.managers[0]}; fi; done
`;
    for (const tool of TOOLS) {
      const text = readFileSync(this.fabric.command(tool), 'utf8');
      const path = join(folder, 'bin', tool);
      writeFileSync(path, text.replace('exec env', `${choice}exec env`).replace(`SIM_HOST=${OPS_HOST}`, 'SIM_HOST="$at"'));
      chmodSync(path, 0o755);
    }
  }

  /** Name of the spine -> GUID of the port of the host of its subnet manager. */
  async #managers(): Promise<{ readonly at: string; readonly host: string; readonly guid: string }[]> {
    const text = await this.fabric.tool('ibnetdiscover');
    return this.fabric.managers.map((host, index) => {
      const digits = new RegExp(`\\(([0-9a-f]+)\\)\\s+# "${host} mlx5_0"`).exec(text)?.[1];
      if (digits === undefined) throw new SiteError(`the fabric shows no host ${host}`);
      return { at: this.fabric.net.spines[index] ?? '', host, guid: `0x${digits.padStart(16, '0')}` };
    });
  }

  #switchState(name: string): string {
    const state = join(this.#home.folder, 'switches', name);
    if (!existsSync(state)) throw new SiteError(`no switch is called ${name}; there are ${this.switches.join(', ')}`);
    return state;
  }

  #running(): { readonly fabric: Fabric; readonly bmcs: IpmiBmcs; readonly alertmanager: Alertmanager } {
    if (!this.#parts) throw new SiteError('the site has not started');
    return this.#parts;
  }

  /** Stopped with the site, also when another part did not start. */
  async #keep<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    this.#started.push(part);
    return part;
  }
}
