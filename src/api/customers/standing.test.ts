import { describe, expect, it } from 'vitest';
import type { RunHeader } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { newestRun } from './standing.ts';

function header(run: string, createdAt: number, options: JsonObject = {}, planId = 'p'): RunHeader {
  return { run, planId, createdAt, options, plan: '{}', targets: [], steps: [], shards: 1, finishedAt: null };
}

describe('the run behind a page', () => {
  const twin = { twin: { speed: 60, seed: 1, options: {} } };

  it('is the newest of the plan, and none of what was only watched', () => {
    const headers = [header('b', 2), header('c', 3, {}, 'other'), header('d', 4, { origin: 'watch' }), header('a', 1)];
    expect(newestRun(headers, 'p')?.run).toBe('b');
    expect(newestRun(headers, 'nothing')).toBeNull();
  });

  it('is one on a twin only while there is no real one', () => {
    expect(newestRun([header('t1', 1, twin), header('t2', 2, twin)], 'p')?.run).toBe('t2');
    expect(newestRun([header('real', 1), header('t2', 2, twin)], 'p')?.run).toBe('real');
  });
});
