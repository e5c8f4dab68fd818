// What watches the nodes of a bound testbed, as a site's monitoring does: sentinel.ts FOLDER URL NODE... posts an alert NodeDown for every node
// that is down, once a second, and writes into the node's felt.log whether Alertmanager says that it is silenced.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { readText } from '../processes.ts';

const TICK_MS = 1_000;
/** An alert that nobody posts again is over after this time. */
const LASTS_MS = 30_000;

const told = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ state: z.string(), silencedBy: z.array(z.string()) }),
  }),
);

const [folder = '', url = '', ...nodes] = argv.slice(2);
const firing = new Map<string, { readonly since: number; suppressed: boolean | null }>();

for (;;) {
  // Alertmanager may be away for a moment; what is down then is told at the next tick.
  await tick().catch(() => undefined);
  await pause(TICK_MS);
}

async function tick(): Promise<void> {
  const off = readFileSync(join(folder, 'site', 'off'), 'utf8').split('\n');
  const down = nodes.filter((node) => isDown(node, off));
  const over = [...firing.keys()].filter((node) => !down.includes(node));
  const now = Date.now();
  for (const node of down) if (!firing.has(node)) firing.set(node, { since: now, suppressed: null });
  if (firing.size === 0) return;
  await post([...firing].map(([node, { since }]) => alertOf(node, since, down.includes(node) ? now + LASTS_MS : now)));
  for (const node of over) {
    if (firing.get(node)?.suppressed !== null) feel(node, { what: 'alert-over' });
    firing.delete(node);
  }
  await look();
}

function isDown(node: string, off: readonly string[]): boolean {
  const state = join(folder, 'nodes', node);
  if (existsSync(join(state, 'down')) || off.some((link) => link.startsWith(`${node}/`))) return true;
  const pid = readText(join(state, 'slurmd.pid')).trim();
  return !/\(slurmd\) [^Z]/.test(readText(`/proc/${pid}/stat`));
}

function alertOf(node: string, startsAt: number, endsAt: number): object {
  const times = { startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString() };
  return { labels: { alertname: 'NodeDown', instance: node }, ...times };
}

async function post(alerts: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(alerts) });
}

/** Said when it fires and whenever that changes; an alert that Alertmanager has not judged yet is told later. */
async function look(): Promise<void> {
  const alerts = told.parse(await (await fetch(`${url}/api/v2/alerts?filter=alertname%3DNodeDown`)).json());
  for (const { labels, status } of alerts) {
    const node = labels['instance'] ?? '';
    const one = firing.get(node);
    const suppressed = status.silencedBy.length > 0;
    if (!one || one.suppressed === suppressed || (status.state === 'unprocessed' && !suppressed)) continue;
    one.suppressed = suppressed;
    feel(node, { what: 'alert', suppressed });
  }
}

function feel(node: string, event: { readonly what: string; readonly suppressed?: boolean }): void {
  appendFileSync(join(folder, 'nodes', node, 'felt.log'), `${JSON.stringify({ at: Date.now(), node, ...event })}\n`);
}
