// One node's BMC with what was learned of it: its machine, who it is, and which copies to mind.
import { Turns } from '../shared/turns.ts';
import type { BmcClient } from './client.ts';
import { lookBusy, type Busy } from './busy.ts';
import { stringOf } from './document.ts';
import { RedfishError } from './failure.ts';
import { identityOf, learnMachine, type Machine } from './machine.ts';

export type Power = 'on' | 'off' | 'unknown';

/** Whose machine answers whose name: a machine that answers for two nodes, or changes, is a stranger. */
export class Identities {
  readonly #byTarget = new Map<string, string>();
  readonly #byIdentity = new Map<string, string>();

  /** Throws RedfishError for a stranger. null: the machine does not say who it is. */
  check(target: string, identity: string | null): void {
    if (identity === null) return;
    const before = this.#byTarget.get(target);
    if (before !== undefined && before !== identity) {
      const mend = 'if its board was replaced, start the server again (`pitstop down`)';
      throw new RedfishError('stranger', `the BMC of ${target} now answers as another machine (${identity}, before ${before}): ${mend}`);
    }
    const other = this.#byIdentity.get(identity);
    if (other !== undefined && other !== target) {
      throw new RedfishError('stranger', `the BMC of ${target} answers as the machine of ${other} (${identity}): look at its address`);
    }
    this.#byTarget.set(target, identity);
    this.#byIdentity.set(identity, target);
  }
}

export class NodeBmc {
  readonly target: string;
  readonly client: BmcClient;
  readonly #wanted: string | null;
  readonly #identities: Identities;
  readonly #copies = new Set<string>();
  readonly #acts = new Turns(1);
  #learned: { readonly login: number; readonly machine: Machine } | null = null;

  constructor(target: string, client: BmcClient, wanted: string | null, identities: Identities) {
    this.target = target;
    this.client = client;
    this.#wanted = wanted;
    this.#identities = identities;
  }

  /** Learned again after each login, for after a reboot other things may be there. Rejects with RedfishError. */
  async machine(signal: AbortSignal): Promise<Machine> {
    const login = await this.client.session(signal);
    if (this.#learned?.login === login && this.#learned.machine.unread.length === 0) return this.#learned.machine;
    const machine = await learnMachine(this.client, this.#wanted, signal);
    for (const link of machine.copies) this.#copies.add(link);
    if (machine.system) this.#identities.check(this.target, machine.system.uuid);
    this.#learned = { login, machine };
    return machine;
  }

  /** Rejects with RedfishError when the system cannot be read, or is a stranger's. */
  async power(machine: Machine, signal: AbortSignal): Promise<Power> {
    if (!machine.system) return 'unknown';
    const document = await this.client.get(machine.system.link, signal);
    this.#identities.check(this.target, identityOf(document));
    const state = stringOf(document['PowerState']);
    if (state === 'On') return 'on';
    return state === 'Off' ? 'off' : 'unknown';
  }

  busy(machine: Machine, signal: AbortSignal): Promise<Busy> {
    return lookBusy(this.client, machine, this.#copies, signal);
  }

  /** Nobody else looks and acts meanwhile. Rejects with RedfishError when the signal ends before there is a turn. */
  async alone<T>(body: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const done = await this.#acts.through(async () => ({ value: await body() }), signal);
    if (done) return done.value;
    throw new RedfishError('given-up', `${this.target}: given up while another act of ours on its BMC was under way`);
  }

  /** What was learned no longer holds. */
  forget(): void {
    this.#learned = null;
  }
}
