// `npm run storm -- --seed S --runs N --nodes N`, or `--kind fabric` with seeds of its own: exit 0 and a count, or the first seed that failed
// with what was violated.
import { parseArgs } from 'node:util';
import { showViolations } from '../checkers/check-run.ts';
import { fabricStorm } from './fabric/fabric-storm.ts';
import { storm } from './storm.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20' },
    nodes: { type: 'string', default: '12' },
    kind: { type: 'string', default: 'nodes' },
  },
});
const first = Number(values.seed);
const runs = Number(values.runs);
const nodes = Number(values.nodes);

let crashes = 0;
let entries = 0;
for (let seed = first; seed < first + runs; seed++) {
  const report = values.kind === 'fabric' ? await fabricStorm(seed) : await storm(seed, nodes);
  crashes += report.crashes;
  entries += report.entries;
  if (report.violations.length > 0 || report.wrong.length > 0) {
    process.stdout.write(`seed ${seed} failed\n${[...report.wrong, showViolations(report.violations)].join('\n')}\n`);
    process.exitCode = 1;
    break;
  }
}
if (process.exitCode !== 1)
  process.stdout.write(
    `${runs} storms ${values.kind === 'fabric' ? 'over a fabric' : `of ${nodes} nodes`}, ${crashes} kills, ${entries} journal entries: nothing lost, nothing violated\n`,
  );
