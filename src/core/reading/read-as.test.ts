// Versions that RUN out of vendors' tools: forms as their manuals and sources have them, with made-up devices.
import { expect, test } from 'vitest';
import { parseFlint } from './flint.ts';
import { parseMlxfwmanager } from './mlxfwmanager.ts';
import { parseNvfwupd } from './nvfwupd.ts';
import { parseNvidiaSmi } from './nvidia-smi.ts';
import { readAs } from './read-as.ts';

interface Card {
  readonly name: string;
  readonly burnt: string;
  readonly running?: string;
  readonly psid?: string;
  readonly part?: string;
  readonly status?: string;
}

function mlxfwmanager(cards: readonly Card[]): string {
  const devices = cards.map(({ name, burnt, running, psid, part, status }, i) =>
    [
      `Device #${i + 1}:`,
      '----------',
      '',
      '  Device Type:      ConnectX7',
      `  Part Number:      ${part ?? 'MCX75310AAS-NEA_Ax'}`,
      '  Description:      An adapter card; 400GbE / NDR IB (default mode)',
      `  PSID:             ${psid ?? 'MT_0000000838'}`,
      `  PCI Device Name:  ${name}`,
      '  Base GUID:        0000000000000001',
      '  Versions:         Current        Available     ',
      `     FW             ${burnt}     N/A           `,
      ...(running === undefined ? [] : [`     FW (Running)   ${running}     N/A           `]),
      '     PXE            3.7.0500       N/A           ',
      '',
      `  Status:           ${status ?? 'No matching image found'}`,
      '',
    ].join('\n'),
  );
  return `Querying Mellanox devices firmware ...\n\n${devices.join('\n')}\n`;
}

const eight = (one: Partial<Card> = {}): Card[] =>
  Array.from({ length: 8 }, (_, i) => ({ name: `mlx5_${i}`, burnt: '28.43.2026', ...(i === 3 ? one : {}) }));

test('mlxfwmanager: what is burnt and what runs, a device each', () => {
  const { devices, faults } = parseMlxfwmanager(mlxfwmanager([{ name: '0000:8e:00.0', burnt: '28.47.1026', running: '28.46.3048' }]));
  expect(devices).toEqual([
    { name: '0000:8e:00.0', part: 'MCX75310AAS-NEA_Ax', psid: 'MT_0000000838', running: '28.46.3048', burnt: '28.47.1026' },
  ]);
  expect(faults).toEqual([]);
});

test('mlxfwmanager: all cards of the part run one version; other parts do not count', () => {
  const storage: Card = { name: 'mlx5_8', burnt: '20.31.1014', psid: 'MT_0000000228', part: 'MCX653105A-HDA_Ax' };
  const text = mlxfwmanager([...eight(), storage]);
  for (const part of ['MT_0000000838', 'mt_0000000838', 'MCX75310AAS-NEA_Ax', 'MCX75310AAS-NEA', 'MCX753*'])
    expect(readAs('mlxfwmanager', text, part)).toEqual({ version: '28.43.2026' });
  expect(readAs('mlxfwmanager', text, null)).toEqual({ kind: 'mixed', why: 'mixed: 28.43.2026 on 8, 20.31.1014 on mlx5_8' });
  expect(readAs('mlxfwmanager', text, 'MT_0000000001')).toEqual({
    kind: 'silent',
    why: 'mlxfwmanager lists no MT_0000000001: it has MCX75310AAS-NEA_Ax, MCX653105A-HDA_Ax',
  });
});

test('mlxfwmanager: burnt is not running; one card behind the others is mixed', () => {
  const burnt = eight().map((card) => ({ ...card, running: '28.42.1000' }));
  expect(readAs('mlxfwmanager', mlxfwmanager(burnt), 'MT_0000000838')).toEqual({ version: '28.42.1000' });
  expect(readAs('mlxfwmanager', mlxfwmanager(eight({ running: '28.42.1000' })), 'MT_0000000838')).toEqual({
    kind: 'mixed',
    why: 'mixed: 28.43.2026 on 7, 28.42.1000 on mlx5_3',
  });
});

test('mlxfwmanager: a card that does not answer is never left out silently', () => {
  const dead = { part: '--', psid: '--', burnt: '--', status: 'Failed to open device' };
  expect(readAs('mlxfwmanager', mlxfwmanager(eight(dead)), 'MT_0000000838')).toEqual({
    kind: 'silent',
    why: 'mlxfwmanager: mlx5_3: Failed to open device',
  });
  expect(readAs('mlxfwmanager', mlxfwmanager(eight({ ...dead, status: '' })), 'MT_0000000838')).toEqual({
    kind: 'silent',
    why: 'mlxfwmanager does not tell what mlx5_3 is, so it may be MT_0000000838 too',
  });
  expect(readAs('mlxfwmanager', mlxfwmanager(eight({ burnt: '--' })), 'MT_0000000838')).toEqual({
    kind: 'silent',
    why: 'mlxfwmanager does not tell what runs on mlx5_3',
  });
  const none = 'Querying Mellanox devices firmware ...\n-E- No devices found or specified, mst might be stopped\n';
  expect(readAs('mlxfwmanager', none, null)).toEqual({
    kind: 'silent',
    why: 'mlxfwmanager: -E- No devices found or specified, mst might be stopped',
  });
  expect(readAs('mlxfwmanager', '', null)).toEqual({ kind: 'silent', why: 'mlxfwmanager lists no device' });
});

test('mlxfwmanager: cut off at every character: never a version of a card that was not told whole', () => {
  const whole = mlxfwmanager([{ name: 'mlx5_0', burnt: '28.47.1026', running: '28.46.3048' }]);
  for (let end = 0; end < whole.length; end++) {
    const read = readAs('mlxfwmanager', whole.slice(0, end), 'MT_0000000838');
    if ('version' in read) expect(['28.46.3048']).toContain(read.version);
  }
});

const FLINT = `Image type:            FS4
FW Version:            20.35.1012
Product Version:       20.35.1012
Rom Info:              type=UEFI version=14.28.15 cpu=AMD64,AARCH64
Description:           UID                GuidsNumber
Base GUID:             0000000000000001        8
PSID:                  MT_0000000228
Security Attributes:   N/A
`;

test('flint: one device and several; running where it differs', () => {
  expect(readAs('flint', FLINT, 'MT_0000000228')).toEqual({ version: '20.35.1012' });
  const waiting = FLINT.replace('Product Version', 'FW Version(Running):   20.34.1002\nProduct Version');
  expect(parseFlint(waiting).devices).toMatchObject([{ running: '20.34.1002', burnt: '20.35.1012' }]);
  expect(readAs('flint', FLINT + waiting, null)).toEqual({
    kind: 'mixed',
    why: 'mixed: 20.35.1012 on device 1, 20.34.1002 on device 2',
  });
  expect(readAs('flint', FLINT.replace('FW Version:', 'FW Version(Running):'), null)).toEqual({ version: '20.35.1012' });
  expect(readAs('flint', '-E- Cannot open Device: mlx5_9. No such device', null)).toEqual({
    kind: 'silent',
    why: 'flint: -E- Cannot open Device: mlx5_9. No such device',
  });
  for (let end = 0; end < waiting.length; end++) {
    const read = readAs('flint', waiting.slice(0, end), 'MT_0000000228');
    if ('version' in read) expect(read.version).toBe('20.34.1002');
  }
});

const COLUMNS = 'AP Name                  Sys Version         Staged Version  Pkg Version   Up-To-Date';
const TABLE = `System Model: GB200 NVL
Part number: 000-00000-0000-000
Packages: ['GB200-P4972_0011']
Connection Status: Successful

Firmware Devices:
${COLUMNS}
-------                  -----------         --------------  -----------   ----------
FW_BMC_0                 GB200Nvl-25.01      GB200Nvl-25.02 GB200Nvl-25.02 No
HGX_FW_GPU_0             97.00.82.00.33      N/A            N/A            No
HGX_FW_GPU_1             97.00.82.00.33      N/A            N/A            No

Error Code: 0
`;

test('nvfwupd: the table with and without the staged column, and JSON', () => {
  expect(parseNvfwupd(TABLE).devices[0]).toMatchObject({ name: 'FW_BMC_0', running: 'GB200Nvl-25.01', burnt: 'GB200Nvl-25.02' });
  expect(readAs('nvfwupd', TABLE, 'FW_BMC_0')).toEqual({ version: 'GB200Nvl-25.01' });
  expect(readAs('nvfwupd', TABLE, 'HGX_FW_GPU_*')).toEqual({ version: '97.00.82.00.33' });
  expect(readAs('nvfwupd', TABLE.replace('Successful', 'Failed'), 'FW_BMC_0')).toEqual({
    kind: 'silent',
    why: 'nvfwupd: Connection Status: Failed',
  });
  expect(readAs('nvfwupd', TABLE.slice(0, TABLE.indexOf('97.00') + 20), 'HGX_FW_GPU_*')).toMatchObject({
    kind: 'silent',
    why: expect.stringContaining('a row of the table is not whole: HGX_FW_GPU_0') as unknown,
  });
  const json = JSON.stringify({
    'Connection Status': 'Successful',
    'Firmware Devices': [{ 'AP Name': 'CX7NIC_0', 'Sys Version': '28.42.1000', 'Pkg Version': 'N/A' }],
  });
  expect(readAs('nvfwupd', json, 'CX7NIC_0')).toEqual({ version: '28.42.1000' });
  expect(readAs('nvfwupd', json.slice(0, -4), 'CX7NIC_0')).toEqual({ kind: 'silent', why: 'nvfwupd: the JSON is not whole' });
  expect(readAs('nvfwupd', '[]', null)).toEqual({ kind: 'silent', why: 'nvfwupd: no table of firmware devices' });
});

test('nvidia-smi: several GPUs by csv; a broken one, a missing one, no header', () => {
  const csv = (...rows: string[]): string => ['count, pci.bus_id, driver_version, vbios_version', ...rows].join('\n');
  const row = (bus: number, vbios: string, count = 2): string => `${count}, 0000:${bus}:00.0, 590.48.01, ${vbios}`;
  expect(readAs('nvidia-smi', csv(row(1, '96.A'), row(2, '96.A')), null)).toEqual({ version: '590.48.01' });
  expect(readAs('nvidia-smi', csv(row(1, '96.A'), row(2, '96.B')), 'vbios')).toEqual({
    kind: 'mixed',
    why: 'mixed: 96.B on GPU 0000:2:00.0, 96.A on GPU 0000:1:00.0',
  });
  expect(readAs('nvidia-smi', csv(row(1, '96.A', 8)), null)).toEqual({ kind: 'silent', why: 'nvidia-smi: 1 of 8 GPUs told of' });
  expect(readAs('nvidia-smi', csv(row(1, '96.A'), row(2, '[N/A]')), 'vbios')).toEqual({
    kind: 'silent',
    why: 'nvidia-smi does not tell what runs on GPU 0000:2:00.0',
  });
  expect(readAs('nvidia-smi', '590.48.01\n', null)).toMatchObject({ kind: 'silent', why: expect.stringContaining('no header') as unknown });
  const lost = 'Unable to determine the device handle for GPU0000:81:00.0: Unknown Error';
  expect(readAs('nvidia-smi', `${lost}\n`, null)).toEqual({ kind: 'silent', why: `nvidia-smi: ${lost}` });
  expect(readAs('nvidia-smi', csv(row(1, '96.A', 1)), 'firmware')).toEqual({
    kind: 'silent',
    why: 'nvidia-smi: part: firmware is none of driver, vbios, gsp',
  });
});

test('nvidia-smi: what slows a GPU down, rows that wait for a reset', () => {
  const csv = [
    'uuid, clocks_event_reasons.gpu_idle, clocks_event_reasons.hw_thermal_slowdown, remapped_rows.pending, remapped_rows.failure, ecc.errors.uncorrected.volatile.total',
    'GPU-1, Active, Active, Yes, No, 3',
  ].join('\n');
  expect(parseNvidiaSmi(csv).gpus).toMatchObject([
    {
      throttled: ['hw thermal slowdown'],
      remapped: { pending: true, failure: false, correctable: null },
      ecc: { volatile: { uncorrected: 3, corrected: null } },
    },
  ]);
});
