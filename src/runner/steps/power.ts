// What a BMC does that is no reboot: power taken and given for people's work, the BMC itself reset. Judged by what is seen afterwards.
import { guardPower } from '../../core/run/guard.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { wordsOf } from '../words.ts';
import { deadlineOf, end, intend, keyOf, seenData, timeIsUp } from './common.ts';
import { guarded } from './guarded.ts';

/** power-off: seen off. power-on: seen on; whatever boots then is for the next step to see. reset: the BMC answers again. */
export async function powerBody(
  host: RunHost,
  target: number,
  step: ProgramStep,
  act: 'power-off' | 'power-on' | 'reset',
  turn: number,
): Promise<void> {
  const caller = host.caller(target, step.by);
  if (!caller) {
    end(host, target, turn, 'failed', { why: `this cluster has no ${step.by} driver` });
    return;
  }
  let asked = false;
  while (host.alive(target, turn)) {
    if (asked && (await seenDone(host, target, act))) {
      // A power cycle of ours: whatever boot id shows next is no stranger's.
      end(host, target, turn, 'done', { data: { act } });
      return;
    }
    if (!asked) {
      const seen = await guarded(host, target, step, turn, guardPower);
      const before = seen?.shell?.bootId ?? seen?.knownBootId ?? null;
      const told = before === null ? {} : { bootId: before };
      if (!seen || !(await intend(host, target, step, turn, { act, key: keyOf(host, target, step), ...told, seen: seenData(seen) })))
        return;
      const until = Math.min(deadlineOf(host, target, step), host.now() + host.parts.pace.callTimeoutMs);
      const result = await caller.act({ role: 'bmc', do: act }, host.name(target), keyOf(host, target, step), until);
      if (!host.alive(target, turn)) return;
      asked = result.outcome === 'done' || result.outcome === 'accepted';
      host.waitingFor[target] = asked ? `${act} to be seen` : `the BMC to ${act}: ${wordsOf(result)}`;
    }
    if (timeIsUp(host, target, step, turn, host.waitingFor[target] ?? act)) return;
    await host.tick(host.parts.pace.nodePollMs);
  }
}

async function seenDone(host: RunHost, target: number, act: 'power-off' | 'power-on' | 'reset'): Promise<boolean> {
  const { facts } = await host.look(target, 'bmc');
  if (facts?.role !== 'bmc') return false;
  if (act === 'reset') return facts.busy === '';
  return facts.power === (act === 'power-off' ? 'off' : 'on');
}
