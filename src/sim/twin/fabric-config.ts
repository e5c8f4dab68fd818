// What the fabric of a twin is made of: switches, links, subnet managers, how long things take on them, and what goes wrong.
import type { Spread } from './commands.ts';
import type { FaultSpec } from './config.ts';

export const LINK_FAULTS = [
  /** Has a carrier, and no subnet manager gets it any further. */
  'staysInitialize',
  'staysDown',
  /** Down and up again, again and again. */
  'flaps',
  /** Symbol errors grow as long as it is active. */
  'errors',
  /** Comes up narrower than it should. */
  'degraded',
] as const;
export type LinkFault = (typeof LINK_FAULTS)[number];

/** Which links have a fault: those named, and a drawn share (0..1) of all. */
interface LinkFaultSpec {
  readonly links?: readonly string[];
  readonly share?: number;
}

interface ManagerSpec {
  readonly name: string;
  /** Node or switch that it runs on: goes and comes with it. Absent: a host that never goes down. */
  readonly on?: string;
  readonly priority?: number;
  /** What it is configured with; equal texts are equal configurations. */
  readonly config?: string;
}

/** What a command about a switch does, as parts of its program's name (regular expressions), in the order in which they are looked for. */
interface SwitchWords {
  readonly reload: string;
  readonly resetPort: string;
  readonly stage: string;
  readonly apply: string;
  readonly read: string;
  readonly check: string;
}

export interface FabricConfig {
  readonly switches: readonly { readonly name: string; readonly role: string }[];
  /** One each, `n1/h1--u1r1/1` or `u1r1/33--s1/1`; an end that is neither a node nor a switch of the twin is always up. */
  readonly links: readonly string[];
  /** The first of the highest priority is the master. */
  readonly managers: readonly ManagerSpec[];
  /** Component -> version that runs on every switch at the start; commands that name no component mean the first one. */
  readonly versions: { readonly [component: string]: string };
  readonly words: SwitchWords;
  readonly durations: {
    readonly stage: Spread;
    readonly apply: Spread;
    /** From the moment a switch goes away until it is back. */
    readonly reload: Spread;
    readonly read: Spread;
    readonly check: Spread;
    readonly other: Spread;
  };
  /** Whether the command that reloads a switch ends only when the switch is back; else at once. */
  readonly reloadWaits: boolean;
  /** From a carrier until a subnet manager has made the link active. */
  readonly activeAfterMs: number;
  /** From the end of the master subnet manager until another one is master, and from a start until it takes part. */
  readonly takeoverMs: number;
  /** Share (0..1) of a switch's links that stay down when it comes back. */
  readonly disturbs: number;
  readonly linkFaults: { readonly [fault in LinkFault]?: LinkFaultSpec };
  /** Of switches, by name. */
  readonly switchFaults: { readonly [fault in SwitchFault]?: FaultSpec };
  readonly flapUpMs: number;
  readonly flapDownMs: number;
  readonly errorsPerMinute: number;
  readonly width: string;
  readonly speed: string;
}

/** As of nodes: never comes back from a reload, comes back with the version it had, does not take a new one. */
export const SWITCH_FAULTS = ['neverBack', 'oldVersion', 'applyFails'] as const;
export type SwitchFault = (typeof SWITCH_FAULTS)[number];

/** What a caller must give; everything else is that of a healthy fabric. */
export type FabricSpec = Pick<FabricConfig, 'switches' | 'links'> & Partial<FabricConfig>;

const MINUTE_MS = 60_000;

/** A healthy fabric of these switches and links with two subnet managers, of which every field can be overridden. */
export function fabricConfig(spec: FabricSpec): FabricConfig {
  return {
    managers: [
      { name: 'sm1', priority: 14 },
      { name: 'sm2', priority: 10 },
    ],
    versions: { 'switch-firmware': '31.2008' },
    words: {
      reload: 'reload|activate|reboot|restart',
      resetPort: 'reset-?port|port-?(reset|state)',
      stage: 'stage|fetch',
      apply: 'burn|install|apply|flash',
      read: 'version|query',
      check: 'links|health|check',
    },
    durations: {
      stage: { medianMs: 3 * MINUTE_MS, logSd: 0.3 },
      apply: { medianMs: 6 * MINUTE_MS, logSd: 0.3 },
      reload: { medianMs: 8 * MINUTE_MS, logSd: 0.3 },
      read: { medianMs: 500, logSd: 0.2 },
      check: { medianMs: MINUTE_MS, logSd: 0.3 },
      other: { medianMs: 500, logSd: 0.2 },
    },
    reloadWaits: true,
    activeAfterMs: 3_000,
    takeoverMs: 5_000,
    disturbs: 0,
    linkFaults: {},
    switchFaults: {},
    flapUpMs: 30_000,
    flapDownMs: 3_000,
    errorsPerMinute: 60,
    width: '4X',
    speed: 'NDR',
    ...spec,
  };
}
