// The output of `ibswinfo -d DEVICE`: one InfiniBand switch with its firmware, power supplies, fans and temperatures.
import { known } from './device-firmware.ts';

export interface SwitchReport {
  readonly part: string | null;
  readonly serial: string | null;
  readonly psid: string | null;
  readonly guid: string | null;
  readonly firmware: string | null;
  readonly uptimeS: number | null;
  readonly supplies: readonly SupplyReport[];
  readonly temperatureC: number | null;
  /** As printed: "OK", "ERROR"; null: not told. */
  readonly fans: string | null;
  /** Revolutions a minute by fan; null: not told. */
  readonly fanRpm: { readonly [fan: string]: number | null };
  /** Figures that are none, in the tool's words. */
  readonly faults: readonly string[];
}

interface SupplyReport {
  readonly name: string;
  /** As printed: "OK", "ERROR"; null: not told. */
  readonly status: string | null;
  readonly dcPower: string | null;
  readonly fan: string | null;
  readonly watts: number | null;
}

/** Never throws; what is missing or no number is null, and named in `faults` when something else stood there. */
export function parseIbswinfo(stdout: string): SwitchReport {
  const faults: string[] = [];
  const figure = (key: string, value: string | null): number | null => {
    if (value === null || /^-?\d+(\.\d+)?$/.test(value)) return value === null ? null : Number(value);
    faults.push(`${key}: ${value} is no number`);
    return null;
  };
  const blocks = stdout.split(/^-{5,}\s*$/m).map(rowsOf);
  const supplyRows = blocks.find((rows) => rows.some(({ key }) => SUPPLY.test(key))) ?? [];
  const rest = blocks.filter((rows) => rows !== supplyRows).flat();
  const first = (key: string): string | null => rest.find((row) => row.key === key)?.value ?? null;
  const fanRpm = rest.flatMap(({ key, value }) => (/^fan#\d+ \(rpm\)$/.test(key) ? [[key.slice(0, -6), figure(key, value)] as const] : []));
  return {
    part: first('part number'),
    serial: first('serial number'),
    psid: first('PSID'),
    guid: first('GUID'),
    firmware: first('firmware version'),
    uptimeS: uptimeOf(first('uptime (d-h:m:s)')),
    supplies: suppliesOf(supplyRows, figure),
    temperatureC: figure('temperature (C)', first('temperature (C)')),
    fans: first('fan status'),
    fanRpm: Object.fromEntries(fanRpm),
    faults,
  };
}

const SUPPLY = /^(PSU\d+) status$/;

interface Row {
  readonly key: string;
  readonly value: string | null;
}

function rowsOf(block: string): Row[] {
  return block.split('\n').flatMap((line) => {
    const at = line.indexOf('|');
    return at < 0 ? [] : [{ key: line.slice(0, at).trim(), value: known(line.slice(at + 1)) }];
  });
}

function suppliesOf(rows: readonly Row[], figure: (key: string, value: string | null) => number | null): SupplyReport[] {
  const starts = rows.flatMap(({ key }, i) => (SUPPLY.test(key) ? [i] : []));
  return starts.map((start, n): SupplyReport => {
    const [head, ...own] = rows.slice(start, starts[n + 1]);
    const name = SUPPLY.exec(head?.key ?? '')?.[1] ?? '';
    const of = (wanted: string): string | null => own.find(({ key }) => key === wanted)?.value ?? null;
    const watts = figure(`${name} power (W)`, of('power (W)'));
    return { name, status: head?.value ?? null, dcPower: of('DC power'), fan: of('fan status'), watts };
  });
}

/** Seconds of `160d-10:38:53`. */
function uptimeOf(text: string | null): number | null {
  const match = /^(\d+)d-(\d+):(\d+):(\d+)$/.exec(text ?? '');
  if (!match) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number);
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
