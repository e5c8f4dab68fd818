// The output of `nvfwupd ... show_version`, as a table or with `-j`: the firmware devices of a tray behind its BMC.
import { known, type DeviceFirmware, type FirmwareReport } from './device-firmware.ts';

/**
 * Unproven: never seen from a tray of ours; the forms are those of the pages docs.nvidia.com/dgx (view-fw-components-packages) and
 * docs.nvidia.com/multi-node-nvlink-systems/nvfupd-guide (json-options, staged versions). `Sys Version` is what the BMC's inventory tells,
 * taken as what runs; `Staged Version` (option -s) is what waits for an activation. Columns are found by the header's places.
 */
export function parseNvfwupd(stdout: string): FirmwareReport {
  const json = stdout.indexOf('{');
  const table = /^AP Name .*$/m.exec(stdout);
  if (table) return fromTable(stdout.slice(table.index), faultsOf(stdout));
  return json < 0 ? { devices: [], faults: [...faultsOf(stdout), 'no table of firmware devices'] } : fromJson(stdout.slice(json));
}

const COLUMNS = ['AP Name', 'Sys Version', 'Staged Version', 'Pkg Version', 'Up-To-Date'] as const;

function fromTable(table: string, faults: readonly string[]): FirmwareReport {
  const [header = '', ...lines] = table.split('\n');
  const columns = COLUMNS.filter((name) => header.includes(name));
  const devices: DeviceFirmware[] = [];
  for (const line of lines) {
    if (line.trim() === '') break;
    if (/^[\s-]*$/.test(line)) continue;
    // No version has a blank in it; a row of fewer words than columns was cut off.
    const words = line.trim().split(/\s+/);
    if (words.length < columns.length || !columns.includes('Sys Version')) {
      return { devices, faults: [...faults, `a row of the table is not whole: ${line.trim()}`] };
    }
    const cell = (name: (typeof COLUMNS)[number]): string | undefined =>
      columns.includes(name) ? words[columns.indexOf(name)] : undefined;
    devices.push(device(words[0] ?? '', cell('Sys Version'), cell('Staged Version')));
  }
  return { devices, faults };
}

function fromJson(text: string): FirmwareReport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.slice(0, text.lastIndexOf('}') + 1));
  } catch {
    return { devices: [], faults: ['the JSON is not whole'] };
  }
  const list = fieldOf(parsed, 'Firmware Devices');
  const connection = wordOf(parsed, 'Connection Status') ?? 'Successful';
  const faults = connection === 'Successful' ? [] : [`Connection Status: ${connection}`];
  if (!Array.isArray(list)) return { devices: [], faults: [...faults, 'no list of firmware devices'] };
  const devices = list.map((entry: unknown) =>
    device(wordOf(entry, 'AP Name') ?? '', wordOf(entry, 'Sys Version'), wordOf(entry, 'Staged Version')),
  );
  return { devices, faults };
}

function device(name: string, running: string | undefined, staged: string | undefined): DeviceFirmware {
  const version = known(running);
  return { name, part: null, psid: null, running: version, burnt: known(staged) ?? version };
}

function faultsOf(text: string): string[] {
  const status = /^Connection Status: *(.*?) *$/m.exec(text)?.[1] ?? 'Successful';
  return status === 'Successful' ? [] : [`Connection Status: ${status}`];
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? (value as { readonly [key: string]: unknown })[key] : undefined;
}

function wordOf(value: unknown, key: string): string | undefined {
  const field = fieldOf(value, key);
  return typeof field === 'string' ? field : undefined;
}
