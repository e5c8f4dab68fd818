// A worker thread of the pool: holds models, runs the scenarios it is told to, hands the rows over. Whatever it throws ends it, and the
// pool says so.
import { parentPort } from 'node:worker_threads';
import { must } from '../../std/assert.ts';
import type { Spec } from '../rehearse/asking.ts';
import type { Runner } from '../rehearse/exact-runner.ts';
import { createRunner, runRows } from '../rehearse/runner.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const port = must(parentPort, 'the pool that this worker belongs to');
const specs = new Map<number, Spec>();
const runners = new Map<number, Runner>();

port.on('message', (message: ToWorker) => {
  if (message.kind === 'model') specs.set(message.model, message.spec);
  else if (message.kind === 'forget') {
    specs.delete(message.model);
    runners.delete(message.model);
  } else run(message.model, message.from, message.count);
});

function run(model: number, from: number, count: number): void {
  const began = performance.now();
  const runner = runners.get(model) ?? createRunner(must(specs.get(model), `model ${model}`));
  runners.set(model, runner);
  const rows = runRows(runner, from, count);
  const said: FromWorker = { model, from, about: runner.about, rows, tookMs: performance.now() - began };
  port.postMessage(said, [rows.buffer]);
}
