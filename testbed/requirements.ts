// Which parts of other people's a machine must have before a testbed can start, and how tests behave when it has not.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';

const parts = [
  'munged',
  'slurmctld',
  'slurmd',
  'slurmstepd',
  'sinfo',
  'scontrol',
  'sbatch',
  'srun',
  'sshd',
  'ssh',
  'ssh-keygen',
  'setsid',
] as const;

/** What the Slurm testbed does without: parts of other testbeds, each named where it is needed, with its Debian package. */
const others = {
  ipmi_sim: 'openipmi',
  ipmitool: 'ipmitool',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  openssl: 'openssl',
  redfishtool: 'redfishtool',
  ibsim: 'ibsim-utils',
  opensm: 'opensm',
  ibnetdiscover: 'infiniband-diags',
  iblinkinfo: 'infiniband-diags',
  ibqueryerrors: 'infiniband-diags',
  saquery: 'infiniband-diags',
  sminfo: 'infiniband-diags',
  slurmrestd: 'slurmrestd',
} as const;

/** Programs the testbed starts itself, by absolute path. */
export type Part = (typeof parts)[number] | keyof typeof others;

/** The Debian packages that bring all of `parts`. */
const packages = 'slurmctld slurmd slurm-client munge openssh-server openssh-client util-linux';

export class PartMissingError extends Error {
  override readonly name = 'PartMissingError';
  constructor(missing: readonly string[]) {
    const wanted = Object.entries(others).flatMap(([part, name]) => (missing.includes(part) ? [name] : []));
    const names = [...(wanted.length < missing.length ? [packages] : []), ...new Set(wanted)].join(' ');
    super(`not installed: ${missing.join(', ')}; on Debian: apt-get install --no-install-recommends ${names}`);
  }
}

/** Names of the needed parts that are neither on PATH nor in an sbin folder; empty, for all of them, when a testbed can start. */
export function missingParts(needed: readonly Part[] = parts): string[] {
  return needed.filter((part) => find(part) === undefined);
}

/** Absolute path of a part. Throws PartMissingError when it is not installed. */
export function pathOf(part: Part): string {
  const path = find(part);
  if (path === undefined) throw new PartMissingError([part]);
  return path;
}

/** vitest's `describe`, handed in, so that this file also loads outside a test run. */
export interface Describe {
  (title: string, body: () => void): unknown;
  skip: (title: string, body: () => void) => unknown;
}

/**
 * A suite that needs real parts: when some are missing it is skipped and the title says why; with PITSTOP_REQUIRE_REAL=1 it fails instead.
 */
export function realParts(describe: Describe, title: string, body: () => void, needed: readonly Part[] = parts): void {
  const missing = missingParts(needed);
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const error = new PartMissingError(missing);
  if (env['PITSTOP_REQUIRE_REAL'] === '1') {
    describe(title, () => {
      throw error;
    });
    return;
  }
  console.warn(`skipped: ${title}: ${error.message}`);
  describe.skip(`${title} (skipped: ${error.message})`, body);
}

function find(part: Part): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, part)).find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path.startsWith('/');
  } catch {
    return false;
  }
}
