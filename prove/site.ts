// Three clusters of a made-up site, as a lead would go about it on the command line: plan, rehearse, find the limits, be asked, propose.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Forecast, Question } from '../src/core/forecast/forecast.ts';
import { Desk } from '../test/pitstop.ts';
import type { Proposal } from '../src/report/proposal.ts';
import { HOME } from './command.ts';
import { sitePicture } from './site-picture.ts';

const SITE = join(HOME, 'prove', 'site');
const SCENARIOS = '200';

export async function siteShown(): Promise<string> {
  await using desk = new Desk();
  const sources = ['--fleet', join(SITE, 'fleet.yaml'), '--change', join(SITE, 'change.yaml'), '--policy', join(SITE, 'policy.yaml')];
  const said = async (...args: string[]): Promise<string> => {
    const { exit, stdout, stderr } = await desk.pitstop(...args);
    if (exit !== 0) throw new Error(`pitstop ${args.join(' ')}: exit ${exit}\n${stderr}`);
    return stdout;
  };
  const planned = JSON.parse(await said('plan', ...sources, '--search', '20', '-o', 'site.plan.json', '--json')) as Planned;
  const forecast = JSON.parse(await said('rehearse', 'site.plan.json', '--json')) as Forecast;
  const limits = JSON.parse(await said('limits', 'site.plan.json', '--scenarios', '60', '--json')) as {
    limits: { name: string; gainMin: { [q: string]: number | null } }[];
  };
  const { questions } = JSON.parse(await said('ask', 'site.plan.json', '--scenarios', '60', '--json')) as { questions: Question[] };
  const proposal = await said('propose', 'site.plan.json', '--scenarios', SCENARIOS, '-o', 'site.html', '--json');
  writeFileSync(join(HOME, 'docs', 'images', 'forecast.svg'), sitePicture(JSON.parse(proposal) as Proposal));
  if (questions.length < 5) throw new Error(`only ${questions.length} questions: ${questions.map(({ id }) => id).join(', ')}`);
  const search = planned.report.why.filter(({ about }) => about.startsWith('search'));
  if (search.length === 0) throw new Error('the plan report says nothing of a search');
  return [
    '',
    `  ${forecast.nodes} nodes, ${forecast.scenarios} scenarios, engine ${forecast.engine}, one node ${min(forecast.oneNodeMin.p50)}, ratio ${forecast.ratio?.toFixed(1)}`,
    ...['50', '75', '95', '99'].map(
      (q) => `  ${q} % back: P50 ${min(forecast.milestones[q]?.p50Min)}, P90 ${min(forecast.milestones[q]?.p90Min)}`,
    ),
    ...limits.limits
      .slice(0, 5)
      .map(({ name, gainMin }) => `  without ${name}: 95 % sooner by ${min(gainMin['95'])}, 99 % by ${min(gainMin['99'])}`),
    ...questions.map(({ id, text }) => `  ${id}: ${text}`),
    ...search.map(({ text }) => `  search: ${text}`),
  ].join('\n');
}

interface Planned {
  readonly report: { readonly why: readonly { readonly about: string; readonly text: string }[] };
}

const min = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'not within the horizon' : `${value.toFixed(0)} min`;
