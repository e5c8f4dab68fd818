// The fleet map in real Chromium with software rendering: frames at rest, panned and zoomed while nodes change, memory, and the time until
// a map is there. npm run -s bench:map [-- --nodes 100000 --rate 1000 --seconds 10]
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser } from '../test/console/browser.ts';
import { ConsoleServer } from '../test/console/console-server.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const SIZE = { width: 1_600, height: 900 };

/** What the bench page offers (web/src/routes/bench/map). */
interface BenchWindow {
  benchFrames: number[];
  benchMap: {
    zoom(factor: number): void;
    pan(dx: number, dy: number): void;
    fit(): void;
    memory(): { heapBytes: number; tileBytes: number };
  };
}

interface Frames {
  readonly what: string;
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

await using server = await ConsoleServer.start();
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: SIZE });
  const began = performance.now();
  await page.goto(`${server.url}/bench/map?nodes=${values.nodes}&rate=${values.rate}`);
  await page.waitForFunction(() => (globalThis as unknown as Partial<BenchWindow>).benchMap !== undefined);
  await page.waitForFunction(() => (globalThis as unknown as BenchWindow).benchFrames.length > 2);
  const firstMapMs = performance.now() - began;
  const rows = [
    await watched(page, 'at rest', 'rest'),
    await watched(page, 'zooming in and out', 'zoom'),
    await watched(page, 'panning, zoomed in', 'pan'),
  ];
  const memory = await page.evaluate(() => (globalThis as unknown as BenchWindow).benchMap.memory());
  const figures = {
    nodes: Number(values.nodes),
    changesPerSecond: Number(values.rate),
    firstMapMs: Math.round(firstMapMs),
    heapMb: round(memory.heapBytes / 2 ** 20),
    tilesMb: round(memory.tileBytes / 2 ** 20),
    rows,
    machine: { cpus: cpus().length, model: cpus()[0]?.model ?? '', memoryGb: Math.round(totalmem() / 2 ** 30), browser: browser.version() },
  };
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} finally {
  await browser.close();
}

/** Moves the map in the page itself, once a frame, and reads the times between frames. */
async function watched(page: Page, what: string, move: 'rest' | 'zoom' | 'pan'): Promise<Frames> {
  const frames = await page.evaluate(
    async ([how, forMs]) => {
      const { benchMap: map, benchFrames: all } = globalThis as unknown as BenchWindow;
      const { requestAnimationFrame: frame } = globalThis as unknown as { requestAnimationFrame: (next: (at: number) => void) => void };
      const until = performance.now() + forMs;
      if (how !== 'rest') map.fit();
      if (how === 'pan') for (let i = 0; i < 12; i++) map.zoom(1.3);
      const from = all.length;
      await new Promise<void>((done) => {
        let step = 0;
        const next = (): void => {
          if (performance.now() > until) return done();
          step++;
          if (how === 'zoom') map.zoom(Math.floor(step / 60) % 2 === 0 ? 1.06 : 1 / 1.06);
          if (how === 'pan') map.pan(Math.floor(step / 90) % 2 === 0 ? 9 : -9, 3);
          frame(next);
        };
        frame(next);
      });
      return all.slice(from);
    },
    [move, seconds * 1_000] as const,
  );
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  const total = frames.reduce((sum, each) => sum + each, 0);
  return {
    what,
    frames: frames.length,
    framesPerSecond: round((frames.length / total) * 1_000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    worstMs: at(1),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
