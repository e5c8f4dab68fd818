// The stand-in for a site's allocator, as a program: alloc.ts FOLDER list | hold REASON NODE... | release REASON NODE... | place NODE ID
// OWNER | evict NODE ID | session NODE WHOSE | session NODE --end | customer-release NODE... --by C | customer-take NODE... --by C.
// It is as simple-minded as many are: hold overwrites any hold and release lifts any, so that who drives it must look first.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { changeState, filesOf, readState, type AllocatorNode, type AllocatorState } from './store.ts';

class UsageError extends Error {
  override name = 'UsageError';
}

const [folder = '', verb = '', ...args] = argv.slice(2);
try {
  await obey();
} catch (error) {
  stderr.write(`alloc: ${error instanceof Error ? error.message : String(error)}\n`);
  exit(error instanceof UsageError ? 2 : 1);
}

async function obey(): Promise<void> {
  if (verb === 'list') return list();
  if (verb === 'hold' || verb === 'release') return holdOrRelease(verb);
  if (verb === 'place') return place();
  if (verb === 'evict') return evict();
  if (verb === 'session') return session();
  if (verb === 'customer-release' || verb === 'customer-take') return customer(verb);
  throw new UsageError(`no such command: ${verb}`);
}

/** Faults: slow (seconds), broken (breaks off), twice (a node with other facts), forgets (a node), shape (a node's placements are a number). */
async function list(): Promise<void> {
  const slow = faultOf('slow');
  if (slow !== null) await pause(Number(slow) * 1000);
  const forgotten = faultOf('forgets');
  const shape = faultOf('shape');
  const twice = faultOf('twice');
  const lines = Object.entries(readState(folder)).flatMap(([name, node]) => {
    const line = { node: name, open: isOpen(node), ...node };
    if (name === forgotten) return [];
    if (name === shape) return [JSON.stringify({ ...line, placements: node.placements.length })];
    return name === twice ? [JSON.stringify(line), JSON.stringify({ ...line, open: !line.open })] : [JSON.stringify(line)];
  });
  const text = `${lines.join('\n')}\n`;
  stdout.write(faultOf('broken') === null ? text : text.slice(0, -20));
}

/** Faults: refuses (a node: the whole command fails), half (the first node is done, then it fails), deaf (exit 0, and nothing happens). */
async function holdOrRelease(what: 'hold' | 'release'): Promise<void> {
  const [reason, ...names] = args;
  if (reason === undefined || names.length === 0) throw new UsageError(`${what} REASON NODE...`);
  const refused = faultOf('refuses');
  if (refused !== null && names.includes(refused)) throw new Error(`${refused} is locked by its rack controller`);
  if (faultOf('deaf') !== null) return;
  const half = faultOf('half') !== null;
  await changeState(folder, (state, log) => {
    for (const name of half ? names.slice(0, 1) : names) {
      const node = nodeOf(state, name);
      const before = node.hold?.reason;
      node.hold = what === 'hold' ? { by: 'operator', reason } : null;
      log({ at: Date.now(), node: name, what, reason, ...(before === undefined ? {} : { before }), placed: node.placements.length });
    }
  });
  if (half) throw new Error('lost the connection to its database');
}

async function place(): Promise<void> {
  const [name = '', id = '', owner = ''] = args;
  if (owner === '') throw new UsageError('place NODE ID OWNER');
  const open = await changeState(folder, (state, log) => {
    const node = nodeOf(state, name);
    const open = isOpen(node);
    if (open) node.placements.push({ id, owner });
    log({ at: Date.now(), node: name, what: open ? 'place' : 'place-refused', id, owner });
    return open;
  });
  if (!open) throw new Error(`${name} takes nothing new`);
}

async function evict(): Promise<void> {
  const [name = '', id = ''] = args;
  await changeState(folder, (state, log) => {
    const node = nodeOf(state, name);
    if (!node.placements.some((placed) => placed.id === id)) throw new Error(`${id} is not on ${name}`);
    node.placements = node.placements.filter((placed) => placed.id !== id);
    log({ at: Date.now(), node: name, what: 'evict', id });
  });
}

async function session(): Promise<void> {
  const [name = '', whose = ''] = args;
  if (whose === '') throw new UsageError('session NODE WHOSE, or session NODE --end');
  await changeState(folder, (state, log) => {
    const node = nodeOf(state, name);
    const at = Date.now();
    node.session = whose === '--end' ? null : { whose, since: at };
    log({ at, node: name, what: whose === '--end' ? 'session-end' : 'session', ...(whose === '--end' ? {} : { by: whose }) });
  });
}

async function customer(what: 'customer-release' | 'customer-take'): Promise<void> {
  const [flag, by] = args.slice(-2);
  const names = args.slice(0, -2);
  if (flag !== '--by' || by === undefined || names.length === 0) throw new UsageError(`${what} NODE... --by CUSTOMER`);
  await changeState(folder, (state, log) => {
    for (const name of names) {
      const node = nodeOf(state, name);
      const at = Date.now();
      node.released = what === 'customer-release' ? { by, at } : null;
      log({ at, node: name, what, by, placed: node.placements.length });
    }
  });
}

function isOpen(node: AllocatorNode): boolean {
  return node.hold === null && node.released === null;
}

function nodeOf(state: AllocatorState, name: string): AllocatorNode {
  const node = state[name];
  if (!node) throw new Error(`no node is called ${name}`);
  return node;
}

/** What the file of this fault holds; null: it is off. */
function faultOf(name: string): string | null {
  const path = join(filesOf(folder).faults, name);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}
