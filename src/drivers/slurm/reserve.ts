// Our maintenance reservation PREFIX-RUN: targets enter and leave it by writing its whole node list, because Slurm refuses
// `nodes+=` and `nodes-=`. An empty list is never written: 22.05 then picks a node of its own choice and reserves that.
import type { Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import { commands } from './commands.ts';
import { isMaintenance, readNodes, readReservations } from './look.ts';
import { foldForSlurm } from './node-set.ts';
import { reservationName } from './reservation-name.ts';
import type { ReservationRow } from './reservation-rows.ts';
import { allOf, inHalves, isDenied, result, write, type WriteContext, type Written } from './write.ts';

/** The reservation came or went between our look and our write, by a hand that is not ours: look again. */
const MOVED_ON = /Duplicate reservation name|Requested reservation is invalid/i;
const TRIES = 3;

/** done: the reservation is active and holds the target. */
export async function reserve(to: WriteContext, run: string, targets: readonly string[]): Promise<Result[]> {
  const name = reservationName.of(run, to.client.resPrefix);
  const [nodes, reservations] = await Promise.all([readNodes(to.client, to.signal), readReservations(to.client, to.signal)]);
  const before = reservations.find((reservation) => reservation.name === name);
  if (before && !isMaintenance(before)) return allOf(targets, 'refused', notOurs(name));
  const results = new Map<string, Result>();
  const todo: string[] = [];
  for (const target of new Set(targets)) {
    if (!nodes.has(target)) results.set(target, result(target, 'refused', { why: 'slurmctld does not know this node' }));
    else if (before?.nodes.includes(target)) results.set(target, held(target, before, {}));
    else todo.push(target);
  }
  await inHalves(todo, async (part) => {
    const { written, after } = await change(to, name, (held) => [...held.filter((node) => nodes.has(node)), ...part]);
    const members = new Set(after?.nodes);
    const left = part.filter((target) => !members.has(target));
    for (const target of part)
      results.set(target, after && members.has(target) ? held(target, after, written.evidence) : failed(target, written));
    return written.answered && !isDenied(written) ? left : [];
  });
  return [...results.values()];
}

/** done: the target is not in our reservation, which is deleted with its last node. unknown: look and try again, e.g. while a job uses it. */
export async function unreserve(to: WriteContext, run: string, targets: readonly string[]): Promise<Result[]> {
  const name = reservationName.of(run, to.client.resPrefix);
  const before = (await readReservations(to.client, to.signal)).find((reservation) => reservation.name === name);
  const leaving = new Set(targets);
  if (!before?.nodes.some((node) => leaving.has(node))) return allOf([...leaving], 'done', { reservation: name, words: 'not in it' });
  if (!isMaintenance(before)) return allOf([...leaving], 'refused', notOurs(name));
  const nodes = await readNodes(to.client, to.signal);
  const { written, after } = await change(to, name, (held) => held.filter((node) => !leaving.has(node) && nodes.has(node)));
  const members = new Set(after?.nodes);
  return [...leaving].map((target) => {
    if (!members.has(target)) return result(target, 'done', { ...written.evidence, reservation: name });
    return written.answered && isDenied(written) ? failed(target, written) : result(target, 'unknown', whyOf(written));
  });
}

/** Reads, writes the whole list that `next` makes of the present one, reads back. Creates, updates or deletes. */
async function change(
  to: WriteContext,
  name: string,
  next: (held: readonly string[]) => string[],
): Promise<{ written: Written; after: ReservationRow | null }> {
  const find = async (): Promise<ReservationRow | null> =>
    (await readReservations(to.client, to.signal)).find((reservation) => reservation.name === name) ?? null;
  for (let attempt = 1; ; attempt++) {
    const present = await find();
    const written = await writeMembers(to, name, present, next(present?.nodes ?? []));
    const movedOn = !written.ok && MOVED_ON.test(written.evidence.words);
    if (!movedOn || attempt === TRIES) return { written, after: await find() };
  }
}

async function writeMembers(to: WriteContext, name: string, present: ReservationRow | null, nodes: string[]): Promise<Written> {
  if (nodes.length === 0) {
    if (present) return write(to, commands.deleteReservation(name));
    return { ok: true, answered: true, evidence: { command: '', words: 'there is no such reservation' } };
  }
  const [list, ...more] = foldForSlurm(nodes);
  assert(list && list.text !== '', 'an empty node list for a reservation');
  if (more.length > 0) {
    const words = 'the node list of one reservation would be longer than an argument may be; Slurm cannot be given it in parts';
    return { ok: false, answered: true, evidence: { command: '', words } };
  }
  if (present) return write(to, commands.writeReservation(name, list.text));
  return write(to, commands.createReservation(name, list.text));
}

function held(target: string, reservation: ReservationRow, words: { readonly [key: string]: string }): Result {
  const evidence = { ...words, reservation: reservation.name };
  if (reservation.active) return result(target, 'done', evidence);
  return result(target, 'accepted', { ...evidence, why: 'the reservation exists but is not active' });
}

function failed(target: string, written: Written): Result {
  return result(target, written.answered && !written.ok ? 'refused' : 'unknown', whyOf(written));
}

function whyOf({ evidence }: Written): { readonly [key: string]: string } {
  return { ...evidence, why: evidence.words || 'slurmctld took it, but it does not show' };
}

function notOurs(name: string): { readonly [key: string]: string } {
  return { reservation: name, why: 'a reservation of this name exists that is no maintenance reservation: not ours' };
}
