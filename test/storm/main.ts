// `npm run storm -- --seed S --runs N --nodes N`: exit 0 and a count, or the first seed that failed with what was violated.
import { parseArgs } from 'node:util';
import { showViolations } from '../checkers/check-run.ts';
import { storm } from './storm.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '20' }, nodes: { type: 'string', default: '12' } },
});
const first = Number(values.seed);
const runs = Number(values.runs);
const nodes = Number(values.nodes);

let crashes = 0;
let entries = 0;
for (let seed = first; seed < first + runs; seed++) {
  const report = await storm(seed, nodes);
  crashes += report.crashes;
  entries += report.entries;
  if (report.violations.length > 0 || report.wrong.length > 0) {
    process.stdout.write(`seed ${seed} failed\n${[...report.wrong, showViolations(report.violations)].join('\n')}\n`);
    process.exitCode = 1;
    break;
  }
}
if (process.exitCode !== 1)
  process.stdout.write(`${runs} storms of ${nodes} nodes, ${crashes} kills, ${entries} journal entries: nothing lost, nothing violated\n`);
