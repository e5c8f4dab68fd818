// Puts the stand-in and its movers into a folder: state, settings of the movers, and the commands bin/alloc and bin/lease-* that fleet.yaml names.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/std/json.ts';
import { quoteCommand } from '../../src/std/quote.ts';
import { moverFiles, type MoverSettings } from './mover-files.ts';
import { createStore } from './store.ts';

export interface Movers {
  /** Undrains a node that is drained, as an autoscaler which wants capacity does. */
  readonly autoscaler?: Pick<MoverSettings, 'candidates' | 'act'>;
  /** Reboots a node that has been down for `afterMs`. */
  readonly 'auto-repair'?: Pick<MoverSettings, 'candidates' | 'act' | 'afterMs'>;
}

export interface InstalledAllocator {
  /** Of the stand-in: its state, its felt log, its faults, its movers. */
  readonly folder: string;
  /** `bin/alloc`. */
  readonly alloc: string;
  /** Options of `drivers: {allocator: {use: allocator, ...}}`. */
  readonly options: { readonly list: string[]; readonly hold: string[]; readonly release: string[] };
  /** `leases:` of fleet.yaml for these movers. */
  readonly leases: JsonObject;
}

const TICK_MS = 1_000;
const ALLOC = fileURLToPath(import.meta.resolve('./alloc.ts'));
const LEASE = fileURLToPath(import.meta.resolve('./lease.ts'));
const MOVER = fileURLToPath(import.meta.resolve('./mover.ts'));

/** `bed` is the testbed's folder: commands go to its bin/, the rest below allocator/. */
export function installAllocator(bed: string, nodes: readonly string[], movers: Movers = {}, everyMs = TICK_MS): InstalledAllocator {
  const folder = join(bed, 'allocator');
  const bin = join(bed, 'bin');
  mkdirSync(bin, { recursive: true });
  createStore(folder, nodes);
  const alloc = command(bin, 'alloc', [ALLOC, folder]);
  for (const verb of ['take', 'verify', 'give']) command(bin, `lease-${verb}`, [LEASE, folder, verb]);
  const names = Object.keys(movers);
  for (const [name, settings] of Object.entries(movers)) {
    writeFileSync(moverFiles(folder, name).settings, JSON.stringify({ everyMs, afterMs: 0, ...settings }));
  }
  const hook = (verb: string, name: string): string[] => [join(bin, `lease-${verb}`), name];
  const lease = (name: string): JsonObject => ({
    by: 'local',
    take: hook('take', name),
    verify: hook('verify', name),
    give: hook('give', name),
    renewEvery: '30s',
  });
  return {
    folder,
    alloc,
    options: { list: [alloc, 'list'], hold: [alloc, 'hold', '{reason}', '{nodes}'], release: [alloc, 'release', '{reason}', '{nodes}'] },
    leases: Object.fromEntries(names.map((name) => [name, lease(name)])),
  };
}

/** The mover as a process of its own; end it by its id. */
export function startMover(folder: string, name: string): ChildProcess {
  return spawn(execPath, [MOVER, folder, name], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function command(bin: string, name: string, args: readonly string[]): string {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\nexec ${quoteCommand([execPath, ...args])} "$@"\n`, { mode: 0o755 });
  return path;
}
