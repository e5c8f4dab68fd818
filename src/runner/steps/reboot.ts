// Reboots and power cycles: judged by the boot id alone. An exit code is nothing, and a boot id that moved without us is somebody else's.
import type { Act, ShellFacts } from '../../core/ports.ts';
import { guardDestructive, guardPower } from '../../core/run/guard.ts';
import type { ProgramStep } from '../../core/run/program.ts';
import type { RunHost } from '../host.ts';
import { wordsOf } from '../words.ts';
import { deadlineOf, end, intend, keyOf, seenData, timeIsUp } from './common.ts';
import { guarded } from './guarded.ts';

type Activation = 'reboot' | 'power-cycle' | 'ac-cycle';

export async function rebootBody(host: RunHost, target: number, step: ProgramStep, act: Activation, turn: number): Promise<void> {
  const intent = host.chronicle.openIntent[target];
  const doubt = intent?.step === step.id && typeof intent.data['bootId'] === 'string' ? intent.data['bootId'] : null;
  if (doubt === null || (await stillOldBoot(host, target, step, turn, doubt))) await ask(host, target, step, act, turn, doubt);
}

/**
 * A reboot that may have been asked for before a crash: a node that is silent is on its way, one with a new boot has done it. Only
 * one that still answers with the old boot after a while was never asked.
 */
async function stillOldBoot(host: RunHost, target: number, step: ProgramStep, turn: number, before: string): Promise<boolean> {
  const settledAt = host.now() + host.parts.pace.settleMs;
  while (host.alive(target, turn)) {
    const shell = (await host.look(target, 'shell')).facts as ShellFacts | null;
    if (shell?.reachable && shell.bootId !== null) {
      if (shell.bootId !== before) {
        end(host, target, turn, 'done', { data: { bootId: shell.bootId, afterDoubt: true } });
        return false;
      }
      if (host.now() >= settledAt) return true;
    }
    host.waitingFor[target] = 'a new boot, asked for before a restart of this server';
    if (timeIsUp(host, target, step, turn, 'a new boot')) return false;
    await host.tick(host.parts.pace.nodePollMs);
  }
  return false;
}

async function ask(host: RunHost, target: number, step: ProgramStep, act: Activation, turn: number, doubt: string | null): Promise<void> {
  const caller = host.caller(target, step.by);
  if (!caller) {
    end(host, target, turn, 'failed', { why: `this cluster has no ${step.by} driver` });
    return;
  }
  const guard = act === 'reboot' ? guardDestructive : guardPower;
  // A boot that was asked for before, by a step whose time ran out or before a crash, has come: it is not asked for again.
  const asked = doubt ?? askedBefore(host, target);
  const moved = (bootId: string | null | undefined): boolean => asked !== null && typeof bootId === 'string' && bootId !== asked;
  if (act !== 'reboot' && !(await bmcIdle(host, target, step, turn))) return;
  const seen = await guarded(host, target, step, turn, (now) => (moved(now.shell?.bootId) ? { say: 'go' } : guard(now)));
  const before = seen?.shell?.bootId ?? seen?.knownBootId ?? null;
  if (!seen) return;
  if (before !== null && moved(before)) {
    end(host, target, turn, 'done', { data: { bootId: before, afterDoubt: true } });
    return;
  }
  if (before === null) {
    end(host, target, turn, 'failed', { why: 'the node does not tell its boot id, so no reboot of it could be judged' });
    return;
  }
  if (!(await intend(host, target, step, turn, { act, key: keyOf(host, target, step), bootId: before, seen: seenData(seen) }))) return;
  const deadline = deadlineOf(host, target, step);
  const result = await caller.act(
    actOf(act, host.name(target), before),
    host.name(target),
    keyOf(host, target, step),
    Math.min(deadline, host.now() + host.parts.pace.callTimeoutMs),
  );
  if (!host.alive(target, turn)) return;
  if (result.outcome === 'refused') {
    end(host, target, turn, 'failed', { why: `${act} refused: ${wordsOf(result)}`, data: result.evidence });
    return;
  }
  host.waitingFor[target] = 'a new boot';
  const bootId = await newBoot(host, target, turn, before, deadline);
  if (bootId !== null) end(host, target, turn, 'done', { data: { bootId } });
  else timeIsUp(host, target, step, turn, 'a new boot');
}

/** A firmware update or a background copy that loses its power leaves a brick. */
async function bmcIdle(host: RunHost, target: number, step: ProgramStep, turn: number): Promise<boolean> {
  while (host.alive(target, turn)) {
    const { facts } = await host.look(target, 'bmc');
    // A BMC that does not answer is asked all the same: the node may be dead with it, and its driver looks again before it acts.
    if (facts?.role !== 'bmc' || facts.busy === '') return host.alive(target, turn);
    host.waitingFor[target] = `the BMC: ${facts.busy}`;
    if (timeIsUp(host, target, step, turn, host.waitingFor[target] ?? 'the BMC')) return false;
    await host.tick(host.parts.pace.nodePollMs);
  }
  return false;
}

/** The boot from which a reboot of ours is still outstanding; null = none is. */
function askedBefore(host: RunHost, target: number): string | null {
  const from = host.chronicle.rebootAskedFrom[target] ?? null;
  return from !== null && from === host.chronicle.bootId[target] ? from : null;
}

/** The node's boot id once it differs from `before` and the node answers; null when the time was up first. */
async function newBoot(host: RunHost, target: number, turn: number, before: string, until: number): Promise<string | null> {
  while (host.alive(target, turn)) {
    const shell = (await host.look(target, 'shell')).facts as ShellFacts | null;
    if (shell?.reachable && shell.bootId !== null && shell.bootId !== before) return shell.bootId;
    if (host.now() >= until) return null;
    await host.tick(host.parts.pace.nodePollMs);
  }
  return null;
}

function actOf(act: Activation, target: string, bootId: string): Act {
  return act === 'reboot' ? { role: 'shell', do: 'reboot', bootIds: { [target]: bootId } } : { role: 'bmc', do: act };
}
