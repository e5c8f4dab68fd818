// One simulated BMC: the power of its host, its own comings and goings, and its sessions. Time is the clock it is handed.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../src/std/clock.ts';
import { Faults } from './faults.ts';
import { Firmware } from './firmware.ts';
import type { BmcSettings } from './settings.ts';

export type PowerState = 'On' | 'Off' | 'PoweringOn' | 'PoweringOff';
/** What the host feels. off: power gone. on: power given. restart: reset without power loss. shutdown: the system is asked to stop. */
export type HostEvent = 'on' | 'off' | 'restart' | 'shutdown';
type OnPower = (node: string, event: HostEvent) => void;

export interface BmcContext {
  readonly node: string;
  readonly clock: Clock;
  readonly settings: BmcSettings;
  readonly onPower: OnPower;
}

export interface Session {
  readonly id: string;
  readonly user: string;
  readonly token: string;
  seenAt: number;
}

/** Answers without a clock of its own are wrong in tests: everything here happens by `clock.after`. */
export class Bmc {
  readonly node: string;
  readonly clock: Clock;
  readonly faults = new Faults();
  readonly firmware: Firmware;
  settings: BmcSettings;
  power: PowerState = 'On';
  /** What it says instead of the truth. */
  lies: PowerState | null = null;
  /** Whose answers these are; another board's when the wiring is wrong. */
  uuid: string = randomUUID();
  /** How often the host was given power. */
  starts = 0;
  /** What a real board might not have survived. */
  readonly harm: string[] = [];
  readonly sessions = new Map<string, Session>();
  /** "METHOD path", in order. */
  readonly asked: string[] = [];
  /** Set by whoever holds the listening socket. */
  onAway: (away: boolean) => void = () => undefined;
  away = false;
  /** How often the BMC itself went away. */
  outages = 0;
  readonly #onPower: OnPower;
  #turn = 0;

  constructor({ node, clock, settings, onPower }: BmcContext) {
    this.node = node;
    this.clock = clock;
    this.settings = settings;
    this.#onPower = onPower;
    this.firmware = new Firmware(clock, settings, () => this.settings.update, {
      reboot: (seconds, before) => this.#goAway(seconds, before),
    });
  }

  /** For tests and testbeds: other behaviour from now on. */
  tell(change: Partial<BmcSettings>): void {
    this.settings = { ...this.settings, ...change };
  }

  get shownPower(): PowerState {
    return this.lies ?? this.power;
  }

  get hasPower(): boolean {
    return this.power === 'On' || this.power === 'PoweringOn';
  }

  /** Null: taken; else why not. */
  reset(type: string): string | null {
    const { resetTypes, offSeconds, onSeconds } = this.settings;
    if (!resetTypes.includes(type)) return `the value ${type} for ResetType is not in the list of acceptable values`;
    if (type === 'On' || type === 'ForceOn') this.#turnOn();
    else if (type === 'ForceOff' || type === 'GracefulShutdown') this.#turnOff(type);
    else if (!this.hasPower) return `the host is ${this.power}: ${type} is not possible`;
    else if (type === 'ForceRestart' || type === 'GracefulRestart') this.#onPower(this.node, 'restart');
    else {
      this.#turnOff(type);
      this.#later(offSeconds + onSeconds / 2, () => this.#turnOn());
    }
    return null;
  }

  /** The BMC alone. */
  restart(): void {
    if (this.firmware.writing) this.harm.push('the BMC was reset in the middle of an update');
    this.#goAway(this.settings.rebootSeconds, () => {
      this.firmware.activate('bmc-reset');
      this.firmware.loseTasks();
    });
  }

  /** Standby power too. */
  acCycle(): void {
    const had = this.hasPower;
    this.#turnOff('the AC cycle');
    this.power = 'Off';
    this.#turn += 1;
    this.#goAway(this.settings.acSeconds, () => {
      this.firmware.activate('ac-cycle');
      this.firmware.loseTasks();
      const { restorePolicy } = this.settings;
      if (restorePolicy === 'AlwaysOn' || (restorePolicy === 'LastState' && had)) this.#turnOn();
    });
  }

  open(user: string): Session | null {
    const old = this.clock.now() - this.settings.sessionSeconds * 1_000;
    for (const [token, session] of this.sessions) if (session.seenAt < old) this.sessions.delete(token);
    if (this.sessions.size >= this.settings.sessionsMax) return null;
    const session = { id: randomBytes(4).toString('hex'), user, token: randomBytes(16).toString('hex'), seenAt: this.clock.now() };
    this.sessions.set(session.token, session);
    return session;
  }

  #turnOn(): void {
    if (this.hasPower) return;
    this.power = 'PoweringOn';
    this.starts += 1;
    this.#onPower(this.node, 'on');
    this.#later(this.settings.onSeconds, () => {
      this.power = 'On';
    });
  }

  #turnOff(why: string): void {
    if (!this.hasPower) return;
    if (this.firmware.busy) this.harm.push(`power was taken (${why}) in the middle of an update or its background copy`);
    this.power = 'PoweringOff';
    this.#onPower(this.node, why === 'GracefulShutdown' ? 'shutdown' : 'off');
    if (why === 'GracefulShutdown') this.#onPower(this.node, 'off');
    this.firmware.activate('dc-cycle');
    this.#later(this.settings.offSeconds, () => {
      this.power = 'Off';
    });
  }

  /** Only if no other order came meanwhile. */
  #later(seconds: number, what: () => void): void {
    this.#turn += 1;
    const turn = this.#turn;
    this.clock.after(seconds * 1_000, () => {
      if (turn === this.#turn) what();
    });
  }

  #goAway(seconds: number, before: () => void): void {
    this.away = true;
    this.outages += 1;
    this.sessions.clear();
    this.onAway(true);
    this.clock.after(seconds * 1_000, () => {
      before();
      this.away = false;
      this.onAway(false);
    });
  }
}
