// Validate: every check must pass by exit code 0 before a node may carry work again. A check that does not answer is asked again.
import { textOf } from '../../std/json.ts';
import type { Check } from '../../core/change/procedure.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { deadlineOf, end, keyOf, timeIsUp } from './common.ts';
import { commandOf } from './run.ts';

export async function checkBody(host: RunHost, target: number, step: ProgramStep, checks: readonly Check[], turn: number): Promise<void> {
  const shell = host.caller(target, 'shell');
  if (!shell) {
    end(host, target, turn, 'failed', { why: 'this cluster has no shell driver' });
    return;
  }
  for (const check of checks) {
    for (;;) {
      const key = `${keyOf(host, target, step)}/${check.name}`;
      const result = await shell.act(commandOf(host, target, check.run, false), host.name(target), key, deadlineOf(host, target, step));
      if (!host.alive(target, turn)) return;
      if (result.outcome === 'done' && result.evidence['exit'] === 0) break;
      if (result.outcome === 'done') {
        const words = textOf(result.evidence['stderr']) || textOf(result.evidence['stdout']);
        end(host, target, turn, 'failed', {
          why: `check ${check.name}: exit ${textOf(result.evidence['exit'])} ${words.slice(-300)}`.trim(),
          data: result.evidence,
        });
        return;
      }
      host.waitingFor[target] = `check ${check.name} to answer`;
      if (timeIsUp(host, target, step, turn, `check ${check.name}`)) return;
      await host.tick(host.parts.pace.nodePollMs);
    }
  }
  end(host, target, turn, 'done', { data: { checks: checks.map((check) => check.name) } });
}
