// What the console promises, shown again: the lead's night in real Chromium on twin and testbed, every refusal, generated requests, the map
// under load, weights of pages and many viewers, and the pictures of the README.
import { stripVTControlCharacters } from 'node:util';
import { command, HOME } from './command.ts';
import { takePictures } from './console-pictures.ts';
import type { Step } from './step.ts';

const SCRIPT_KB_MAX = 100;
const FRAMES_A_SECOND_MIN = 55;
const ZOOM_P99_MS_MAX = 100;

interface MapFigures {
  readonly nodes: number;
  readonly firstMapMs: number;
  readonly rows: readonly { readonly what: string; readonly framesPerSecond: number; readonly p99Ms: number; readonly worstMs: number }[];
}

interface ConsoleFigures {
  readonly wholeMap: { readonly nodes: number; readonly times: readonly { readonly visit: string; readonly readyMs: number }[] };
  readonly pages: readonly { readonly page: string; readonly scriptKb: number; readonly readyMs: number }[];
  readonly fanOut: {
    readonly viewers: number;
    readonly batches: number;
    readonly batchesSeenByAll: number;
    readonly lastViewerLaterMs: { readonly p50: number; readonly worst: number };
    readonly serverCpuShare: number;
  };
}

export const consoleSteps: readonly Step[] = [
  {
    name: 'night',
    promises:
      'in real Chromium the lead plans, rehearses, approves, runs, pauses, mops up and reviews; each page accessible, light and dark, as kept',
    show: () => tests('test/console.test.ts'),
  },
  {
    name: 'testbed',
    promises: 'the same pages on a real run: real Slurm behind, the outside checkers find nothing',
    show: () => tests('test/console-testbed.test.ts'),
  },
  {
    name: 'refusals',
    promises:
      'wrong role, expired token, foreign customer, forged link, oversize body, replayed approval, and requests made from the OpenAPI document',
    show: () =>
      tests('src/api/http', 'src/api/auth', 'src/api/customers', 'test/openapi.test.ts', 'src/runner/controls.test.ts', 'src/desk'),
  },
  { name: 'start', promises: 'npm start opens a run in progress and cleans up', show: () => tests('test/start.test.ts') },
  { name: 'map', promises: '100,000 nodes, 1,000 changes a second, software rendering: 60 frames a second', show: showMap },
  { name: 'viewers', promises: 'pages under 100 kB of script, 200 viewers of one fleet', show: showViewers },
  { name: 'pictures', promises: "the README's pictures, taken from the demo", show: takePictures },
];

async function tests(...paths: readonly string[]): Promise<string> {
  const said = stripVTControlCharacters(await command('npx', ['vitest', 'run', ...paths], HOME));
  const counted = /^ *Tests +(.*)$/m.exec(said)?.[1];
  if (counted === undefined || !/\d+ passed/.test(counted)) throw new Error(said);
  return counted;
}

async function showMap(): Promise<string> {
  const { rows, firstMapMs } = JSON.parse(await command('node', ['bench/map.ts'], HOME)) as MapFigures;
  const slow = rows.filter(({ framesPerSecond, p99Ms }) => framesPerSecond < FRAMES_A_SECOND_MIN || p99Ms > ZOOM_P99_MS_MAX);
  const told = rows.map(
    ({ what, framesPerSecond, p99Ms, worstMs }) => `${what}: ${framesPerSecond} a second, p99 ${p99Ms} ms, worst ${worstMs} ms`,
  );
  if (slow.length > 0) throw new Error(told.join('; '));
  return `${told.join('; ')}; first map after ${firstMapMs} ms`;
}

async function showViewers(): Promise<string> {
  const { pages, wholeMap, fanOut } = JSON.parse(await command('node', ['bench/console.ts'], HOME)) as ConsoleFigures;
  const told = pages.map(({ page, scriptKb, readyMs }) => `${page} ${scriptKb} kB, there after ${readyMs} ms`).join('; ');
  if (pages.some(({ scriptKb }) => scriptKb > SCRIPT_KB_MAX)) throw new Error(told);
  const { viewers, batches, batchesSeenByAll, lastViewerLaterMs, serverCpuShare } = fanOut;
  const whole = wholeMap.times.map(({ visit, readyMs }) => `${visit} after ${readyMs} ms`).join(', ');
  return `${told}; map of ${wholeMap.nodes} nodes ${whole}; ${viewers} viewers: ${batchesSeenByAll} of ${batches} batches seen by all, the last viewer ${lastViewerLaterMs.p50} ms after the first (worst ${lastViewerLaterMs.worst}), server at ${serverCpuShare} of a core`;
}
