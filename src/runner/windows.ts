// Opens and closes each cluster's window on the run's clock, and does at its end what the policy says.
import { hasFlag } from '../core/run/state.ts';
import { FLAG, stageCode } from '../core/run/states.ts';
import type { RunHost } from './host.ts';

const FINAL = ['settled', 'dropped', 'skipped', 'returned', 'straggling'].map((stage) => stageCode(stage as 'settled'));

/** Runs until `over`. A plan without windows, or one called with `--now`, has its window open at once and for good. */
export async function keepWindows(host: RunHost, over: () => boolean): Promise<void> {
  await Promise.all(host.parts.program.clusters.map((_, cluster) => keepWindow(host, cluster, over)));
}

/** The next moment at which the cluster's window opens or closes, and whether it is open now. Unix minutes; null = never again. */
function windowAt(host: RunHost, cluster: number, nowMin: number): { open: boolean; changesAtMin: number | null } {
  const { policy, fleet } = host.parts.plan;
  const name = fleet.document.clusters[cluster]?.name;
  const windows = policy.windows.filter((window) => window.cluster === name);
  if (windows.length === 0 || typeof host.parts.header.options['now'] === 'string') return { open: true, changesAtMin: null };
  const edges = [...windows, ...policy.blackouts].flatMap((window) => [window.fromMin, window.toMin]).filter((edge) => edge > nowMin);
  const inside = (intervals: readonly { fromMin: number; toMin: number }[]): boolean =>
    intervals.some((i) => i.fromMin <= nowMin && nowMin < i.toMin);
  return { open: inside(windows) && !inside(policy.blackouts), changesAtMin: edges.length === 0 ? null : Math.min(...edges) };
}

async function keepWindow(host: RunHost, cluster: number, over: () => boolean): Promise<void> {
  for (;;) {
    if (host.stopped !== null || over()) return;
    const { open, changesAtMin } = windowAt(host, cluster, host.now() / 60_000);
    const was = host.chronicle.state.windowOpen[cluster] === 1;
    if (open !== was) {
      host.feed(-1, 'window', { why: open ? 'window open' : 'window over' }, cluster * 2 + (open ? 1 : 0));
      if (!open) atWindowEnd(host, cluster);
    }
    if (changesAtMin === null) return;
    await host.sleep(Math.min(changesAtMin * 60_000 - host.now(), 60_000));
  }
}

function atWindowEnd(host: RunHost, cluster: number): void {
  const { atWindowEnd: rule } = host.parts.plan.policy;
  if (rule === 'ask') host.feed(-1, 'pause', { by: 'policy', why: 'the window is over: resume, recall or abort' });
  if (rule !== 'stop-and-return') return;
  const { state } = host.chronicle;
  for (const [target, of] of host.parts.program.clusterOf.entries()) {
    if (of !== cluster || FINAL.includes(state.stage[target] as number) || hasFlag(state, target, FLAG.recalled)) continue;
    host.feed(target, 'recall', { by: 'policy', why: 'the window is over: stop and return' });
  }
}
