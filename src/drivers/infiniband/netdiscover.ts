// What `ibnetdiscover` prints, plain or with -p, as a graph. Nothing is guessed: a link is believed when both of its ends tell the same.
import { assemble, type HalfLink, type ReadNode, type SweepGraph, type SweepProblem } from './assemble.ts';

/** GUIDs are `0x` and 16 lower-case hexadecimal digits. */
export interface FabricGraph {
  readonly hosts: readonly FabricHost[];
  readonly switches: readonly FabricSwitch[];
  readonly links: readonly FabricLink[];
  /** What could not be parsed or is not believed; lines count from 1. */
  readonly problems: readonly { readonly line: number; readonly text: string; readonly why: string }[];
}

/** One HCA: the fabric knows no hosts. In the -p form one port of an HCA, whose own GUID is not told there. */
export interface FabricHost {
  readonly guid: string;
  /** The node description, trimmed. */
  readonly name: string;
  /** The second word of a description of two words ("n1 mlx5_0"); else empty. */
  readonly hca: string;
  readonly ports: readonly { readonly port: number; readonly guid: string; readonly lid: number }[];
}

export interface FabricSwitch {
  readonly guid: string;
  /** The node description, trimmed. */
  readonly name: string;
  /** How many it has; in the -p form the highest seen. */
  readonly ports: number;
  readonly lid: number;
}

export interface FabricLink {
  readonly a: { readonly guid: string; readonly port: number };
  readonly b: { readonly guid: string; readonly port: number };
  /** "4X"; null: not told. */
  readonly width: string | null;
  /** "NDR"; null: not told. */
  readonly speed: string | null;
}

/** Never throws: what is not understood is among the problems. */
export function parseNetdiscover(text: string): SweepGraph {
  const reader = new Reader();
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line.trim() !== '' && !IGNORED.test(line)) reader.read(number, line.trimEnd());
  }
  return { ...assemble(reader.nodes, reader.halves, reader.problems), switchPorts: reader.switchPorts };
}

const IGNORED = /^(?:#|vendid=|devid=|sysimgguid=|caguid=|rtguid=|Chassis \d)/;
const HEAD = /^(Switch|Ca|Rt)\s+(\d{1,3})\s+"[SHR]-([0-9a-f]{1,16})"\s+# "(.*)"(.*)$/;
const EXTERNAL = String.raw`(?:\[(?:ext )?[^\]]*\])?`;
const PORT = new RegExp(
  String.raw`^\[(\d{1,3})\]${EXTERNAL}(?:\(([0-9a-f]{1,16})\))?\s+"([A-Z])-([0-9a-f]{1,16})"\[(\d{1,3})\]${EXTERNAL}\s*(?:\(([0-9a-f]{1,16})\))?\s*# (.*)$`,
);
const END = String.raw`(CA|SW|RT)\s+(\d{1,5})\s+(\d{1,3}) 0x([0-9a-f]{1,16})`;
const LINKED = new RegExp(String.raw`^${END} (\S+) (.+?) - ${END} \( '(.*)' - '(.*)' \)$`);
const UNLINKED = new RegExp(String.raw`^${END} (\S+) (\S.*?)\s{2,}'?(.*?)'?$`);

const SWITCH_GUIDS = /^switchguid=0x([0-9a-f]{1,16})\(([0-9a-f]{1,16})\)$/;

class Reader {
  readonly nodes: ReadNode[] = [];
  readonly halves: HalfLink[] = [];
  readonly problems: SweepProblem[] = [];
  readonly switchPorts = new Map<string, string>();
  readonly #byPort = new Map<string, ReadNode>();
  #block: ReadNode | null = null;

  read(line: number, text: string): void {
    if (text.startsWith('[')) this.#port(line, text);
    else if (/^(Switch|Ca|Rt)\s/.test(text)) this.#head(line, text);
    else if (/^(CA|SW|RT)\s/.test(text)) this.#portForm(line, text);
    else if (text.startsWith('switchguid=')) this.#switchGuids(line, text);
    else this.#doubt(line, text, 'not a line that ibnetdiscover prints', []);
  }

  /** A switch has a port GUID of its own, mostly the same; other tools may name it by that. */
  #switchGuids(line: number, text: string): void {
    const match = SWITCH_GUIDS.exec(text);
    if (match) this.switchPorts.set(guidOf(match[2]), guidOf(match[1]));
    else this.#doubt(line, text, 'the GUIDs of a switch, damaged or cut off', []);
  }

  #head(line: number, text: string): void {
    const match = HEAD.exec(text);
    this.#block = null;
    if (!match) return this.#doubt(line, text, 'the head of a node, damaged or cut off', []);
    const [, kind, ports, guid, name = '', rest = ''] = match;
    const lid = / lid (\d{1,5})(?: |$)/.exec(rest)?.[1];
    if (kind === 'Switch' && lid === undefined) return this.#doubt(line, text, 'the head of a switch, cut off', [guidOf(guid)]);
    this.#block = {
      guid: guidOf(guid),
      isSwitch: kind === 'Switch',
      name: name.trim(),
      portCount: Number(ports),
      lid: Number(lid ?? 0),
      ports: new Map(),
      line,
      text,
    };
    this.nodes.push(this.#block);
  }

  #port(line: number, text: string): void {
    const match = PORT.exec(text);
    const node = this.#block;
    if (!match) return this.#doubt(line, text, 'a port, damaged or cut off', node ? [node.guid] : []);
    const [, port, ownGuid, , remote, remotePort, remoteGuid, tail = ''] = match;
    if (!node) return this.#doubt(line, text, 'a port of no node: the line that names its node is missing', [guidOf(remote)]);
    const after = tail.slice(tail.lastIndexOf('"') + 1);
    const rate = /^ lid \d{1,5} (?:(\d{1,2})x(\S+))?/.exec(after);
    if (!rate) return this.#doubt(line, text, 'a port, cut off', [node.guid, guidOf(remote)]);
    if (Number(port) > node.portCount) return this.#doubt(line, text, `the node has ${node.portCount} ports`, [node.guid, guidOf(remote)]);
    const lid = Number(/^lid (\d{1,5}) lmc /.exec(tail)?.[1] ?? 0);
    if (!node.isSwitch) node.ports.set(Number(port), { guid: guidOf(ownGuid ?? node.guid.slice(2)), lid });
    const to = { guid: guidOf(remote), port: Number(remotePort) };
    const toGuid = remoteGuid === undefined ? null : guidOf(remoteGuid);
    this.halves.push({ from: { guid: node.guid, port: Number(port) }, to, toGuid, ...rateOf(rate[1], rate[2]), line, text });
  }

  #portForm(line: number, text: string): void {
    const linked = LINKED.exec(text);
    if (linked) {
      const [, kind, lid, port, guid, width, speed, , , remotePort, remote, name = ''] = linked;
      const from = this.#endOf(line, text, { kind, lid, port, guid, name });
      const to = { guid: guidOf(remote), port: Number(remotePort) };
      this.halves.push({ from, to, toGuid: null, ...rateOf(/^\d+/.exec(width ?? '')?.[0], speed), line, text });
      return;
    }
    const alone = text.includes(' - ') ? null : UNLINKED.exec(text);
    if (!alone) return this.#doubt(line, text, 'a line of the -p form, damaged or cut off', guidsIn(text));
    const [, kind, lid, port, guid, , , name = ''] = alone;
    this.#endOf(line, text, { kind, lid, port, guid, name });
  }

  #endOf(
    line: number,
    text: string,
    seen: { kind: string | undefined; lid: string | undefined; port: string | undefined; guid: string | undefined; name: string },
  ): { guid: string; port: number } {
    const guid = guidOf(seen.guid);
    const port = Number(seen.port);
    let node = this.#byPort.get(guid);
    if (!node) {
      const isSwitch = seen.kind === 'SW';
      node = { guid, isSwitch, name: seen.name.trim(), portCount: port, lid: Number(seen.lid), ports: new Map(), line, text };
      this.#byPort.set(guid, node);
      this.nodes.push(node);
    }
    node.portCount = Math.max(node.portCount, port);
    if (!node.isSwitch) node.ports.set(port, { guid, lid: Number(seen.lid) });
    return { guid, port };
  }

  #doubt(line: number, text: string, why: string, touches: readonly string[]): void {
    this.problems.push({ line, text: text.slice(0, TEXT_MAX), why, touches, half: null });
  }
}

const TEXT_MAX = 200;

/** `0x` and 16 digits, from as many digits as a tool prints. */
export function guidOf(digits: string | undefined): string {
  return `0x${(digits ?? '').replace(/^0x/i, '').toLowerCase().padStart(16, '0')}`;
}

function guidsIn(text: string): string[] {
  return [...text.matchAll(/0x([0-9a-f]{16})\b/g)].map((match) => guidOf(match[1]));
}

function rateOf(width: string | undefined, speed: string | undefined): { width: string | null; speed: string | null } {
  const known = speed !== undefined && /^[A-Z]+[0-9]*$/.test(speed) && width !== undefined;
  return known ? { width: `${width}X`, speed } : { width: null, speed: null };
}
