// The output of `flint -d DEVICE query` or `mstflint -d DEVICE query`, of one device or of several printed one after the other.
import { complaints, fieldsOf, known, type DeviceFirmware, type FirmwareReport } from './device-firmware.ts';

/**
 * Unproven: never seen from a device of ours; the form is that of the tool's published source (Mellanox/mstflint, flint) and manual.
 * `FW Version(Running)` is printed only where it is not what is burnt; some devices tell nothing else. The tool does not name the device,
 * so they are called "device 1", "device 2", in the order of the output.
 */
export function parseFlint(stdout: string): FirmwareReport {
  const [head = '', ...sections] = stdout.split(/^(?=Image type:)/m);
  const whole = head.startsWith('Image type:') ? [head, ...sections] : sections;
  const devices = whole.map((section, i): DeviceFirmware => {
    const fields = fieldsOf(section);
    const burnt = known(fields.get('FW Version'));
    const running = known(fields.get('FW Version(Running)')) ?? burnt;
    return { name: `device ${i + 1}`, part: known(fields.get('Part Number')), psid: known(fields.get('PSID')), running, burnt };
  });
  return { devices, faults: complaints(stdout) };
}
