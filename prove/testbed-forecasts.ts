// Rehearsed and then run on real Slurm: each maintenance is forecast from the runs before it, then carried out on 64 slurmds, and the two
// are put side by side.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Forecast } from '../src/core/forecast/forecast.ts';
import { Site } from '../test/real/site.ts';
import { drawForecasts, forecastTable, insideP90, type ForecastRow } from './forecast-rows.ts';

const PICTURE = resolve(import.meta.dirname, '..', 'docs', 'images', 'forecast-against-actual.svg');
/** Runs that only teach. */
const TEACHING = 3;
const BOOT_SECONDS = 3;
const POLICY = 'canary: "n1"\ngates: {returned: 95%, soak: 3s}\njobs: {then: wait}\n';

export async function testbedForecasts(nodes: number, runs: number, insideMin: number): Promise<string> {
  await using site = await Site.open({ nodes, bootSeconds: BOOT_SECONDS }, POLICY);
  const rows: ForecastRow[] = [];
  for (let i = 0; i < TEACHING + runs; i++) {
    await planVersion(site, i);
    const promise = i < TEACHING ? null : await forecast(site);
    const run = await site.begin();
    const view = await site.until(run, 'settled', ({ state }) => state === 'settled', 300);
    if (promise) rows.push({ run, ...promise, actualMin: view.marks['95'] ?? null });
    process.stderr.write(`${run}: 95 % back after ${((view.marks['95'] ?? 0) * 60).toFixed(1)} s\n`);
  }
  drawForecasts(PICTURE, `${nodes} real slurmds, ${runs} maintenances: when 95 % were back`, rows);
  const { k } = insideP90(rows);
  if (k < insideMin) throw new Error(`only ${k} of ${runs} inside P90, wanted ${insideMin}:\n${forecastTable(rows)}`);
  return `\n${forecastTable(rows)}\n  ${join('docs', 'images', 'forecast-against-actual.svg')} shows them`;
}

/** A plan for a version that no node has yet. */
async function planVersion(site: Site, i: number): Promise<void> {
  const { changeYaml } = site.testbed;
  writeFileSync(changeYaml, readFileSync(changeYaml, 'utf8').replace(/version: "[^"]*"/, `version: "2026.${i + 1}"`));
  await site.makePlan();
}

async function forecast(site: Site): Promise<Pick<ForecastRow, 'p50Min' | 'p90Min'>> {
  const { code, document } = await site.json('rehearse', site.plan, '--priors', 'latest', '--engine', 'exact', '--scenarios', '400');
  if (code !== 0) throw new Error(`rehearse: exit ${code}`);
  const mark = (document as Forecast).milestones['95'];
  return { p50Min: mark?.p50Min ?? null, p90Min: mark?.p90Min ?? null };
}
