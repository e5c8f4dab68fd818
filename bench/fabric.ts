// How long a fabric takes to read: the real GB200 sweep of ../shared/data where it is there, and 2,048 simulated hosts swept, read into a fleet
// and observed by the driver. node bench/fabric.ts [--json]
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openInfiniband } from '../src/drivers/infiniband/infiniband.ts';
import { parseNetdiscover } from '../src/drivers/infiniband/netdiscover.ts';
import { NO_NAMES } from '../src/drivers/infiniband/names.ts';
import { surveyFabric } from '../src/drivers/infiniband/survey.ts';
import { parseFleet } from '../src/files/fleet-file.ts';
import { importedFabric, type ImportedFabric } from '../src/wiring/imported-fabric.ts';
import { wallClock } from '../src/std/clock.ts';
import { missingParts } from '../testbed/requirements.ts';
import { Fabric } from '../testbed/fabric/fabric.ts';
import { fabricOptions } from '../testbed/fabric/world.ts';

const GB200 = resolve(import.meta.dirname, '../../shared/data/ib-fabric-gb200-dgx/ibnetdiscover.out');

interface Figures {
  readonly what: string;
  readonly nodes: number;
  readonly switches: number;
  readonly links: number;
  readonly ms: { readonly [part: string]: number };
}

const figures: Figures[] = [];
const skipped: string[] = [];
if (existsSync(GB200)) figures.push(gb200());
else skipped.push('the GB200 fabric: its sweep is not there');
const missing = missingParts(['ibsim', 'opensm', 'ibnetdiscover', 'iblinkinfo', 'ibqueryerrors']);
if (missing.length === 0) figures.push(await simulated());
else skipped.push(`2,048 simulated hosts: ${missing.join(', ')} not installed`);
const document = { machine: { cpus: navigator.hardwareConcurrency }, figures, skipped };
process.stdout.write(`${JSON.stringify(document, null, process.argv.includes('--json') ? undefined : 1)}\n`);

function gb200(): Figures {
  const ms: { [part: string]: number } = {};
  const text = readFileSync(GB200, 'utf8');
  const graph = timed(ms, 'parse', () => parseNetdiscover(text));
  const imported = timed(ms, 'import', () =>
    importedFabric(graph, { from: GB200, names: NO_NAMES, fleet: 'gb200', cables: false, driver: {} }),
  );
  timed(ms, 'load', () => parseFleet(imported.text, 'fleet.yaml'));
  return { what: 'GB200 NDR fabric, real sweep', ...sizes(imported), links: graph.links.length, ms };
}

async function simulated(): Promise<Figures> {
  const ms: { [part: string]: number } = {};
  const since = performance.now();
  await using fabric = await Fabric.start({ units: 64, nodesPerUnit: 32, rails: 1, spines: 8 });
  ms['up'] = rounded(performance.now() - since);
  const context = { folder: fabric.folder, env: process.env, clock: wallClock() };
  const signal = AbortSignal.timeout(300_000);
  const began = performance.now();
  const graph = await surveyFabric(fabricOptions(fabric), context, signal);
  ms['sweep'] = rounded(performance.now() - began);
  const imported = timed(ms, 'import', () =>
    importedFabric(graph, { from: 'a sweep', names: NO_NAMES, fleet: 'sim', cables: false, driver: {} }),
  );
  const driver = openInfiniband(fabricOptions(fabric), context);
  const asked = performance.now();
  const seen = await driver.observe(fabric.nodes, signal);
  ms['observe'] = rounded(performance.now() - asked);
  await driver.close();
  const there = seen.filter(({ facts }) => facts?.role === 'fabric' && facts.present).length;
  if (there !== fabric.nodes.length) throw new Error(`${there} of ${fabric.nodes.length} hosts were seen`);
  return { what: '2,048 simulated hosts', ...sizes(imported), links: graph.links.length, ms };
}

function sizes({ text, nodes }: ImportedFabric): Pick<Figures, 'nodes' | 'switches'> {
  const [cluster] = parseFleet(text, 'fleet.yaml').clusters;
  return { nodes, switches: cluster?.switches.length ?? 0 };
}

function timed<T>(ms: { [part: string]: number }, part: string, work: () => T): T {
  const since = performance.now();
  const result = work();
  ms[part] = rounded(performance.now() - since);
  return result;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
