// Simulated BMCs with the redfish driver opened on them, and the few moves that its tests make.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Act, Driver, Observation, Result } from '../../src/core/ports.ts';
import type { RedfishOptions } from '../../src/drivers/redfish/options.ts';
import { openRedfish } from '../../src/drivers/redfish/redfish.ts';
import { wallClock, type Clock } from '../../src/std/clock.ts';
import type { Bmc } from './bmc.ts';
import { imageOf } from './firmware.ts';
import { BmcSimulator, type SimulatorOptions } from './simulator.ts';

export interface SimulatedOptions extends Partial<Omit<SimulatorOptions, 'clock'>> {
  readonly options?: Partial<RedfishOptions>;
  /** Whether the driver has a folder that outlives it. */
  readonly keepsState?: boolean;
}

/** Of the wall; its seconds are those of all settings. */
const SPEED = 20;
/** Three real seconds: what a busy machine may need. */
const TIMEOUT = '60s';
const CALL_MS = 120_000;

export class SimulatedBed {
  readonly simulator: BmcSimulator;
  readonly clock: Clock;
  readonly #made: SimulatedOptions;
  readonly #opened: Driver[] = [];
  #driver: Driver;

  constructor(simulator: BmcSimulator, clock: Clock, made: SimulatedOptions) {
    this.simulator = simulator;
    this.clock = clock;
    this.#made = made;
    this.#driver = this.open();
  }

  get driver(): Driver {
    return this.#driver;
  }

  /** Another driver on the same BMCs, as after a crash; the bed's moves use it from now on. */
  open(options: Partial<RedfishOptions> = {}): Driver {
    const { folder, caFile } = this.simulator;
    const { user, password } = this.bmc('n1').settings;
    const tls = caFile === null ? {} : { tls: { ca: caFile } };
    const all = { url: 'http://{node}.invalid', addresses: 'addresses', user, password: { env: 'BMC_PASSWORD' }, timeout: TIMEOUT, ...tls };
    const state = join(folder, 'state');
    if (this.#made.keepsState) mkdirSync(state, { recursive: true });
    const context = { folder, env: { BMC_PASSWORD: password, BMC_WRONG: 'wrong-password-9' }, clock: this.clock };
    this.#driver = openRedfish({ ...all, ...this.#made.options, ...options }, { ...context, ...(this.#made.keepsState ? { state } : {}) });
    this.#opened.push(this.#driver);
    return this.#driver;
  }

  bmc(node: string): Bmc {
    return this.simulator.bmc(node);
  }

  /** Path of an image with these versions. */
  image(versions: { readonly [component: string]: string }): string {
    const path = join(this.simulator.folder, 'image.bin');
    writeFileSync(path, imageOf(versions));
    return path;
  }

  async look(node = 'n1'): Promise<Observation> {
    const [seen] = await this.driver.observe([node], new AbortController().signal);
    if (!seen) throw new Error(`no observation of ${node}`);
    return seen;
  }

  async act(
    act: Extract<Act, { role: 'bmc' }>,
    { node = 'n1', key = 'run/step/1', ms = CALL_MS, signal = new AbortController().signal } = {},
  ): Promise<Result> {
    const [result] = await this.driver.act({ act, targets: [node], key, deadline: this.clock.now() + ms }, signal);
    if (!result) throw new Error(`no result of ${node}`);
    return result;
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((driver) => driver.close()));
    await this.simulator.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export async function openSimulated(options: SimulatedOptions = {}): Promise<SimulatedBed> {
  const { options: _, keepsState: __, ...simulated } = options;
  const clock = wallClock(SPEED);
  const simulator = await BmcSimulator.start({ nodes: ['n1', 'n2'], clock, ...simulated });
  return new SimulatedBed(simulator, clock, options);
}
