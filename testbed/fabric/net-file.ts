// The shape of a simulated fabric, as ibsim reads it: units of nodes, a leaf for each rail of a unit, spines over all leaves.

export interface FabricShape {
  readonly units: number;
  readonly nodesPerUnit: number;
  /** HCAs of a node, one on each rail. */
  readonly rails: number;
  readonly spines: number;
  /** Names of the hosts of subnet managers. */
  readonly managers: readonly string[];
  /** units x nodesPerUnit names, unit by unit; default n1, n2, ... */
  readonly nodes?: readonly string[];
  /** By `leaf/port`: what that link can do, as "1xEDR"; all others are 4xHDR. */
  readonly rates?: { readonly [leafPort: string]: string };
}

export interface FabricNet {
  readonly text: string;
  readonly nodes: readonly string[];
  readonly leaves: readonly string[];
  readonly spines: readonly string[];
  /** Of every node: its links, rail by rail, as the driver names them. */
  readonly linksOf: ReadonlyMap<string, readonly string[]>;
  /** Between switches. */
  readonly trunks: readonly string[];
  /** What ibsim calls the parts of a node or switch: one id for each HCA. */
  readonly idsOf: ReadonlyMap<string, readonly string[]>;
  readonly switches: number;
  readonly ports: number;
}

/** Where the tools run. */
export const OPS_HOST = 'ops';

const RATE = '4xHDR';

interface Device {
  readonly kind: 'Switch' | 'Hca';
  readonly id: string;
  readonly description: string;
  readonly ports: { readonly port: number; readonly to: string; readonly toPort: number; readonly rate: string }[];
}

export function fabricNet(shape: FabricShape): FabricNet {
  const { units, nodesPerUnit, rails } = shape;
  const nodes = shape.nodes ?? Array.from({ length: units * nodesPerUnit }, (_, index) => `n${index + 1}`);
  const builder = new Builder(shape.rates ?? {});
  const leaves = range(units).flatMap((unit) => range(rails).map((rail) => `u${unit}r${rail}`));
  const spines = range(shape.spines).map((spine) => `s${spine}`);
  for (const name of [...leaves, ...spines]) builder.add('Switch', name, name);
  const linksOf = new Map<string, string[]>();
  for (const [index, node] of nodes.entries()) {
    const unit = Math.floor(index / nodesPerUnit) + 1;
    const port = (index % nodesPerUnit) + 1;
    for (const rail of range(rails)) {
      const leaf = `u${unit}r${rail}`;
      builder.add('Hca', `${node}-${rail}`, `${node} mlx5_${rail - 1}`);
      builder.connect(leaf, port, `${node}-${rail}`, 1);
      linksOf.set(node, [...(linksOf.get(node) ?? []), `${node}/mlx5_${rail - 1}--${leaf}/${port}`]);
    }
  }
  const trunks: string[] = [];
  for (const [index, leaf] of leaves.entries()) {
    for (const [number, spine] of spines.entries()) {
      builder.connect(leaf, nodesPerUnit + number + 1, spine, index + 1);
      trunks.push(`${spine}/${index + 1}--${leaf}/${nodesPerUnit + number + 1}`);
    }
  }
  for (const [index, host] of [...shape.managers, OPS_HOST].entries()) {
    // The tools look from the last spine, so that the first can go down under them.
    const spine = host === OPS_HOST ? spines.length : (index % spines.length) + 1;
    builder.add('Hca', host, `${host} mlx5_0`);
    builder.connect(`s${spine}`, leaves.length + index + 1, host, 1);
  }
  const idsOf = new Map<string, readonly string[]>(nodes.map((node) => [node, range(rails).map((rail) => `${node}-${rail}`)]));
  for (const name of [...leaves, ...spines, ...shape.managers, OPS_HOST]) idsOf.set(name, [name]);
  return { ...builder.finish(), nodes, leaves, spines, linksOf, trunks, idsOf, switches: leaves.length + spines.length };
}

class Builder {
  readonly #devices = new Map<string, Device>();
  readonly #rates: FabricShape['rates'];

  constructor(rates: FabricShape['rates']) {
    this.#rates = rates;
  }

  add(kind: Device['kind'], id: string, description: string): void {
    this.#devices.set(id, { kind, id, description, ports: [] });
  }

  connect(a: string, aPort: number, b: string, bPort: number): void {
    const rate = this.#rates?.[`${a}/${aPort}`] ?? RATE;
    this.#devices.get(a)?.ports.push({ port: aPort, to: b, toPort: bPort, rate });
    this.#devices.get(b)?.ports.push({ port: bPort, to: a, toPort: aPort, rate });
  }

  finish(): { readonly text: string; readonly ports: number } {
    const devices = [...this.#devices.values()];
    const size = (device: Device): number => Math.max(...device.ports.map(({ port }) => port));
    const text = devices.map((device) => {
      const lines = device.ports.map(({ port, to, toPort, rate }) => `[${port}] "${to}"[${toPort}] # lid 0 lmc 0 "${to}" lid 0 ${rate}`);
      return `${device.kind} ${size(device)} "${device.id}" # "${device.description}"\n${lines.join('\n')}\n`;
    });
    return { text: text.join('\n'), ports: devices.reduce((sum, device) => sum + size(device) + 1, 0) };
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
