// `npm run prove -- NAME [STEP ...]`: shows again, in one command, what a part of Pitstop promises. Exit 1 at the first step that fails.
import { siteSteps } from './all-systems.ts';
import { consoleSteps } from './console.ts';
import { rehearse } from './rehearse.ts';
import { spine } from './spine.ts';
import type { Step } from './step.ts';

const SHOWINGS: { readonly [name: string]: readonly Step[] } = { spine, rehearse, console: consoleSteps, site: siteSteps };

const [name = '', ...only] = process.argv.slice(2);
const steps = SHOWINGS[name];
if (!steps) {
  process.stderr.write(`usage: npm run prove -- ${Object.keys(SHOWINGS).join('|')} [STEP ...]\n`);
  process.exitCode = 2;
} else {
  for (const step of steps.filter((candidate) => only.length === 0 || only.includes(candidate.name))) {
    const since = Date.now();
    process.stdout.write(`${step.name}: ${step.promises}\n`);
    try {
      const measured = await step.show();
      process.stdout.write(`  shown in ${((Date.now() - since) / 1_000).toFixed(1)} s: ${measured}\n`);
    } catch (error) {
      process.stdout.write(`  NOT SHOWN: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
      break;
    }
  }
}
