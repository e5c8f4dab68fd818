// The conditions by which other tools see that a node is drained and under maintenance (kubernetes.io: node lifecycle conditions). They are
// words for others: that they could not be written stops nothing.
import { write, type WriteContext } from './write.ts';

export type Lifecycle = 'draining' | 'drained' | 'over';

/** '' or why they were not written. */
export async function writeConditions(to: WriteContext, node: string, lifecycle: Lifecycle, message: string): Promise<string> {
  const now = new Date(to.api.context.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    reason: holds ? 'PitstopRun' : 'PitstopNot',
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  const conditions = [
    condition('MaintenanceInProgress', lifecycle !== 'over'),
    condition('DrainInProgress', lifecycle === 'draining'),
    condition('Drained', lifecycle === 'drained'),
  ];
  const said = await write(to, {
    method: 'PATCH',
    path: `/api/v1/nodes/${node}/status`,
    patch: 'strategic',
    body: { status: { conditions } },
  });
  return said.outcome === 'done' ? '' : `the node's conditions were not written: ${said.words}`;
}
