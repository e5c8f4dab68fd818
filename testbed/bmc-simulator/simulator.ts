// Many simulated BMCs on loopback, each with a socket of its own: adjacent ports of one address, or one port of many addresses.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/std/clock.ts';
import { takePorts } from '../ports.ts';
import { Bmc, type HostEvent } from './bmc.ts';
import { makeCertificates } from './certificates.ts';
import { Listener } from './listener.ts';
import { defaultSettings, type BmcSettings } from './settings.ts';

export interface SimulatorOptions {
  readonly nodes: readonly string[];
  readonly clock: Clock;
  readonly settings?: Partial<BmcSettings>;
  /** https with an authority of our own; `caFile` has its certificate. */
  readonly tls?: boolean;
  /** one-port: every BMC has an address of its own in 127.2.0.0/16. Default: 127.0.0.1, a port each. */
  readonly spread?: 'ports' | 'one-port';
  /** The first port, where it must be known beforehand; default: whatever is free. */
  readonly port?: number;
  /** Called at once for what the host of a node feels. */
  readonly onPower?: (node: string, event: HostEvent) => void;
}

export class BmcSimulator {
  /** Holds `addresses` (lines "NODE URL") and the certificates; gone after stop. */
  readonly folder: string;
  readonly caFile: string | null;
  readonly #bmcs: ReadonlyMap<string, { readonly bmc: Bmc; readonly listener: Listener }>;
  readonly #release: () => void;

  private constructor(
    folder: string,
    caFile: string | null,
    bmcs: ReadonlyMap<string, { bmc: Bmc; listener: Listener }>,
    release: () => void,
  ) {
    this.folder = folder;
    this.caFile = caFile;
    this.#bmcs = bmcs;
    this.#release = release;
  }

  /** Resolves once every BMC listens. */
  static async start(options: SimulatorOptions): Promise<BmcSimulator> {
    const { nodes, clock, spread = 'ports', onPower = () => undefined } = options;
    const block = options.port === undefined ? await takePorts(spread === 'ports' ? nodes.length : 1) : null;
    const firstPort = options.port ?? block?.ports[0] ?? 0;
    const places = nodes.map((_, index) =>
      spread === 'ports'
        ? { host: '127.0.0.1', port: firstPort + index }
        : { host: `127.2.${Math.floor(index / 250)}.${(index % 250) + 1}`, port: firstPort },
    );
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pitstop-bmcs-'));
    const certificates = options.tls
      ? await makeCertificates(
          folder,
          places.map(({ host }) => host),
        )
      : null;
    const settings = { ...defaultSettings, ...options.settings };
    const bmcs = new Map(
      nodes.map((node, index) => {
        const bmc = new Bmc({ node, clock, settings, onPower });
        return [
          node,
          { bmc, listener: new Listener(bmc, { ...(places[index] ?? places[0] ?? { host: '127.0.0.1', port: 0 }), tls: certificates }) },
        ];
      }),
    );
    await Promise.all([...bmcs.values()].map(({ listener }) => listener.start()));
    writeFileSync(join(folder, 'addresses'), [...bmcs].map(([node, { listener }]) => `${node} ${listener.origin}\n`).join(''));
    return new BmcSimulator(folder, certificates?.caFile ?? null, bmcs, () => block?.release());
  }

  get addressFile(): string {
    return join(this.folder, 'addresses');
  }

  get nodes(): string[] {
    return [...this.#bmcs.keys()];
  }

  bmc(node: string): Bmc {
    return this.#get(node).bmc;
  }

  /** "http://127.0.0.1:10241" */
  url(node: string): string {
    return this.#get(node).listener.origin;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#bmcs.values()].map(({ listener }) => listener.stop()));
    this.#release();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #get(node: string): { readonly bmc: Bmc; readonly listener: Listener } {
    const found = this.#bmcs.get(node);
    if (!found) throw new Error(`the simulator has no BMC of ${node}`);
    return found;
  }
}
