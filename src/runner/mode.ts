// The cluster's mode, enforced at the driver port: what a mode forbids never reaches the outside system, whoever asks.
import type { Mode } from '../core/fleet/model.ts';
import type { Act, ActRequest, Driver, Result } from '../core/ports.ts';

/** The same driver, refusing every act that the mode forbids. */
export function underMode(driver: Driver, mode: Mode): Driver {
  return {
    name: driver.name,
    roles: driver.roles,
    folds: driver.folds,
    observe: (targets, signal) => driver.observe(targets, signal),
    describe: (request) => driver.describe(request),
    diagnose: (targets, signal) => driver.diagnose(targets, signal),
    waitingFor: () => driver.waitingFor(),
    close: () => driver.close(),
    act: async (request: ActRequest, signal: AbortSignal): Promise<Result[]> => {
      if (allows(mode, request.act)) return driver.act(request, signal);
      return request.targets.map((target) => ({
        target,
        outcome: 'refused',
        evidence: { why: `mode ${mode} forbids ${request.act.role} ${request.act.do}` },
      }));
    },
  };
}

/** A command that is not run `once` only reads (versions, checks): every mode may do that. */
function allows(mode: Mode, act: Act): boolean {
  const reads = (act.role === 'shell' || act.role === 'fabric') && act.do === 'run' && !act.once;
  if (mode === 'act' || mode === 'confirm' || reads) return true;
  if (mode === 'observe') return false;
  if (act.role === 'allocator' || act.role === 'alerts') return true;
  return act.role === 'local' || (act.role === 'scheduler' && ['reserve', 'unreserve', 'drain', 'undrain'].includes(act.do));
}
