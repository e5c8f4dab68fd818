// The folder of one testbed before anything runs in it: site commands, node state, Slurm's and sshd's files, the user's documents.
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { oldVersion, writeDocuments } from './documents.ts';
import { pathOf } from './requirements.ts';
import { gpusPerNode, gresConf, slurmConf, topologyConf } from './slurm-files.ts';
import { writeSshFiles } from './ssh-files.ts';

export interface FolderSettings {
  /** The guests come last. */
  readonly nodes: readonly string[];
  /** How many of them are of another partition. */
  readonly guests: number;
  readonly user: string;
  /** slurmctld, sshd, then one a slurmd. */
  readonly ports: readonly number[];
  readonly returnToService: 0 | 1 | 2;
  readonly resumeTimeoutSeconds: number;
  readonly slurmdTimeoutSeconds: number;
  readonly bootSeconds: number;
}

class TestbedFolderError extends Error {
  override readonly name = 'TestbedFolderError';
}

/** Makes an empty folder under the system's temporary one (TMPDIR). Throws TestbedFolderError when daemons could not live there. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pitstop-testbed-'));
  if (folder.length > 70) throw new TestbedFolderError(`${folder}: too long for the path of a Unix socket; set TMPDIR to a shorter one`);
  if (!/^[A-Za-z0-9/._-]+$/.test(folder))
    throw new TestbedFolderError(`${folder}: slurm.conf takes no such path; set TMPDIR to a plain one`);
  return folder;
}

/** Fills the folder: everything that the daemons and Pitstop read. */
export async function fillFolder(folder: string, settings: FolderSettings): Promise<void> {
  const { nodes, user } = settings;
  const [slurmctldPort, sshPort, firstSlurmdPort] = settings.ports;
  if (slurmctldPort === undefined || sshPort === undefined || firstSlurmdPort === undefined) throw new TestbedFolderError('too few ports');
  for (const name of ['bin', 'ckpt', 'dev', 'log', 'munge', 'nodes', 'pid', 'spool', 'state']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'munge', 'key'), randomBytes(128), { mode: 0o600 });
  for (let gpu = 0; gpu < gpusPerNode; gpu += 1) symlinkSync('/dev/null', join(folder, 'dev', `gpu${gpu}`)); // Slurm wants a device each
  copyCommands(join(import.meta.dirname, 'bin'), folder);
  writeSettings(folder, settings.bootSeconds);
  for (const node of nodes) makeNode(folder, node);
  const slurm = { ...settings, folder, slurmctldPort, firstSlurmdPort, host: shortHostname(), nodes: nodes.length - settings.guests };
  writeFileSync(join(folder, 'slurm.conf'), slurmConf(slurm));
  writeFileSync(join(folder, 'gres.conf'), gresConf(slurm));
  writeFileSync(join(folder, 'topology.conf'), topologyConf(slurm));
  await writeSshFiles({ folder, nodes, user, port: sshPort });
  writeDocuments({ folder, nodes: slurm.nodes, user, sshPort });
}

/** Into `bin/`, each by its name without the ending. */
export function copyCommands(from: string, folder: string): void {
  for (const name of readdirSync(from)) {
    const to = join(folder, 'bin', name.replace(/\.sh$/, ''));
    copyFileSync(join(from, name), to);
    chmodSync(to, 0o755);
  }
}

function writeSettings(folder: string, bootSeconds: number): void {
  const settings = {
    SLURMD: pathOf('slurmd'),
    SLURMSTEPD: pathOf('slurmstepd'),
    SSHD: pathOf('sshd'),
    BOOT_SECONDS: String(bootSeconds),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}='${value}'\n`);
  writeFileSync(join(folder, 'testbed.env'), lines.join(''));
}

function makeNode(folder: string, node: string): void {
  const state = join(folder, 'nodes', node);
  mkdirSync(join(state, 'faults'), { recursive: true });
  mkdirSync(join(state, 'steps'));
  mkdirSync(join(folder, 'spool', node));
  const boot = randomUUID();
  writeFileSync(join(state, 'boot-id'), `${boot}\n`);
  writeFileSync(join(state, 'version'), `${oldVersion}\n`);
  const booted = { at: Date.now(), node, what: 'booted', by: 'start', version: oldVersion, boot };
  writeFileSync(join(state, 'felt.log'), `${JSON.stringify(booted)}\n`);
}

function shortHostname(): string {
  return hostname().replace(/\..*/, '');
}
