// A run's view as tests want it: a small run on its way back, of which every field can be overridden.
import type { RunView } from '../api/contract/schemas.ts';

export function exampleView(fields: Partial<RunView> = {}): RunView {
  return {
    run: 'image-1',
    origin: 'run',
    originWords: '',
    planId: '4201eb75323279eecca254cf966534cfb4d252a162e4d5271ad3e464859353f6',
    change: 'image',
    state: 'running',
    heldBy: [],
    short: false,
    targets: 16,
    baseline: 16,
    returned: 4,
    returnNeed: 15,
    createdAt: '2031-07-08T09:00:00.000Z',
    timeZero: '2031-07-08T09:10:00.000Z',
    now: '2031-07-08T09:52:00.000Z',
    finishedAt: null,
    marks: { '50': null, '75': null, '95': null, '99': null, '100': null },
    shown: { rebooting: 12, returned: 4 },
    stages: { running: 'n[5-16]', returned: 'n[1-4]' },
    waves: [
      { id: 'canary', state: 'passed', targets: 1, settled: 1, failed: 0 },
      { id: 'main', state: 'open', targets: 15, settled: 0, failed: 0 },
    ],
    stragglers: [],
    links: [],
    waitingFor: [],
    curve: [
      [30, 1],
      [40, 2],
      [41, 3],
      [42, 4],
    ],
    eta: null,
    stopped: null,
    ...fields,
  };
}

export function exampleStraggler(target: string, fields: Partial<RunView['stragglers'][number]> = {}): RunView['stragglers'][number] {
  return {
    target,
    since: '2031-07-08T09:40:00.000Z',
    step: 'apply',
    cause: 'exit 1: the image does not verify',
    waitingFor: 'a person: straggler retry, fixed or drop',
    has: null,
    tried: [],
    ...fields,
  };
}
