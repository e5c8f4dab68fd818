// The console's server and pages: bytes of script of each page, time until the first map, and one run followed by many viewers at once.
// npm run -s bench:console [-- --viewers 200 --nodes 4096]
import { cpus, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { Client } from '../src/cli/client.ts';
import { parseFleetInForce } from '../src/files/fleet-file.ts';
import { showPlan } from '../src/files/plan-file.ts';
import { demoDocuments, demoFaults } from '../src/study/demo.ts';
import { planFrom } from '../src/study/make-plan.ts';
import { twinOptions } from '../src/study/twin-options.ts';
import { openBrowser } from '../test/console/browser.ts';
import { ConsoleServer } from '../test/console/console-server.ts';

const { values } = parseArgs({
  options: {
    viewers: { type: 'string', default: '200' },
    nodes: { type: 'string', default: '4096' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const [viewers, nodes, seconds] = [Number(values.viewers), Number(values.nodes), Number(values.seconds)];
/** Simulated seconds a second: a whole maintenance while the viewers look. */
const SPEED = 300;
const WHOLE_NODES = 100_000;
/** As many as one caller may have open. */
const STREAMS_A_TOKEN = 20;

await using server = await ConsoleServer.start();
const run = await beginRun();
const figures = {
  nodes,
  pages: await weights(run),
  wholeMap: await wholeMap(),
  // Last: the streams go on until the server ends.
  fanOut: await followed(),
  machine: { cpus: cpus().length, model: cpus()[0]?.model ?? '', memoryGb: Math.round(totalmem() / 2 ** 30) },
};
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);

async function beginRun(): Promise<string> {
  const plan = planFrom({ ...demoDocuments(nodes), catalogue: null, inventory: null, nowMs: Date.now() });
  const twin = { speed: SPEED, seed: 1, options: { ...twinOptions(plan), ...demoFaults() } };
  const { run } = await server.client.runs.create({
    plan: showPlan(plan),
    options: { folder: server.state.folder, only: null, twin, now: null, by: 'bench' },
  });
  await server.client.runs.control({ run, word: 'confirm', by: 'bench', reason: 'a bench', targets: null });
  return run;
}

/** Compressed bytes of script and style of each page, as the browser received them, and how long until the page is there. */
async function weights(name: string) {
  const browser = await openBrowser();
  const rows = [];
  try {
    for (const [page, path, ready] of [
      ['map', '/', 'canvas'],
      ['plans', '/plans', 'h1'],
      ['runs', '/runs', 'h1'],
      ['run', `/runs/${name}`, 'figure, svg'],
      ['settings', '/settings', 'h1'],
    ] as const) {
      const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } });
      const tab = await context.newPage();
      const sizes = { script: 0, style: 0 };
      const measured: Promise<void>[] = [];
      tab.on('requestfinished', (request) => {
        const kind = request.resourceType();
        if (kind !== 'script' && kind !== 'stylesheet') return;
        measured.push(
          request.sizes().then(({ responseBodySize }) => {
            sizes[kind === 'script' ? 'script' : 'style'] += responseBodySize;
          }),
        );
      });
      const began = performance.now();
      await tab.goto(`${server.url}${path}`);
      await tab.waitForSelector(ready);
      const readyMs = Math.round(performance.now() - began);
      await tab.waitForLoadState('load');
      await Promise.all(measured);
      rows.push({ page, scriptKb: kb(sizes.script), styleKb: kb(sizes.style), readyMs });
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return rows;
}

/** From the address typed until every node of a fleet of 100,000 is on the map and counted, the server's first answer included. */
async function wholeMap() {
  const { fleet } = parseFleetInForce(demoDocuments(WHOLE_NODES).fleet.text.replaceAll('demo', 'whole'), 'fleet.yaml');
  await server.client.fleets.keep({ fleet, folder: server.state.folder, catalogue: null });
  const browser = await openBrowser();
  try {
    const tab = await browser.newPage({ viewport: { width: 1_600, height: 900 } });
    const times = [];
    for (const visit of ['first', 'again']) {
      const began = performance.now();
      await tab.goto(`${server.url}/?fleet=whole`);
      await tab.getByText(WHOLE_NODES.toLocaleString('en-US')).first().waitFor();
      times.push({ visit, readyMs: Math.round(performance.now() - began) });
    }
    return { nodes: WHOLE_NODES, times };
  } finally {
    await browser.close();
  }
}

/** All viewers follow the run over HTTP; how late the last one has what the first one has. */
async function followed() {
  const arrivals = new Map<number, number[]>();
  let messages = 0;
  let changes = 0;
  const before = cpuSecondsOf(server.pid);
  const tokens = await Promise.all(Array.from({ length: Math.ceil(viewers / STREAMS_A_TOKEN) }, (_, i) => tokenOf(`viewer ${i}`)));
  const following = Array.from({ length: viewers }, async (_, viewer) => {
    const token = tokens[Math.floor(viewer / STREAMS_A_TOKEN)] ?? '';
    const link = new RPCLink({ url: `${server.url}/rpc`, headers: { authorization: `Bearer ${token}` } });
    const client: Client = createORPCClient(link);
    for await (const message of await client.runs.follow({ run })) {
      messages++;
      changes += message.changes.length;
      const seen = arrivals.get(message.seq);
      if (seen) seen.push(performance.now());
      else arrivals.set(message.seq, [performance.now()]);
    }
  });
  const broken = Promise.all(following);
  // What breaks after the figures are taken is the end of the server.
  broken.catch(() => null);
  // One that breaks ends the bench; none ends by itself before the run does. They end with the server.
  await Promise.race([broken, new Promise((done) => setTimeout(done, seconds * 1_000))]);
  const whole = [...arrivals.values()].filter((times) => times.length === viewers);
  const { state, returned } = await server.client.runs.status({ run });
  const spreads = whole.map((times) => Math.max(...times) - Math.min(...times)).toSorted((a, b) => a - b);
  return {
    viewers,
    seconds,
    messages,
    changes,
    atTheEnd: { state, returned },
    batchesSeenByAll: whole.length,
    batches: arrivals.size,
    lastViewerLaterMs: {
      p50: Math.round(spreads[Math.floor(spreads.length / 2)] ?? Number.NaN),
      worst: Math.round(spreads.at(-1) ?? Number.NaN),
    },
    serverCpuShare: Math.round(((cpuSecondsOf(server.pid) - before) / seconds) * 100) / 100,
  };
}

async function tokenOf(name: string): Promise<string> {
  const { secret } = await server.client.people.mint({ name, role: 'viewer', customer: null, days: 1, reason: 'a bench' });
  return secret;
}

/** The bin's child does the work: user and system time of both, from Linux; NaN elsewhere. */
function cpuSecondsOf(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    return [pid, ...children].reduce((sum, each) => {
      const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    }, 0);
  } catch {
    return Number.NaN;
  }
}

function kb(bytes: number): number {
  return Math.round(bytes / 102.4) / 10;
}
