// What the simulated fleet felt, in the words of the testbed's felt log: the only thing an outside checker of a run may look at.
import type { TwinConfig } from './config.ts';

type FeltWhat =
  // on a node, as on the testbed
  | 'stage'
  | 'apply'
  | 'rollback'
  | 'read'
  | 'check'
  | 'bootid'
  | 'work'
  | 'reboot'
  | 'reboot-ignored'
  | 'power-off'
  | 'power-on'
  | 'down'
  | 'dead'
  | 'booted'
  | 'update'
  | 'bmc-reset'
  // of the fabric; `node` is the node, switch or subnet manager
  | 'link-down'
  | 'link-up'
  | 'link-repair'
  | 'switch-run'
  /** A command of the management machine about a node or link. */
  | 'fabric-run'
  | 'switch-down'
  | 'switch-up'
  | 'sm-stop'
  | 'sm-start'
  | 'sm-master'
  // of a job, on all its nodes
  | 'job-start'
  | 'job-signal'
  | 'checkpoint'
  | 'job-end'
  /** Its fabric went away; a `job-end` follows. */
  | 'job-lost'
  // at the scheduler, or asked of a driver
  | 'drain'
  | 'undrain'
  | 'reserve'
  | 'unreserve'
  | 'signal'
  | 'requeue'
  | 'observe'
  // at the allocator, by it, and by customers
  | 'hold'
  | 'release'
  | 'placed'
  | 'evicted'
  | 'session'
  | 'customer-release'
  | 'customer-take'
  // of alerts
  | 'silence'
  | 'unsilence'
  | 'alert';

export interface FeltEvent {
  /** Unix milliseconds of the twin's clock. */
  readonly at: number;
  readonly what: FeltWhat;
  /** Empty where `nodes` says which. */
  readonly node: string;
  readonly nodes?: readonly string[];
  /** foreign: another person or system; world: nobody, it happens by itself. */
  readonly actor: 'pitstop' | 'foreign' | 'world';
  /** The key of the act that caused it. */
  readonly key?: string;
  /** stage, apply, rollback: wanted; read, booted: running. */
  readonly version?: string;
  readonly component?: string;
  readonly boot?: string;
  readonly link?: string;
  /** Jobs and placements on the node, jobs behind the switch at this moment. */
  readonly work?: number;
  readonly exit?: number;
  /** Commands: how long they run from here, if nothing cuts them off. */
  readonly tookMs?: number;
  /** reboot, reboot-ignored, booted: ssh | bmc | somebody | itself | repair; link-repair: reset | reseat | clean | swap; job-lost: the switch. */
  readonly by?: string;
  readonly job?: number;
  /** Of a job, a placement, a session's or customer's; switch-run: reload | reset-port | stage | apply; alert: its name. */
  readonly name?: string;
  readonly restart?: number;
  readonly how?: 'done' | 'ended' | 'lost';
  readonly doneMs?: number;
  readonly role?: 'scheduler' | 'shell' | 'bmc';
  /** observe: when the look began; `at` is when its answer was there. */
  readonly since?: number;
  readonly run?: string;
  readonly reason?: string;
}

export class FeltLog {
  readonly events: FeltEvent[] = [];
  readonly #on: boolean;
  readonly #listener: ((event: FeltEvent) => void) | undefined;

  constructor(config: TwinConfig) {
    this.#on = config.felt;
    this.#listener = config.onFelt;
  }

  add(event: FeltEvent): void {
    if (!this.#on) return;
    this.events.push(event);
    this.#listener?.(event);
  }
}
