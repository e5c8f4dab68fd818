// The driver for BMCs that speak Redfish (DMTF DSP0266): power, versions, firmware updates. What it follows and what was seen to go
// wrong is in docs/reference/redfish.md.
import type { Act, ActRequest, Driver, Observation, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import { limitTime } from '../shared/limit.ts';
import { msOf } from '../shared/options.ts';
import { readOptionFile, readSecret } from '../shared/secrets.ts';
import { Turns } from '../shared/turns.ts';
import { addressBook } from './addresses.ts';
import { Identities, NodeBmc } from './bmc.ts';
import { BmcClient } from './client.ts';
import { describeAct } from './describe-act.ts';
import { diagnoseBmc } from './diagnose.ts';
import { Http } from './http.ts';
import { inside } from './inside.ts';
import { lookAt } from './look.ts';
import { redfishOptions, type RedfishContext, type RedfishOptions, type RedfishSettings } from './options.ts';
import { actOnPower } from './power.ts';
import { Records } from './records.ts';
import { update } from './update.ts';
import { refused, type Verdict } from './verdict.ts';

/** Throws OptionSourceError when a secret or a file that the options name is not there; connects to nothing yet. */
export function openRedfish(options: RedfishOptions, context: RedfishContext): Driver {
  const settings = redfishOptions.parse(options);
  return new RedfishDriver(settings, context);
}

type BmcAct = Extract<Act, { role: 'bmc' }>;

class RedfishDriver implements Driver {
  readonly name = 'redfish';
  readonly roles = ['bmc'] as const;
  readonly folds = false;
  readonly #settings: RedfishSettings;
  readonly #context: RedfishContext;
  readonly #user: string;
  readonly #http: Http;
  readonly #bmcOf: (target: string) => NodeBmc | string;
  readonly #bmcs = new Map<string, NodeBmc>();
  readonly #records: Records;
  readonly #closing = new AbortController();
  /** Of updates, by target. */
  readonly #progress = new Map<string, string>();
  /** Updates under way, by key and target: the same one asked twice is one. */
  readonly #updates = new Map<string, Promise<Verdict>>();

  constructor(settings: RedfishSettings, context: RedfishContext) {
    this.#settings = settings;
    this.#context = context;
    this.#user = typeof settings.user === 'string' ? settings.user : readSecret('user of the redfish driver', settings.user, context);
    const account = {
      user: this.#user,
      password: readSecret('password of the redfish driver', settings.password, context),
      auth: settings.auth,
    };
    const ca = settings.tls && 'ca' in settings.tls ? readOptionFile('tls.ca of the redfish driver', settings.tls.ca, context) : null;
    this.#http = new Http({ ca, insecure: this.#insecure });
    const { clock } = context;
    const client = {
      http: this.#http,
      clock,
      turns: new Turns(settings.connections),
      account,
      timeoutMs: msOf(settings.timeout),
      closing: this.#closing.signal,
    };
    const addresses =
      settings.addresses === undefined ? null : readOptionFile('addresses of the redfish driver', settings.addresses, context);
    const origin = addressBook(settings, addresses);
    const identities = new Identities();
    this.#bmcOf = (target) => {
      const url = origin(target);
      if (!url) return `${target}: its BMC's address is no URL: look at \`url\` and \`addresses\``;
      const system = settings.system?.replaceAll('{node}', target) ?? null;
      return new NodeBmc(target, new BmcClient(target, url, client), system, identities);
    };
    this.#records = new Records(context.state);
    this.#records.prune(clock.now());
  }

  get #insecure(): boolean {
    const { tls } = this.#settings;
    return tls !== undefined && 'insecure' in tls;
  }

  observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]> {
    const either = this.#whole(signal);
    return Promise.all(
      targets.map((target) => {
        const bmc = this.#get(target);
        const at = this.#context.clock.now();
        return typeof bmc === 'string' ? Promise.resolve({ target, at, facts: null, why: bmc }) : inside(either, (own) => lookAt(bmc, own));
      }),
    );
  }

  async act({ act, targets, key, deadline }: ActRequest, signal: AbortSignal): Promise<Result[]> {
    assert(act.role === 'bmc', `the redfish driver was asked for ${act.role}: ${act.do}`);
    const { clock } = this.#context;
    const either = this.#whole(signal);
    const same = (verdict: Verdict): Result[] => targets.map((target) => ({ target, ...verdict }));
    if (clock.now() >= deadline) return same(refused('its deadline passed before it could start'));
    if (either.aborted) return same({ outcome: 'unknown', evidence: { why: 'given up' } });
    const limit = limitTime(clock, deadline - clock.now(), either);
    try {
      return await Promise.all(targets.map(async (target) => ({ target, ...(await this.#perform(act, target, key, limit.signal)) })));
    } finally {
      limit.clear();
    }
  }

  describe(request: ActRequest): readonly string[] {
    return describeAct(request, this.#settings.acCycle);
  }

  async diagnose(targets: readonly string[], signal: AbortSignal) {
    const either = this.#whole(signal);
    const context = { user: this.#user, insecure: this.#insecure, acCycle: this.#settings.acCycle };
    const findings = targets.map((target) => {
      const bmc = this.#get(target);
      if (typeof bmc !== 'string') return inside(either, (own) => diagnoseBmc(bmc, context, own));
      return Promise.resolve([{ severity: 'error' as const, target, rule: 'bmc-address', message: bmc }]);
    });
    return (await Promise.all(findings)).flat();
  }

  waitingFor(): readonly string[] {
    const updates = [...this.#progress].map(([target, words]) => `${target}: ${words}`);
    return [...updates, ...[...this.#bmcs.values()].flatMap(({ client }) => client.waitingFor())];
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#bmcs.values()].map(({ client }) => client.close()));
    this.#http.close();
  }

  #whole(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal]);
  }

  #get(target: string): NodeBmc | string {
    const known = this.#bmcs.get(target);
    if (known) return known;
    const made = this.#bmcOf(target);
    if (typeof made !== 'string') this.#bmcs.set(target, made);
    return made;
  }

  async #perform(act: BmcAct, target: string, key: string, signal: AbortSignal): Promise<Verdict> {
    const bmc = this.#get(target);
    if (typeof bmc === 'string') return refused(bmc);
    const { acCycle } = this.#settings;
    const what = act.do;
    if (what !== 'update') return inside(signal, (own) => actOnPower(bmc, what, acCycle, own));
    const name = `${key}\0${target}`;
    const running = this.#updates.get(name);
    if (running) return running;
    const mine = this.#update(bmc, { image: act.image, components: act.components, key }, signal);
    this.#updates.set(name, mine);
    try {
      return await mine;
    } finally {
      this.#updates.delete(name);
    }
  }

  async #update(bmc: NodeBmc, order: { image: string; components: readonly string[]; key: string }, signal: AbortSignal): Promise<Verdict> {
    const { poll, uploadTimeout } = this.#settings;
    const say = (words: string): void => void this.#progress.set(bmc.target, words);
    const context = { records: this.#records, folder: this.#context.folder, pollMs: msOf(poll), uploadTimeoutMs: msOf(uploadTimeout), say };
    try {
      return await inside(signal, (own) => update(bmc, order, context, own));
    } finally {
      this.#progress.delete(bmc.target);
    }
  }
}
