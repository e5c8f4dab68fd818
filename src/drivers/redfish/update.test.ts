// Firmware updates: followed to their end through failures, reboots of the BMC and crashes of ours; at most one at a time.
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { UpdateScript } from '../../../testbed/bmc-simulator/settings.ts';
import { defaultSettings } from '../../../testbed/bmc-simulator/settings.ts';
import { imageOf } from '../../../testbed/bmc-simulator/firmware.ts';
import { openSimulated, type SimulatedBed, type SimulatedOptions } from '../../../testbed/bmc-simulator/with-driver.ts';
import { until } from '../../../testbed/until.ts';

const NIC = 'HGX_FW_NIC_0';
const NEW = { [NIC]: '40.45.0000' };

function open(script: Partial<UpdateScript>, more: SimulatedOptions = {}): Promise<SimulatedBed> {
  return openSimulated({ ...more, settings: { update: { ...defaultSettings.update, ...script }, ...more.settings } });
}

function updateOf(image: string, ...components: string[]) {
  return { role: 'bmc', do: 'update', image, components } as const;
}

async function versionOf(bed: SimulatedBed, id: string): Promise<string | undefined> {
  const { facts } = await bed.look();
  return facts?.role === 'bmc' ? facts.firmware?.[id] : undefined;
}

describe('redfish: an update and its end', () => {
  test('a pushed file: progress is shown, only the component asked for is written, the words of the task are kept', async () => {
    await using bed = await open({});
    const image = bed.image({ ...NEW, BIOS_0: '9.9' });
    const end = bed.act(updateOf(image, NIC));
    await until('progress', () => /n1: update \d+ %/.test(bed.driver.waitingFor().join()));
    expect((await bed.look()).facts).toMatchObject({ busy: expect.stringMatching(/update is under way: task 1 Running/) as string });
    expect(await bed.act({ role: 'bmc', do: 'power-off' })).toMatchObject({ outcome: 'refused' });
    expect(await end).toMatchObject({ outcome: 'done', evidence: { exit: 0, percent: 100 } });
    expect((await end).evidence['messages']).toContain(`written: ${NIC} 40.45.0000`);
    expect(bed.driver.waitingFor()).toEqual([]);
    expect(await versionOf(bed, NIC)).toBe('40.45.0000');
    expect(bed.bmc('n1').harm).toEqual([]);
  });

  test('a large file is sent whole', async () => {
    await using bed = await open({ seconds: 5 });
    const padded = { ...NEW, padding: 'x'.repeat(5_000_000) };
    expect(await bed.act(updateOf(bed.image(padded)))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
  });

  test('an address: the BMC fetches it', async () => {
    await using bed = await open({});
    const server = createServer((_, response) => response.end(imageOf(NEW)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await bed.act(updateOf(`http://127.0.0.1:${port}/image`, NIC))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    await new Promise((resolve) => server.close(resolve));
    expect(await versionOf(bed, NIC)).toBe('40.45.0000');
    const gone = await bed.act(updateOf(`http://127.0.0.1:${port}/image`, NIC), { key: 'run/step/2' });
    expect(gone).toMatchObject({ outcome: 'done', evidence: { exit: 1, why: expect.stringMatching(/could not be fetched/) as string } });
  });

  test('a task that fails: exit 1, in its own words', async () => {
    await using bed = await open({ ends: 'Exception', message: 'ERoT rejected the signature' });
    const result = await bed.act(updateOf(bed.image(NEW)));
    expect(result).toMatchObject({ outcome: 'done', evidence: { exit: 1, percent: 60 } });
    expect(result.evidence['why']).toBe('task 1 Exception: ERoT rejected the signature');
    expect(await versionOf(bed, NIC)).toBe('40.44.1036');
  });

  test('a task that never ends: given up at the deadline, unknown, and the BMC still counts as busy', async () => {
    await using bed = await open({ ends: 'never' });
    const result = await bed.act(updateOf(bed.image(NEW)), { ms: 60_000 });
    expect(result).toMatchObject({ outcome: 'unknown', evidence: { percent: 60 } });
    expect(result.evidence['why']).toMatch(/given up .*60 %/);
    expect((await bed.look()).facts).toMatchObject({ busy: expect.stringMatching(/60 %/) as string });
  });

  test('a task that vanishes without a trace: unknown', async () => {
    await using bed = await open({ ends: 'vanishes' });
    const result = await bed.act(updateOf(bed.image(NEW), NIC));
    expect(result).toMatchObject({ outcome: 'unknown' });
    expect(result.evidence['why']).toMatch(/task is gone.*as before/);
  });

  test('bad answers in the middle: it goes on', async () => {
    await using bed = await open({});
    const end = bed.act(updateOf(bed.image(NEW)));
    await until('progress', () => /update \d+ %/.test(bed.driver.waitingFor().join()));
    for (const kind of ['html', 'truncated', 'error-500', 'cut'] as const) bed.bmc('n1').faults.add({ kind, on: /Queue/, times: 1 });
    expect(await end).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
  });
});

describe('redfish: the BMC reboots in the middle', () => {
  const reboot = { atPercent: 50, seconds: 60, forgets: false, wrote: true };

  test('it keeps the task: followed to its end', async () => {
    await using bed = await open({ reboot });
    const end = bed.act(updateOf(bed.image(NEW)));
    await until('away', () => bed.bmc('n1').away);
    await until('the words', () => /n1: update, last seen at \d+ %: .*ECONNREFUSED/.test(bed.driver.waitingFor().join()));
    expect(await end).toMatchObject({ outcome: 'done', evidence: { exit: 0, percent: 100 } });
  });

  test('it forgets the task: judged by the versions', async () => {
    await using bed = await open({ reboot: { ...reboot, forgets: true } });
    const result = await bed.act(updateOf(bed.image(NEW), NIC));
    expect(result).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect(result.evidence['why']).toBe(`its task is gone, and the versions changed: ${NIC} 40.44.1036 -> 40.45.0000`);
  });

  test('it forgets the task, and the versions are as before: unknown', async () => {
    await using bed = await open({ reboot: { ...reboot, forgets: true, wrote: false } });
    expect(await bed.act(updateOf(bed.image(NEW), NIC))).toMatchObject({ outcome: 'unknown' });
  });
});

describe('redfish: once', () => {
  async function crashInTheMiddle(bed: SimulatedBed, image: string): Promise<void> {
    const crash = new AbortController();
    const lost = bed.act(updateOf(image, NIC), { signal: crash.signal });
    await until('progress', () => /update [1-9]\d* %/.test(bed.driver.waitingFor().join()));
    crash.abort();
    expect(await lost).toMatchObject({ outcome: 'unknown' });
    bed.open();
  }

  test('after a crash the same key is followed, by what we kept of it', async () => {
    await using bed = await open({}, { keepsState: true, settings: { payload: 'none' } });
    const image = bed.image(NEW);
    await crashInTheMiddle(bed, image);
    expect(await bed.act(updateOf(image, NIC))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect(await bed.act(updateOf(image, NIC))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect(bed.bmc('n1').firmware.tasks).toHaveLength(1);
  });

  test('after a crash the same key is followed, by what the BMC kept of it', async () => {
    await using bed = await open({}, { settings: { payload: 'all' } });
    const image = bed.image(NEW);
    await crashInTheMiddle(bed, image);
    const other = await bed.act(updateOf(image, NIC), { key: 'other/step/1' });
    expect(other).toMatchObject({ outcome: 'refused', evidence: { why: expect.stringMatching(/task 1 Running/) as string } });
    expect(await bed.act(updateOf(image, NIC))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    bed.open();
    expect(await bed.act(updateOf(image, NIC))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect(bed.bmc('n1').firmware.tasks).toHaveLength(1);
  });

  test('an update that nobody can prove to be ours is left alone', async () => {
    await using bed = await open({}, { settings: { payload: 'none' } });
    const image = bed.image(NEW);
    await crashInTheMiddle(bed, image);
    expect(await bed.act(updateOf(image, NIC))).toMatchObject({ outcome: 'refused' });
    expect(bed.bmc('n1').firmware.tasks).toHaveLength(1);
  });

  test('asked twice at the same time: one update; two different ones: the second is refused', async () => {
    await using bed = await open({});
    const image = bed.image(NEW);
    const [first, again, other] = await Promise.all([
      bed.act(updateOf(image, NIC)),
      bed.act(updateOf(image, NIC)),
      bed.act(updateOf(image, NIC), { key: 'run/step/2' }),
    ]);
    expect(first).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect(again).toEqual(first);
    expect(other).toMatchObject({ outcome: 'refused' });
    expect(bed.bmc('n1').firmware.tasks).toHaveLength(1);
  });
});

describe('redfish: after the update', () => {
  test('a background copy: shown, and no power is taken until it has ended', async () => {
    await using bed = await open({ seconds: 5, copySeconds: 30 });
    await bed.act(updateOf(bed.image(NEW)));
    expect((await bed.look()).facts).toMatchObject({ busy: expect.stringMatching(/background copy.*HGX_ERoT_BMC_0 InProgress/) as string });
    for (const what of ['power-off', 'power-cycle', 'ac-cycle', 'reset'] as const) {
      expect(await bed.act({ role: 'bmc', do: what })).toMatchObject({ outcome: 'refused' });
    }
    await until('the end of the copy', async () => {
      const { facts } = await bed.look();
      return facts?.role === 'bmc' && facts.busy === '';
    });
    expect(await bed.act({ role: 'bmc', do: 'power-cycle' })).toMatchObject({ outcome: 'accepted' });
    expect(bed.bmc('n1').harm).toEqual([]);
  });

  test('staged versions run after the cycle that they wait for, and not before', async () => {
    await using bed = await open({ seconds: 5 });
    const versions = { HGX_FW_GPU_0: '98.0', CPLD_0: '0.23', BMC_0: '25.06' };
    expect(await bed.act(updateOf(bed.image(versions)))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect(await versionOf(bed, 'HGX_FW_GPU_0')).toBe('97.00.82');
    await bed.act({ role: 'bmc', do: 'power-cycle' });
    await until('the GPU firmware', async () => (await versionOf(bed, 'HGX_FW_GPU_0')) === '98.0');
    expect([await versionOf(bed, 'CPLD_0'), await versionOf(bed, 'BMC_0')]).toEqual(['0.22', '25.01']);
    await bed.act({ role: 'bmc', do: 'reset' });
    await until('the BMC firmware', async () => (await versionOf(bed, 'BMC_0')) === '25.06');
    await bed.act({ role: 'bmc', do: 'ac-cycle' });
    await until('the CPLD', async () => (await versionOf(bed, 'CPLD_0')) === '0.23');
  });
});

describe('redfish: updates that cannot begin', () => {
  test('no image, a component that cannot be updated, no update service: refused with words, and nothing is sent', async () => {
    await using bed = await open({});
    const why = async (image: string, ...components: string[]): Promise<unknown> => {
      const result = await bed.act(updateOf(image, ...components), { key: `why/${image}/${components.join()}` });
      expect(result.outcome).toBe('refused');
      return result.evidence['why'];
    };
    expect(await why('no-such-file')).toMatch(/cannot be read \(ENOENT\)/);
    expect(await why(bed.image(NEW), 'HGX_InfoROM_GPU_0')).toMatch(/not updateable/);
    expect(await why(bed.image(NEW), 'HGX_FW_GPU_9')).toMatch(/no HGX_FW_GPU_9; it has: BMC_0/);
    bed.bmc('n1').tell({ updateService: false });
    expect(await why(bed.image(NEW))).toMatch(/no update service/);
    expect(bed.bmc('n1').firmware.tasks).toEqual([]);
  });

  test('an answer to the push that never comes: unknown, and the same key finds the update', async () => {
    await using bed = await open({}, { options: { uploadTimeout: '60s' } });
    bed.bmc('n1').faults.add({ kind: 'cut', on: /POST \/upload/, times: 1 });
    expect(await bed.act(updateOf(bed.image(NEW)))).toMatchObject({ outcome: 'unknown' });
    expect(await bed.act(updateOf(bed.image(NEW)))).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    bed.bmc('n1').faults.add({ kind: 'html', on: /POST \/upload/, times: 1 });
    const key = 'run/step/3';
    expect(await bed.act(updateOf(bed.image(NEW)), { key })).toMatchObject({ outcome: 'unknown' });
    expect(await bed.act(updateOf(bed.image(NEW)), { key })).toMatchObject({ outcome: 'done', evidence: { exit: 0 } });
    expect(bed.bmc('n1').firmware.tasks).toHaveLength(2);
  });
});
