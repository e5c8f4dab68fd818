// What a simulated BMC is told to be: its firmware, its times, and how its updates go.

export type Activation = 'at-once' | 'bmc-reset' | 'dc-cycle' | 'ac-cycle';

interface ComponentSettings {
  readonly version: string;
  /** When a version that was written begins to run. */
  readonly activation: Activation;
  readonly updateable: boolean;
}

/** How updates go from now on. */
export interface UpdateScript {
  /** From the start of the task to its end. */
  readonly seconds: number;
  /** vanishes: the task is no longer there, and nothing was written. */
  readonly ends: 'Completed' | 'Exception' | 'Cancelled' | 'never' | 'vanishes';
  /** At which percent it fails, stands still or vanishes. */
  readonly atPercent: number;
  /** The task's words when it fails. */
  readonly message: string;
  /** The BMC itself goes down in the middle. `forgets`: the task is gone afterwards, and `wrote` says whether the versions are there. */
  readonly reboot: { readonly atPercent: number; readonly seconds: number; readonly forgets: boolean; readonly wrote: boolean } | null;
  /** The copy to the second flash after the end; power must not be taken meanwhile. */
  readonly copySeconds: number;
}

export interface BmcSettings {
  readonly user: string;
  readonly password: string;
  /** A second account that may only look. */
  readonly viewer: { readonly user: string; readonly password: string } | null;
  readonly components: { readonly [id: string]: ComponentSettings };
  readonly update: UpdateScript;
  readonly resetTypes: readonly string[];
  /** Where the power of the standby rail can be taken: a chassis action, NVIDIA's OEM action, or nowhere. */
  readonly acCycle: 'chassis' | 'oem' | 'none';
  readonly restorePolicy: 'LastState' | 'AlwaysOn' | 'AlwaysOff';
  readonly offSeconds: number;
  readonly onSeconds: number;
  /** Down after Manager.Reset. */
  readonly rebootSeconds: number;
  /** Down after an AC cycle. */
  readonly acSeconds: number;
  readonly sessionsMax: number;
  readonly sessionSeconds: number;
  /** Whether collections may be asked with $expand. */
  readonly expand: boolean;
  /** How much of the request a task shows, as OpenBMC does: headers of JSON requests only. */
  readonly payload: 'all' | 'json-only' | 'none';
  readonly updateService: boolean;
  /** How wrong its clock is. */
  readonly clockAheadSeconds: number;
}

const GPU = { version: '97.00.82', activation: 'dc-cycle', updateable: true } as const;

/** A compute tray in small, with the ids that NVIDIA's BMCs use. */
export const defaultSettings: BmcSettings = {
  user: 'pit',
  password: 'stop-7731',
  viewer: { user: 'looker', password: 'only-8812' },
  components: {
    BMC_0: { version: '25.01', activation: 'bmc-reset', updateable: true },
    BIOS_0: { version: '02.03.19', activation: 'dc-cycle', updateable: true },
    CPLD_0: { version: '0.22', activation: 'ac-cycle', updateable: true },
    HGX_FW_GPU_0: GPU,
    HGX_FW_GPU_1: GPU,
    HGX_FW_NIC_0: { version: '40.44.1036', activation: 'at-once', updateable: true },
    HGX_InfoROM_GPU_0: { version: 'G548.0201', activation: 'at-once', updateable: false },
  },
  update: { seconds: 30, ends: 'Completed', atPercent: 60, message: 'image verification failed', reboot: null, copySeconds: 0 },
  resetTypes: ['On', 'ForceOff', 'GracefulShutdown', 'ForceRestart', 'PowerCycle'],
  acCycle: 'oem',
  restorePolicy: 'LastState',
  offSeconds: 2,
  onSeconds: 2,
  rebootSeconds: 10,
  acSeconds: 15,
  sessionsMax: 16,
  sessionSeconds: 1_800,
  expand: true,
  payload: 'json-only',
  updateService: true,
  clockAheadSeconds: 0,
};
