// The version which RUNS, read from a tool's own output (`read: {COMPONENT: {run, as, part}}`): not what was burnt and waits, and
// the same on
// every device that is meant.
import type { ReaderName } from '../change/procedure.ts';
import type { DeviceFirmware, FirmwareReport } from './device-firmware.ts';
import { parseFlint } from './flint.ts';
import { parseIbswinfo } from './ibswinfo.ts';
import { parseMlxfwmanager } from './mlxfwmanager.ts';
import { parseNvfwupd } from './nvfwupd.ts';
import { parseNvidiaSmi } from './nvidia-smi.ts';

/** silent: not known (now), worth asking again. mixed: the devices answered, and do not run one version. */
export type VersionRead = { readonly version: string } | { readonly kind: 'silent' | 'mixed'; readonly why: string };

/**
 * `part` names the devices that are meant: a part number (with or without its `_Ax`), a PSID, or the tool's own name of the
 * device; a `*` at the
 * end stands for anything. null: all that the tool lists. For nvidia-smi it is `driver` (null means that too), `vbios` or `gsp`.
 */
export function readAs(as: ReaderName, stdout: string, part: string | null): VersionRead {
  const { devices, faults } = reportOf(as, stdout, part);
  const [fault] = faults;
  if (fault !== undefined) return silent(`${as}: ${fault}`);
  if (devices.length === 0) return silent(`${as} lists no device`);
  const nameless =
    part === null || as === 'nvidia-smi'
      ? null
      : devices.find((device) => device.part === null && device.psid === null && !NAMED.includes(as));
  if (nameless) return silent(`${as} does not tell what ${nameless.name} is, so it may be ${part} too`);
  const meant = part === null || as === 'nvidia-smi' ? devices : devices.filter((device) => isMeant(device, part));
  if (meant.length === 0) return silent(`${as} lists no ${part}: it has ${listOf(devices)}`);
  const unknown = meant.filter(({ running }) => running === null);
  if (unknown.length > 0) return silent(`${as} does not tell what runs on ${unknown.map(({ name }) => name).join(', ')}`);
  return oneVersion(meant);
}

/** Tools that name what they list instead of telling a part number. */
const NAMED: readonly ReaderName[] = ['nvfwupd'];

function reportOf(as: ReaderName, stdout: string, part: string | null): FirmwareReport {
  switch (as) {
    case 'mlxfwmanager':
      return parseMlxfwmanager(stdout);
    case 'flint':
      return parseFlint(stdout);
    case 'nvfwupd':
      return parseNvfwupd(stdout);
    case 'nvidia-smi':
      return gpuReport(stdout, part);
    case 'ibswinfo':
      return switchReport(stdout);
    default:
      return as satisfies never;
  }
}

function gpuReport(stdout: string, part: string | null): FirmwareReport {
  const what = part ?? 'driver';
  if (what !== 'driver' && what !== 'vbios' && what !== 'gsp') {
    return { devices: [], faults: [`part: ${what} is none of driver, vbios, gsp`] };
  }
  const { gpus, faults } = parseNvidiaSmi(stdout);
  const devices = gpus.map((gpu, i): DeviceFirmware => {
    return { name: `GPU ${gpu.bus ?? i}`, part: null, psid: null, running: gpu[what], burnt: gpu[what] };
  });
  return { devices, faults };
}

/** What is wrong with its fans or power is not the question here. */
function switchReport(stdout: string): FirmwareReport {
  const { part, psid, firmware, guid } = parseIbswinfo(stdout);
  if (firmware === null && part === null && guid === null) return { devices: [], faults: [] };
  return { devices: [{ name: guid ?? 'the switch', part, psid, running: firmware, burnt: firmware }], faults: [] };
}

function isMeant({ part, psid, name }: DeviceFirmware, wanted: string): boolean {
  const names = [part, part?.replace(/(_[AB][0-9x])+$/, ''), psid, name].filter((word) => word !== null && word !== undefined);
  const low = wanted.toLowerCase();
  if (low.endsWith('*')) return names.some((word) => word.toLowerCase().startsWith(low.slice(0, -1)));
  return names.some((word) => word.toLowerCase() === low);
}

/** `28.43.2026 on 7, 28.42.1000 on mlx5_3`: the most first; few are named. */
function oneVersion(devices: readonly DeviceFirmware[]): VersionRead {
  const byVersion = [...Map.groupBy(devices, ({ running }) => running ?? '')].toSorted(
    ([a, one], [b, other]) => other.length - one.length || (a < b ? 1 : -1),
  );
  const [only] = byVersion;
  if (only && byVersion.length === 1) return { version: only[0] };
  const told = byVersion.map(
    ([version, on]) => `${version} on ${on.length > NAMED_MAX ? on.length : on.map(({ name }) => name).join(' ')}`,
  );
  return { kind: 'mixed', why: `mixed: ${told.join(', ')}` };
}

const NAMED_MAX = 3;

function listOf(devices: readonly DeviceFirmware[]): string {
  const names = [...new Set(devices.map(({ part, psid, name }) => part ?? psid ?? name))];
  return names.length > NAMED_MAX ? `${names.slice(0, NAMED_MAX).join(', ')} and ${names.length - NAMED_MAX} more` : names.join(', ');
}

function silent(why: string): VersionRead {
  return { kind: 'silent', why };
}
