// What `nvidia-smi` tells of the GPUs of a node: `-q`, `--query-gpu=... --format=csv` and `nvlink -s`, in one shape. What it does not
// tell is null, which is never 0 and never "no".

interface GpuReport {
  readonly bus: string | null;
  readonly name: string | null;
  readonly serial: string | null;
  readonly uuid: string | null;
  readonly driver: string | null;
  readonly vbios: string | null;
  /** GSP firmware; csv does not tell. */
  readonly gsp: string | null;
  readonly ecc: { readonly volatile: EccCounts; readonly aggregate: EccCounts };
  readonly remapped: {
    readonly correctable: number | null;
    readonly uncorrectable: number | null;
    /** Rows wait for a reset of the GPU. */
    readonly pending: boolean | null;
    /** The GPU has no row left to remap to: a case for a replacement. */
    readonly failure: boolean | null;
  };
  /** What slows it down right now, in small letters, idleness left out: "sw power cap", "hw thermal slowdown". */
  readonly throttled: readonly string[] | null;
  readonly mig: { readonly current: string | null; readonly pending: string | null };
  /** State and status of the NVLink fabric: "Completed", "Success". */
  readonly fabric: { readonly state: string | null; readonly status: string | null };
  /** "None", "Reset", "Reboot", "Drain P2P", "Drain and Reset". */
  readonly recovery: string | null;
}

interface EccCounts {
  readonly corrected: number | null;
  readonly uncorrected: number | null;
}

export interface GpusReport {
  readonly gpus: readonly GpuReport[];
  /** What is broken or was cut off; empty: as many GPUs as it says there are, every one read. */
  readonly faults: readonly string[];
}

/** Of the output of `-q` or of a csv query with its header line. Never throws. */
export function parseNvidiaSmi(stdout: string): GpusReport {
  const { gpus, attached, faults } = /^Attached GPUs/m.test(stdout) ? fromQuery(stdout) : fromCsv(stdout);
  const complaints = stdout.split('\n').filter((line) => FAULT.test(line));
  const missing = attached !== null && attached !== gpus.length ? [`${gpus.length} of ${attached} GPUs told of`] : [];
  return { gpus, faults: [...complaints.map((line) => line.trim()), ...faults, ...missing] };
}

const FAULT =
  /NVIDIA-SMI has failed|No devices were found|Unable to determine the device handle|GPU is lost|Failed to initialize NVML|ERR!/;

interface Parsed {
  readonly gpus: readonly GpuReport[];
  readonly attached: number | null;
  readonly faults: readonly string[];
}

/** Settings by the way to them, `ECC Errors/Volatile/DRAM Correctable`; of settings told twice the first. */
type Settings = ReadonlyMap<string, string>;

function fromQuery(stdout: string): Parsed {
  const [head = '', ...sections] = stdout.split(/^GPU (?=[0-9A-Fa-f]{4,}:)/m);
  const top = settingsOf(head);
  const driver = value(top, 'Driver Version');
  const faults: string[] = [];
  const gpus = sections.map((section) => {
    const [bus = '', ...lines] = section.split('\n');
    const settings = settingsOf(lines.join('\n'));
    // All of it ends with the processes; a part of it (`-d ECC`) has no product name.
    const isCut = settings.size === 0 || (settings.has('Product Name') && ![...settings.keys()].some((key) => key.startsWith('Processes')));
    if (isCut) faults.push(`what is told of the GPU ${bus.trim()} is not whole`);
    return fromSettings(bus.trim(), driver, settings);
  });
  return { gpus, attached: number(value(top, 'Attached GPUs')), faults };
}

const INDENT = 4;

function settingsOf(text: string): Settings {
  const settings = new Map<string, string>();
  const way: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const depth = Math.floor((line.length - line.trimStart().length) / INDENT);
    const at = line.indexOf(' : ');
    way.splice(depth);
    way[depth] = (at < 0 ? line : line.slice(0, at)).trim();
    const key = way.filter((part) => part !== '').join('/');
    if (at >= 0 && !settings.has(key)) settings.set(key, line.slice(at + 3).trim());
  }
  return settings;
}

function fromSettings(bus: string, driver: string | null, all: Settings): GpuReport {
  const of = (key: string): string | null => value(all, key);
  const ecc = (kind: string): EccCounts => ({
    corrected: sum(all, (key) => key.startsWith(`ECC Errors/${kind}/`) && /(?<!Un)[Cc]orrectable$/.test(key)),
    uncorrected: sum(all, (key) => key.startsWith(`ECC Errors/${kind}/`) && /Uncorrectable/.test(key)),
  });
  return {
    bus,
    name: of('Product Name'),
    serial: of('Serial Number'),
    uuid: of('GPU UUID'),
    driver,
    vbios: of('VBIOS Version'),
    gsp: of('GSP Firmware Version'),
    ecc: { volatile: ecc('Volatile'), aggregate: ecc('Aggregate') },
    remapped: {
      correctable: number(of('Remapped Rows/Correctable Error')),
      uncorrectable: number(of('Remapped Rows/Uncorrectable Error')),
      pending: yes(of('Remapped Rows/Pending')),
      failure: yes(of('Remapped Rows/Remapping Failure Occurred')),
    },
    throttled: throttledOf(
      [...all].flatMap(([key, told]) => {
        const reason = /^Clocks (?:Event|Throttle) Reasons\/(?:.*\/)?([^/]+)$/.exec(key)?.[1];
        return reason === undefined ? [] : [[reason, told] as const];
      }),
    ),
    mig: { current: of('MIG Mode/Current'), pending: of('MIG Mode/Pending') },
    fabric: { state: of('Fabric/State'), status: of('Fabric/Status') },
    recovery: recoveryOf(all.get('GPU Recovery Action')),
  };
}

function fromCsv(stdout: string): Parsed {
  const lines = stdout.split('\n').map((line) => line.trim());
  const start = lines.findIndex(
    (line) => /^[a-z_]+[\w. [\]%]*(, |$)/.test(line) && /\b(uuid|driver_version|vbios_version|serial|index|name)\b/.test(line),
  );
  if (start < 0)
    return { gpus: [], attached: null, faults: ['no header line: neither the output of -q nor of a csv query with its header'] };
  const header = (lines[start] ?? '').split(', ').map((name) => name.replace(/ \[.*\]$/, ''));
  const gpus: GpuReport[] = [];
  const faults: string[] = [];
  let attached: number | null = null;
  for (const line of lines.slice(start + 1)) {
    if (line === '') break;
    const cells = line.split(', ');
    if (cells.length !== header.length) {
      faults.push(`a line has ${cells.length} of ${header.length} values`);
      continue;
    }
    const row = new Map(header.map((name, i) => [name, cells[i] ?? '']));
    attached = number(value(row, 'count')) ?? attached;
    gpus.push(fromRow(row));
  }
  if (gpus.length + faults.length === 0) faults.push('a header line and no GPU');
  return { gpus, attached, faults };
}

function fromRow(row: Settings): GpuReport {
  const of = (...names: readonly string[]): string | null => names.map((name) => value(row, name)).find((told) => told !== null) ?? null;
  const ecc = (kind: string): EccCounts => ({
    corrected: number(of(`ecc.errors.corrected.${kind}.total`)),
    uncorrected: number(of(`ecc.errors.uncorrected.${kind}.total`)),
  });
  return {
    bus: of('pci.bus_id', 'gpu_bus_id'),
    name: of('name', 'gpu_name'),
    serial: of('serial', 'gpu_serial'),
    uuid: of('uuid', 'gpu_uuid'),
    driver: of('driver_version'),
    vbios: of('vbios_version'),
    gsp: null,
    ecc: { volatile: ecc('volatile'), aggregate: ecc('aggregate') },
    remapped: {
      correctable: number(of('remapped_rows.correctable')),
      uncorrectable: number(of('remapped_rows.uncorrectable')),
      pending: yes(of('remapped_rows.pending')),
      failure: yes(of('remapped_rows.failure')),
    },
    throttled: throttledOf(
      [...row].flatMap(([name, told]) => {
        const reason = /^clocks_(?:event|throttle)_reasons\.(\w+)$/.exec(name)?.[1];
        return reason === undefined || /^(active|supported)$/.test(reason) ? [] : [[reason.replaceAll('_', ' '), told] as const];
      }),
    ),
    mig: { current: of('mig.mode.current'), pending: of('mig.mode.pending') },
    fabric: { state: of('fabric.state'), status: of('fabric.status') },
    recovery: recoveryOf(row.get('gpu_recovery_action')),
  };
}

/** GB/s of each NVLink of a GPU, in the order of the links; null: inactive. */
export interface NvlinkReport {
  readonly uuid: string;
  readonly links: readonly (number | null)[];
}

/** Of the output of `nvidia-smi nvlink -s`. A GPU of which nothing is told (in MIG mode, say) is in `faults`. */
export function parseNvlinks(stdout: string): { readonly gpus: readonly NvlinkReport[]; readonly faults: readonly string[] } {
  const [head = '', ...sections] = stdout.split(/^(?=GPU \d+: )/m);
  const gpus = sections.map((section): NvlinkReport => {
    const links = [...section.matchAll(/^\s*Link \d+: (.*)$/gm)].map(([, speed = '']) => {
      const gbs = /^([\d.]+) GB\/s/.exec(speed.trim())?.[1];
      return gbs === undefined ? null : Number(gbs);
    });
    return { uuid: /UUID: ([^)]+)\)/.exec(section)?.[1] ?? '', links };
  });
  const told = gpus.filter(({ links }) => links.length > 0);
  const silent = gpus.length - told.length;
  const words = head.trim() === '' ? [] : [head.trim()];
  return { gpus: told, faults: silent > 0 ? [...words, `nothing is told of the links of ${silent} of ${gpus.length} GPUs`] : words };
}

function throttledOf(reasons: readonly (readonly [string, string])[]): readonly string[] | null {
  const told = reasons.filter(([, state]) => /^(not )?active$/i.test(state));
  if (told.length === 0) return null;
  const active = told.filter(([, state]) => /^active$/i.test(state)).map(([reason]) => reason.toLowerCase());
  return active.filter((reason) => reason !== 'idle' && reason !== 'gpu idle');
}

/** "None" is an answer here. */
function recoveryOf(told: string | undefined): string | null {
  return told === 'None' ? told : told === undefined ? null : meant(told);
}

function value(settings: Settings, key: string): string | null {
  const told = settings.get(key);
  return told === undefined ? null : meant(told);
}

function meant(told: string): string | null {
  return /^(\[?N\/A\]?|\[?Not Supported\]?|\[?Unknown Error\]?|\[?Requested functionality has been deprecated\]?|ERR!|\[GPU requires reset\]|)$/i.test(
    told,
  )
    ? null
    : told;
}

function number(told: string | null): number | null {
  return told !== null && /^-?\d+(\.\d+)?$/.test(told) ? Number(told) : null;
}

function yes(told: string | null): boolean | null {
  if (told === null) return null;
  return /^yes$/i.test(told) ? true : /^no$/i.test(told) ? false : null;
}

function sum(settings: Settings, wanted: (key: string) => boolean): number | null {
  const counts = [...settings.keys()].filter(wanted).flatMap((key) => number(value(settings, key)) ?? []);
  return counts.length === 0 ? null : counts.reduce((total, count) => total + count, 0);
}
