// SimPy as a peer: the same models in the same run, where it is installed. It is never installed unless somebody asks for it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODEL = fileURLToPath(new URL('simpy_model.py', import.meta.url));
const VERSION = '4.1.1';

export interface SimPy {
  queue(customers: number, desks: number, load: number): { readonly cpuSeconds: number; readonly wait: number; readonly version: string };
  /** CPU seconds of one scenario. */
  maintenance(nodes: number, scenarios: number): { readonly cpuSeconds: number; readonly t50Min: number; readonly version: string };
  close(): void;
}

/** null: it is not there. With `install`, it is put into a temporary virtual environment first, with pip. */
export function openSimPy(install: boolean): SimPy | null {
  const folder = install ? mkdtempSync(join(tmpdir(), 'pitstop-simpy-')) : null;
  const python = folder === null ? 'python3' : installed(folder);
  if (python === null || spawnSync(python, ['-c', 'import simpy']).status !== 0) {
    if (folder !== null) rmSync(folder, { recursive: true });
    return null;
  }
  const ask = (...args: readonly (string | number)[]): unknown => {
    const { status, stdout, stderr } = spawnSync(python, [MODEL, ...args.map(String)], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`SimPy failed: ${stderr}`);
    return JSON.parse(stdout);
  };
  return {
    queue: (customers, desks, load) => ask('queue', customers, desks, load) as ReturnType<SimPy['queue']>,
    maintenance: (nodes, scenarios) => ask('maintenance', nodes, scenarios) as ReturnType<SimPy['maintenance']>,
    close: () => {
      if (folder !== null) rmSync(folder, { recursive: true });
    },
  };
}

function installed(folder: string): string | null {
  const python = join(folder, 'bin', 'python3');
  spawnSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
  if (!existsSync(python)) return null;
  const { status } = spawnSync(python, ['-m', 'pip', 'install', '--quiet', `simpy==${VERSION}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0 ? python : null;
}
