// The output of `mlxfwmanager --query` (mlxup prints the same): every adapter with what is on its flash and what runs.
import { complaints, known, type DeviceFirmware, type FirmwareReport } from './device-firmware.ts';

/**
 * Unproven: never seen from a device of ours; the form is that of the tool's published source (Mellanox/mstflint, mlxfwmanager) and manual.
 * The line `FW` is what is burnt; `FW (Running)` is printed beside it only where another version runs.
 */
export function parseMlxfwmanager(stdout: string): FirmwareReport {
  const [head = '', ...sections] = stdout.split(/^Device #\d+:\s*$/m);
  const faults = complaints(head);
  const devices = sections.map((section, i): DeviceFirmware => {
    const field = (name: string): string | null => known(new RegExp(`^ *${name}: *(.*)$`, 'm').exec(section)?.[1]);
    const version = (name: string): string | null => known(new RegExp(`^ *${name} +(\\S+)`, 'm').exec(section)?.[1]);
    const name = field('PCI Device Name') ?? `device ${i + 1}`;
    const burnt = version('FW');
    faults.push(...complaints(section).map((line) => `${name}: ${line}`));
    const status = field('Status');
    // It comes last: without it the line of what runs may be missing too.
    if (!/^ *Status:/m.test(section)) faults.push(`what is told of ${name} is not whole`);
    if (status !== null && /fail|error/i.test(status)) faults.push(`${name}: ${status}`);
    return { name, part: field('Part Number'), psid: field('PSID'), running: version('FW \\(Running\\)') ?? burnt, burnt };
  });
  return { devices, faults };
}
