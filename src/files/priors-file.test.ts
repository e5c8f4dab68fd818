import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statedBy } from '../core/learn/catalogue.ts';
import { learn } from '../core/learn/learn.ts';
import type { MopUpObservation, RunObservations, StepObservation } from '../core/learn/observations.ts';
import { catalogueFolders, loadCatalogue } from './catalogue.ts';
import { parsePriors, readPriors, showPriors, writePriors } from './priors-file.ts';

const stated = statedBy([...loadCatalogue(catalogueFolders(null, null)).values()].map(({ procedure }) => procedure));

function run(name: string): RunObservations {
  const step = (nth: number): StepObservation => ({
    run: name,
    component: 'host-os',
    step: 'apply',
    kind: 'run',
    target: `n${nth}`,
    attempt: 1,
    tookMs: 500_000 + 10_000 * nth,
    ended: nth === 3 ? 'failed' : 'done',
  });
  const mopUp: MopUpObservation = {
    run: name,
    component: 'host-os',
    step: 'apply',
    target: 'n3',
    way: 'hands',
    tookMs: 9e6,
    ended: 'back',
  };
  // Others did something to it, and nobody said what.
  const watched: StepObservation = { ...step(9), component: '', step: 'work', kind: 'run', ended: 'done' };
  return { run: name, steps: [...[1, 2, 3, 4, 5].map(step), watched], mopUps: [mopUp], begun: { 'host-os': 5, '': 1 } };
}

const priors = learn([run('july'), run('august')], stated);
const text = showPriors(priors);

test('priors: what was learned is written whole and read back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-priors-'));
  try {
    const file = join(folder, 'priors.json');
    writePriors(file, priors);
    expect(readPriors(file)).toEqual(priors);
    expect(priors.steps['host-os/apply']?.fails.n).toBe(10);
    expect(priors.mopUp['host-os']?.n).toBe(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('priors: of nothing but the catalogue', () => {
  const nothing = learn([], stated);
  expect(parsePriors(showPriors(nothing), 'p.json')).toEqual(nothing);
});

test('priors: bad input has places', () => {
  const check = (changed: string, expected: string | RegExp): void => {
    expect(changed).not.toBe(text);
    expect(() => parsePriors(changed, 'p.json')).toThrow(expected);
  };
  check(text.replace('"schema": 1', '"schema": 2'), 'p.json:2:13: 2: is not one of the allowed values; known here: 1');
  check(text.replace(/"medianMs": [\d.]+/, '"medianMs": 0'), /p\.json:\d+:\d+: 0: is too small; write more than 0/);
  check(text.replace(/"medianMs": [\d.]+/, '"medianMs": 1e15'), ': 1e15: is too large; write at most 315360000000');
  check(text.replace(/"logSd": [\d.]+/, '"logSd": -0.1'), ': -0.1: is too small; write at least 0');
  check(text.replace(/"df": [\d.]+/, '"df": 0.5'), ': 0.5: is too small; write at least 1');
  check(text.replace(/"n": \d+/, '"n": -4'), ': -4: is too small; write at least 0');
  check(text.replace(/"share": [\d.e-]+/, '"share": 1.5'), ': 1.5: is too large; write at most 1');
  check(text.replace('"host-os/apply"', '"host-os apply"'), 'host-os apply: no COMPONENT/STEP');
  check(text.replace('"kind": "run"', '"kind": "runs"'), '"runs": is not one of the allowed values; known here: run, push');
  check(
    text.replace(/("way": "remote",\s+"share": )[\d.]+/, '$10.99'),
    /ways: the shares add up to 1\d\d(\.\d+)?%; make them add up to 100%/,
  );
  check(text.replace('"together"', '"apart"'), /apart: unknown key/);
  check(text.slice(0, 200), 'this is not JSON as Pitstop writes it; use the file as it was written');
  check(`{"schema": 1, "id": "x"}\n`, 'runs: is missing');
});
