// One run as every procedure of its page tells it: 256 nodes of aurora, half-way through the night, six stragglers, a gate that holds.
import type { Answers } from '../../ui/client.ts';

const ZERO = Date.parse('2031-07-08T02:00:00.000Z');
const RUN = 'phx62-july-image';
const PLAN = '4f2c9a1b7d3e5f60718293a4b5c6d7e8f9012345678901234567890123456789';
const NOW_MIN = 128;
const WAVES = ['canary', 'u01', 'u02', 'u03', 'u04', 'u05', 'u06', 'u07', 'u08', 'switches'] as const;
const at = (min: number): string => new Date(ZERO + min * 60_000).toISOString();

/** Rising to `most` of the baseline as a logistic curve around `midMin`. */
const curve: [number, number][] = Array.from({ length: 60 }, (_, i): [number, number] => {
  const min = 30 + i * 1.66;
  return [min, Math.round(172 / (1 + Math.exp(-(min - 74) / 11)))];
});

const STUCK = [
  ['phx62-0037', 'apply', 'exit 3: flash of HCA mlx5_4 refused, image checksum', 'mia', 96],
  ['phx62-0058', 'activate', 'no boot id change within 30 min', null, 71],
  ['phx62-0091', 'conform', 'hca-firmware 28.42.1000, wanted 28.43.2026', 'mia', 55],
  ['phx62-0112', 'activate', 'no boot id change within 30 min', 'jonas', 44],
  ['phx62-0140', 'validate', 'link down: mlx5_6 to u05r7', null, 21],
  ['phx62-0163', 'validate', 'link down: mlx5_2 to u06r3', null, 9],
] as const;

export const view: Answers['runs']['status'] = {
  run: RUN,
  origin: 'run',
  originWords: '',
  planId: PLAN,
  change: 'july-image',
  state: 'held',
  heldBy: ['gate of wave u06: 3 of 32 started failed'],
  short: false,
  targets: 320,
  baseline: 254,
  returned: 171,
  returnNeed: 241,
  createdAt: at(-95),
  timeZero: at(0),
  now: at(NOW_MIN),
  finishedAt: null,
  marks: { '50': 84.2, '75': null, '95': null, '99': null, '100': null },
  shown: { returned: 171, updating: 22, rebooting: 14, validating: 9, draining: 18, straggling: 6, 'in-service': 16 },
  stages: {
    running: 'phx62-[0193-0237]',
    parked: 'phx62-[0238-0256]',
    queued: 'phx62-[0186-0192]',
    straggling: 'phx62-[0037,0058,0091,0112,0140,0163]',
  },
  waves: WAVES.map((id, i) => ({
    id,
    state: i < 6 ? 'passed' : i === 6 ? 'held' : 'closed',
    targets: 32,
    settled: i < 6 ? 31 : 4,
    failed: i === 6 ? 3 : 1,
  })),
  stragglers: STUCK.map(([target, step, cause, has, agoMin]) => ({
    target,
    since: at(NOW_MIN - agoMin),
    step,
    cause,
    waitingFor: 'a person: straggler retry, fixed or drop',
    has,
    tried: [
      { step, attempt: 1, how: 'failed' as const, at: at(NOW_MIN - agoMin - 12) },
      { step: 'power-cycle', attempt: 1, how: 'expired' as const, at: at(NOW_MIN - agoMin) },
    ],
  })),
  links: [
    {
      link: 'phx62-0140/h6--u05r7/12',
      ends: ['phx62-0140/h6', 'u05r7/12'],
      state: 'active-degraded',
      why: 'errors grow: SymbolErrorCounter +312',
      since: at(NOW_MIN - 21),
      flaps: 0,
      lastFlapAt: null,
      errors: { SymbolErrorCounter: 390, PortRcvErrors: 4 },
      tried: [{ way: 'reseat', by: 'mia', why: 'both ends', at: at(NOW_MIN - 9) }],
    },
    {
      link: 'phx62-0163/h2--u06r3/3',
      ends: ['phx62-0163/h2', 'u06r3/3'],
      state: 'down',
      why: 'no link',
      since: at(NOW_MIN - 9),
      flaps: 3,
      lastFlapAt: at(NOW_MIN - 9),
      errors: {},
      tried: [],
    },
    {
      link: 's2/41--u06r3/33',
      ends: ['s2/41', 'u06r3/33'],
      state: 'initialize',
      why: 'up, but no subnet manager has configured it',
      since: at(NOW_MIN - 40),
      flaps: 0,
      lastFlapAt: null,
      errors: {},
      tried: [],
    },
  ],
  waitingFor: [
    'jobs 48112 on phx62-[0193-0208]: ends by 04:40',
    'phx62-[0209-0212]: no answer on ssh yet',
    'phx62-0217: no answer on ssh yet',
    'slurmctld: 3 of 5 calls slow',
  ],
  curve,
  eta: {
    frozen: {
      marks: {
        '50': { p50Min: 78, p90Min: 92 },
        '75': { p50Min: 110, p90Min: 131 },
        '95': { p50Min: 172, p90Min: 236 },
        '99': { p50Min: 380, p90Min: null },
      },
    },
    rolling: {
      atMin: 126.5,
      marks: {
        '50': { p50Min: 84.2, p90Min: 84.2 },
        '75': { p50Min: 141, p90Min: 158 },
        '95': { p50Min: 204, p90Min: 262 },
        '99': { p50Min: 402, p90Min: null },
      },
    },
  },
  stopped: null,
};

const offer = (
  word: string,
  leaves: string,
  more: Partial<Answers['runs']['controls'][number]> = {},
): Answers['runs']['controls'][number] => ({
  word,
  gate: null,
  targets: 'run',
  allowed: true,
  whyNot: '',
  leaves,
  destructive: false,
  people: 1,
  pending: null,
  ...more,
});

export const controls: Answers['runs']['controls'] = [
  offer('confirm', 'leases, baseline and early steps begin now, drains when the window is open', {
    allowed: false,
    whyNot: 'the run has begun',
  }),
  offer('pause', 'steps under way end, nothing new starts; drained targets stay drained and reserved'),
  offer('resume', 'everything that waited goes on', { allowed: false, whyNot: 'the run is not paused' }),
  offer('hold', 'the step under way ends, no further one starts, until resume names them', { targets: 'set' }),
  offer('approve', 'wave u06 passes its gate, and u07 may be drained', { gate: 'u06' }),
  offer('resume', 'each starts its step anew, on a fresh look', { targets: 'set', allowed: false, whyNot: 'no target is held' }),
  offer('approve', 'looked at, validated and given back', { targets: 'set', allowed: false, whyNot: 'no target waits for a hand-over' }),
  offer('abort', 'nothing new is touched; untouched targets are given back at once, changed ones go on to validation and return', {
    destructive: true,
  }),
  offer('recall', 'untouched targets are given back, changed ones take the way back where there is one', {
    destructive: true,
    people: 2,
    pending: { by: 'jonas', at: at(122), why: 'aurora wants its nodes by five' },
  }),
  offer('recall', 'untouched targets are given back, changed ones take the way back where there is one', {
    targets: 'set',
    destructive: true,
  }),
  offer('release', 'the named targets may be drained once their wave and window are open', { targets: 'set' }),
  ...['take', 'retry', 'fixed', 'drop'].map((word) => offer(word, '', { targets: 'set' })),
  offer('consent', 'is in the journal, under your name'),
];

export const said: Answers['customers']['said'] = [
  { at: at(-600), by: 'mia', role: 'lead', kind: 'update', text: 'We begin at two, four nodes first.', data: {} },
  { at: at(-540), by: 'aurora', role: 'customer', kind: 'release', text: 'all of phx62', data: { targets: 'phx62-[0001-0256]' } },
  {
    at: at(101),
    by: 'aurora',
    role: 'customer',
    kind: 'counter',
    text: 'Could we have u01 to u04 tonight and the rest on Thursday?',
    data: {},
  },
];

const phase = (step: string, planned: number, actual: number, ended: number, failed: number) => ({
  step,
  ended,
  failed,
  expired: 0,
  interrupted: 0,
  medianMin: actual,
  p90Min: actual * 1.4,
  longestMin: actual * 2.6,
  plannedMedianMin: planned,
  plannedN: 212,
  offBy: actual / planned - 1,
});

/** As core/retro makes it; the contract leaves it untyped. */
export const retro = {
  run: RUN,
  change: 'july-image',
  state: 'held',
  short: false,
  timeZero: ZERO,
  lastAt: ZERO + NOW_MIN * 60_000,
  baseline: 254,
  returned: 171,
  returnNeed: 241,
  northStarMin: 60,
  marks: view.marks,
  forecast: {
    scenarios: 1_000,
    engine: 'fast',
    marks: {
      '50': { p50Min: 78, p90Min: 92, actualMin: 84.2, inside: true },
      '75': { p50Min: 110, p90Min: 126, actualMin: null, inside: false },
      '95': { p50Min: 172, p90Min: 236, actualMin: null, inside: null },
    },
  },
  phases: [
    phase('drain', 9, 8.4, 240, 0),
    phase('apply', 8, 9.6, 214, 2),
    phase('activate', 11, 10.8, 201, 3),
    phase('conform', 0.4, 0.3, 196, 1),
    phase('validate', 3, 2.6, 190, 4),
  ],
  curve,
  capacity: [[0, 254], [4, 222], [16, 190], [29, 158], [42, 140], ...curve.slice(10).map(([min, back]) => [min, 60 + back] as const)] as [
    number,
    number,
  ][],
  stragglers: STUCK.map(([target, step, cause, , agoMin]) => ({ target, step, cause, since: ZERO + (NOW_MIN - agoMin) * 60_000 })),
  moppedUp: [
    { target: 'phx62-0021', step: 'activate', cause: 'no boot id change within 30 min', backMin: 97 },
    { target: 'phx62-0077', step: 'validate', cause: 'link down: mlx5_2 to u06r3', backMin: 112 },
  ],
  notTaken: [],
  gpuHoursNotReturned: 3_204.5,
  people: [
    { atMin: null, kind: 'confirm', by: 'mia', why: 'window agreed with aurora', targets: '' },
    { atMin: 62, kind: 'retry', by: 'jonas', why: 'HCA reseated', targets: 'phx62-0021' },
  ],
};

/** This run and the ones before it. */
export const runs: Answers['runs']['list'] = [
  view,
  ...[
    ['phx62-june-image', 'settled', 250, 251, 96, 171, -43_200],
    ['phx62-may-image', 'settled', 254, 254, 118, 214, -86_400],
    ['phx62-april-image', 'aborted', 88, 254, null, null, -129_600],
    ['phx62-hca-trial', 'planned', 0, 0, null, null, 300],
  ].map(([run, state, returned, baseline, half, most, offMin]): Answers['runs']['status'] => ({
    ...view,
    run: String(run),
    state: state as Answers['runs']['status']['state'],
    heldBy: [],
    returned: Number(returned),
    baseline: Number(baseline),
    change: run === 'phx62-hca-trial' ? 'hca-trial' : 'july-image',
    timeZero: state === 'planned' ? null : at(Number(offMin)),
    createdAt: at(Number(offMin) - 60),
    finishedAt: state === 'planned' ? null : at(Number(offMin) + 300),
    marks: {
      '50': half as number | null,
      '75': most === null ? null : Number(most) - 40,
      '95': most as number | null,
      '99': null,
      '100': null,
    },
    curve: state === 'planned' ? [] : curve,
    eta: null,
    stragglers: [],
    links: [],
    waitingFor: [],
  })),
];
