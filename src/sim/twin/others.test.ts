// Alerts, tenants and firmware of the twin, beyond what every driver of such a role does.
import { describe, expect, test } from 'vitest';
import type { Act, BmcFacts, Driver, Result } from '../../core/ports.ts';
import { must } from '../../std/assert.ts';
import { sleep, VirtualClock } from '../../std/clock.ts';
import { twinConfig, type TwinConfig } from './config.ts';
import { FIRMWARE } from './firmware-config.ts';
import { createTwin, type Twin } from './twin.ts';

const MINUTE_MS = 60_000;
const SIGNAL = new AbortController().signal;

describe('twin: alerts', () => {
  test('a node that is drained for long fires, a silenced one does not, until its silence ends; one that is back is quiet', async () => {
    const t = world({ alerts: { afterMs: MINUTE_MS } });
    const until = t.clock.now() + 30 * MINUTE_MS;
    await t.act(t.twin.alerts, { role: 'alerts', do: 'silence', run: 'r1', until, why: 'image' }, ['n1']);
    for (const node of ['n1', 'n2', 'n3']) t.twin.foreignDrain(node, 'look');
    t.twin.liftForeignDrain('n3');
    await t.pass(10 * MINUTE_MS);
    expect(t.felt('alert').map(({ node }) => node)).toEqual(['n2']);
    const kept: unknown = JSON.parse(JSON.stringify(t.twin.snapshot()));
    const later = world({ alerts: { afterMs: MINUTE_MS } }, t.clock.now());
    later.twin.restore(kept as ReturnType<Twin['snapshot']>);
    for (const one of [t, later]) {
      await one.pass(30 * MINUTE_MS);
      expect(one.felt('alert').at(-1)?.node).toBe('n1');
    }
  });
});

describe('twin: tenants', () => {
  test('what is placed on a node is work that the node shows and an act feels', async () => {
    const t = world();
    t.twin.place('n1', 'vm-1', 'ada');
    const [seen] = await t.clock.run(t.twin.shell.observe(['n1'], SIGNAL));
    expect(seen?.facts).toMatchObject({ work: ['vm vm-1 of ada'] });
    t.twin.rebootBySomebodyElse('n1');
    expect(t.felt('reboot')).toMatchObject([{ work: 1 }]);
  });
});

describe('twin: firmware', () => {
  test('an update: percent, no power and no other update meanwhile, the same key followed, staged until it is activated', async () => {
    const t = world({
      firmware: { ...FIRMWARE, update: { medianMs: 10 * MINUTE_MS, logSd: 0 }, activates: { BIOS: 'power-cycle' }, copyMs: MINUTE_MS },
    });
    const update = { role: 'bmc', do: 'update', image: '/images/bios-1.5.2.bin', components: ['BIOS'] } as const;
    const first = t.start(update, 'same');
    await t.pass(5 * MINUTE_MS);
    expect((await t.bmc()).busy).toMatch(/^update to 1.5.2: (49|50) %$/);
    expect(await t.act(t.twin.bmc, { role: 'bmc', do: 'power-cycle' }, ['n1'])).toMatchObject([{ outcome: 'refused' }]);
    expect(await t.act(t.twin.bmc, update, ['n1'], 'another')).toMatchObject([{ outcome: 'refused' }]);
    const second = t.start(update, 'same');
    const done = { outcome: 'done', evidence: { exit: 0 } };
    expect(await t.clock.run(Promise.all([first, second]))).toMatchObject([done, done]);
    expect(await t.bmc()).toMatchObject({ busy: 'background copy', firmware: { BIOS: '1.4.0' } });
    await t.pass(2 * MINUTE_MS);
    await t.act(t.twin.bmc, { role: 'bmc', do: 'power-cycle' }, ['n1']);
    expect(await t.bmc()).toMatchObject({ busy: '', firmware: { BIOS: '1.5.2' } });
    expect(t.felt('update')).toHaveLength(1);
  });

  test('an update that fails ends with exit 1 and changes nothing; an AC cycle takes the BMC away for a while', async () => {
    const t = world({ faults: { updateFails: { nodes: ['n1'], times: 1 } } });
    const update = { role: 'bmc', do: 'update', image: 'bmc-25.01', components: [] } as const;
    expect(await t.act(t.twin.bmc, update, ['n1'], 'u1')).toMatchObject([{ outcome: 'done', evidence: { exit: 1 } }]);
    expect((await t.bmc()).firmware).toEqual(FIRMWARE.versions);
    expect(await t.act(t.twin.bmc, update, ['n1'], 'u2')).toMatchObject([{ evidence: { exit: 0 } }]);
    expect((await t.bmc()).firmware?.['BMC']).toBe('25.01');
    await t.act(t.twin.bmc, { role: 'bmc', do: 'ac-cycle' }, ['n1']);
    expect(await t.clock.run(t.twin.bmc.observe(['n1'], SIGNAL))).toMatchObject([{ facts: null }]);
    await t.pass(2 * MINUTE_MS);
    expect((await t.bmc()).power).toBe('on');
    expect(t.felt('reboot')).toHaveLength(1);
  });
});

class Hands {
  readonly twin: Twin;
  readonly clock: VirtualClock;
  #keys = 0;

  constructor(twin: Twin, clock: VirtualClock) {
    this.twin = twin;
    this.clock = clock;
  }

  felt(what: string) {
    return this.twin.felt.filter((event) => event.what === what);
  }

  act(driver: Driver, act: Act, targets: readonly string[], key = `key ${this.#keys++}`): Promise<Result[]> {
    return this.clock.run(driver.act({ act, targets, key, deadline: Infinity }, SIGNAL));
  }

  async start(act: Act, key: string): Promise<Result> {
    const [result] = await this.twin.bmc.act({ act, targets: ['n1'], key, deadline: Infinity }, SIGNAL);
    return must(result, 'a result');
  }

  async bmc(): Promise<BmcFacts> {
    const [seen] = await this.clock.run(this.twin.bmc.observe(['n1'], SIGNAL));
    if (seen?.facts?.role !== 'bmc') throw new Error(`no facts: ${seen?.why}`);
    return seen.facts;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.run(sleep(this.clock, ms));
  }
}

function world(overrides: Partial<TwinConfig> = {}, startMs = 1_000_000): Hands {
  const clock = new VirtualClock(startMs);
  return new Hands(createTwin(twinConfig(['n1', 'n2', 'n3'], overrides), clock), clock);
}
