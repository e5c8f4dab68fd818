// A proposal for tests and for looking at: two clusters of two customers, one window, a forecast with a long tail, two naive plans beside it.
import { showMinutes } from '../chart/scale.ts';
import type {
  Basis,
  Comparison,
  CurvePoint,
  Difference,
  Forecast,
  LimitCost,
  LimitsReport,
  Milestone,
  Question,
} from '../core/forecast/forecast.ts';
import type { Proposal, ProposalStage } from './proposal.ts';

const HOUR = 60;
const DAY = 24 * HOUR;
/** Tue 8 Jul 2031, 09:00 in Phoenix. */
const WINDOW_UNIX_MIN = Date.UTC(2031, 6, 8, 16, 0) / 60_000;
const HORIZON_MIN = 14 * DAY;

/** A bulk around `middleMin`, and beyond `bulkShare` per cent the ever rarer repairs. */
function curveOf(middleMin: number, logSd: number, between: number, bulkShare = 97): CurvePoint[] {
  return Array.from({ length: 100 }, (_, i) => {
    const share = i + 1;
    const inBulk = Math.min(share, bulkShare) / (bulkShare + 1.5);
    const tail = share <= bulkShare ? 1 : 1 + 1.4 * (share - bulkShare) ** 2.6;
    const p50Min = middleMin * Math.exp((logSd * Math.log(inBulk / (1 - inBulk))) / 1.7) * tail;
    const spread = between + (share > bulkShare ? 0.25 : 0);
    return { share, p10Min: p50Min * Math.exp(-spread), p50Min: capped(p50Min), p90Min: capped(p50Min * Math.exp(spread)) };
  });
}

function capped(min: number): number | null {
  return min > HORIZON_MIN ? null : min;
}

function milestonesOf(curve: readonly CurvePoint[]): { [q: string]: Milestone } {
  const entries = [50, 75, 95, 99, 100].map((q): [string, Milestone] => {
    const { p50Min = null, p90Min = null } = curve[q - 1] ?? {};
    const around = (factor: number): number | null => (p90Min === null ? null : p90Min * factor);
    return [String(q), { p50Min, p90Min, lowMin: around(0.988), highMin: around(1.014), reached: p90Min === null ? 0.8731 : 1 }];
  });
  return Object.fromEntries(entries);
}

function forecastOf(plan: string, curve: readonly CurvePoint[], gpuHours: number): Forecast {
  const milestones = milestonesOf(curve);
  const goal = milestones['95']?.p50Min ?? null;
  return {
    plan,
    seed: 20310708,
    scenarios: 1_000,
    engine: 'fast',
    errorPct: 0.62,
    nodes: 2_048,
    windowMin: WINDOW_UNIX_MIN,
    oneNodeMin: { p50: 58, p90: 74 },
    milestones,
    ratio: goal === null ? null : goal / 58,
    mopUpMin: { p50: 9.4 * HOUR, p90: 4.1 * DAY },
    gpuHoursNotReturned: { p50: gpuHours, p90: gpuHours * 1.19 },
    stragglers: { p50: 61, p90: 88 },
    short: 0.031,
    gateMin: { p50Min: goal, p90Min: milestones['95']?.p90Min ?? null },
    curve,
    clusters: ['phx62', 'phx63'].map((cluster, i) => ({
      cluster,
      customer: i === 0 ? 'aurora' : 'borealis',
      nodes: 1_024,
      milestones: milestonesOf(
        curve.map((point) => ({ ...point, p50Min: point.p50Min === null ? null : point.p50Min * (0.97 + 0.05 * i) })),
      ),
    })),
    basis: BASIS,
    notes: [
      'The nodes are handed over empty: nobody said what runs on them when the window opens.',
      'Of 1,000 nodes that nobody touches, 4 fail in a day.',
    ],
  };
}

const BASIS: readonly Basis[] = [
  { about: 'host-os: stage', medianMin: 12, logSd: 0.3, n: 0, source: 'guess', assumed: false },
  { about: 'host-os: apply', medianMin: 8, logSd: 0.3, n: 41, source: 'runs image-1 to image-3', assumed: false },
  { about: 'host-os: activate', medianMin: 11, logSd: 0.25, n: 41, source: 'runs image-1 to image-3', assumed: false },
  { about: 'host-os: validate', medianMin: 22, logSd: 0.2, n: 12, source: 'run image-3', assumed: false },
  { about: 'hca-firmware: burn', medianMin: 3, logSd: 0.35, n: 0, source: 'no page states it; 1 to 3 min each', assumed: false },
  { about: 'switch-firmware: apply', medianMin: 14, logSd: 0.4, n: 0, source: 'no page states it; 10 to 20 min each', assumed: false },
  { about: 'mop-up: remote', medianMin: 35, logSd: 0.8, n: 7, source: 'run image-3', assumed: false },
  { about: 'mop-up: hands', medianMin: 5 * HOUR, logSd: 0.7, n: 0, source: 'guess', assumed: false },
  {
    about: 'mop-up: gone',
    medianMin: 4 * DAY,
    logSd: 0.9,
    n: 0,
    source: 'InfiniteHBD trace: 22 % not repaired within a week',
    assumed: false,
  },
  { about: 'approval', medianMin: 5, logSd: 0.7, n: 0, source: 'guess', assumed: true },
];

function gained(diffMin: number): Difference {
  return { diffMin, lowMin: diffMin - 1.5 - 0.06 * Math.abs(diffMin), highMin: diffMin + 1.5 + 0.06 * Math.abs(diffMin) };
}

function limitOf(name: string, kind: string, value: string, gains: readonly [number, number], rest: Partial<LimitCost> = {}): LimitCost {
  const gainMin = { '95': gained(gains[0]), '99': gained(gains[1]) };
  return { name, kind, value, owner: null, source: null, since: null, why: null, until: null, gainMin, ...rest };
}

const LIMITS: LimitsReport = {
  plan: '4f1d2c3b4a59687766554433221100ff',
  seed: 20310708,
  scenarios: 1_000,
  engine: 'fast',
  oneNodeMin: { p50: 58, p90: 74 },
  fleetMin: { '50': { p50Min: 101, p90Min: 118 }, '95': { p50Min: 154, p90Min: 180 }, '99': { p50Min: 610, p90Min: 1_100 } },
  ratio: 2.66,
  limits: [
    limitOf('image-server', 'limit', '200 at once', [41, 36], {
      owner: 'imaging',
      until: '2031-09-01',
      why: 'tested',
      source: 'load test of the image server',
      since: '2031-05',
    }),
    limitOf('validation', 'validation', 'all 2,048 nodes', [22, 23], {
      owner: 'fleet health',
      why: 'after run image-2 came back with 3 bad links',
    }),
    limitOf('switches before hosts', 'order', 'switch-firmware, then host-os', [9, 11], {
      why: 'hosts lose their links while the switches restart',
    }),
    limitOf('canary', 'canary', '@rack:r001, @rack:r257', [6, 4.5], { owner: 'maintenance lead' }),
    limitOf('hardware', 'crew', '6 people, 06:00-22:00', [1.2, 270], { owner: 'site operations', until: '2031-08-15' }),
    limitOf('power-on', 'limit', '64 per feed', [0, -0.4], { owner: 'facilities', why: 'inrush', since: '2029' }),
  ],
  steps: [
    { step: 'drain', oneNodeMin: 0.4, waitMin: 0, o1: true, waitsFor: null },
    { step: 'apply', oneNodeMin: 8, waitMin: 38, o1: false, waitsFor: 'image-server' },
    { step: 'activate', oneNodeMin: 11, waitMin: 0, o1: true, waitsFor: null },
    { step: 'validate', oneNodeMin: 22, waitMin: 0, o1: true, waitsFor: null },
  ],
  growth: [1, 4, 16, 64, 256, 1_024, 2_048].map((nodes) => ({ nodes, t50Min: 60 + 0.9 * nodes ** 0.5, t95Min: 62 + 2 * nodes ** 0.5 })),
  bendsAtNodes: 64,
};

const QUESTIONS: readonly Question[] = [
  {
    id: 'validation',
    about: 'validate',
    text: 'Validation holds 2,048 nodes for 22 min and is expected to catch 1.6 defects; unvalidated, 95 % is back 22 min sooner at a risk of 310 GPU-hours. Why validate all?',
    numbers: { nodes: 2_048, 'defects caught': 1.6, 'minutes sooner': 22, 'GPU-hours at risk': 310 },
    sets: ['policy.validation=sample'],
  },
  {
    id: 'image-server',
    about: 'image-server',
    text: 'The limit of 200 at the image server is two months old and costs more than all others. Was it tested on the new server?',
    numbers: { 'minutes sooner': 41, tested: '2031-05', 'capacity of the new one': null },
    sets: ['policy.limits.image-server.count=400'],
  },
];

function row(
  what: string,
  targets: string,
  [startMin, endMin, endP90Min]: readonly (number | null)[],
  gate: string,
): ProposalStage['rows'][number] {
  return { what, targets, startMin: startMin ?? null, endMin: endMin ?? null, endP90Min: endP90Min ?? null, gate };
}

const STAGES: readonly ProposalStage[] = [
  {
    kind: 'before',
    name: 'Before the window: staging',
    words: 'Images and firmware are copied to nodes in service. No job notices; nothing is activated.',
    rows: [
      row(
        'stage, both clusters',
        'phx62-[0001-1024],phx63-[0001-1024]',
        [-DAY, -1_290, -1_240],
        'every node has the files, or is left for the window',
      ),
    ],
  },
  {
    kind: 'window',
    name: 'The window',
    words: 'Drain, one activation for image, HCA and switch firmware together, a look at what runs, validation, return.',
    rows: [
      row('canary phx62', 'phx62-[0001-0004]', [0, 64, 80], 'at most 1 failed'),
      row('canary phx63', 'phx63-[0001-0004]', [0, 62, 79], 'at most 1 failed'),
      row('switches phx62', 'u[01-32]r[1-8]', [64, 86, 97], 'all ports up'),
      row('switches phx63', 'v[01-32]r[1-8]', [62, 85, 95], 'all ports up'),
      row('nodes phx62', 'phx62-[0005-1024]', [66, 149, 176], '95 % back'),
      row('nodes phx63', 'phx63-[0005-1024]', [64, 154, 180], '95 % back'),
    ],
  },
  {
    kind: 'after',
    name: 'After: mop-up and return',
    words: 'What did not come back by itself is settled one by one, and returns as it is ready.',
    rows: [
      row('remote: reset, power cycle', '', [70, 260, 410], 'back, or handed to the crew'),
      row('hands: hardware crew', '', [110, 720, 1_310], 'back, or a part is ordered'),
      row('gone: RMA, a spare stands in', '', [110, 4.1 * DAY, null], 'every target returned or named'),
    ],
  },
];

const CURVE = curveOf(101, 0.22, 0.155);

function alternative(name: string, why: string, curve: readonly CurvePoint[], gpuHours: number): Proposal['alternatives'][number] {
  const diff = (q: number): Difference => {
    const [ours, theirs] = [CURVE[q - 1]?.p50Min, curve[q - 1]?.p50Min];
    return ours === null || ours === undefined || theirs === null || theirs === undefined
      ? { diffMin: null, lowMin: null, highMin: null }
      : gained(theirs - ours);
  };
  const against: Comparison = {
    seed: 20310708,
    scenarios: 1_000,
    engine: 'fast',
    milestones: { '50': diff(50), '75': diff(75), '95': diff(95), '99': diff(99), '100': diff(100) },
    gpuHours: { diff: gpuHours - 33_100, low: gpuHours - 34_000, high: gpuHours - 32_200 },
    pairing: 13.7,
  };
  return { name, why, forecast: forecastOf('ffeeddccbbaa00998877665544332211', curve, gpuHours), against };
}

export const PROPOSAL: Proposal = {
  title: 'July image for phx62 and phx63',
  plan: { id: '4f1d2c3b4a59687766554433221100ff', parent: '00112233445566778899aabbccddeeff' },
  change: ['host-os 2025.07 on 2,048 nodes', 'hca-firmware 28.43.2026 on 2,048 nodes', 'switch-firmware 31.2012.1024 on 512 switches'],
  madeAtUnixMin: WINDOW_UNIX_MIN - 5 * DAY,
  zone: 'America/New_York',
  onlyFor: null,
  customers: [
    { name: 'aurora', zone: 'America/New_York', clusters: ['phx62'], nodes: 1_024, noticeMin: 3 * DAY },
    { name: 'borealis', zone: 'Europe/Berlin', clusters: ['phx63'], nodes: 1_024, noticeMin: null },
  ],
  forecast: forecastOf('4f1d2c3b4a59687766554433221100ff', CURVE, 33_100),
  horizonMin: HORIZON_MIN,
  northStarMin: 2 * HOUR,
  stages: STAGES,
  windows: [{ name: 'phx62, phx63', fromMin: 0, toMin: 8 * HOUR }],
  blackouts: [{ name: 'evaluation run', fromMin: 11 * HOUR, toMin: 19 * HOUR }],
  crews: [{ name: 'hardware (6)', shifts: [0, 1, 2, 3].map((day) => ({ fromMin: day * DAY - 3 * HOUR, toMin: day * DAY + 13 * HOUR })) }],
  asks: [
    { what: 'Release of phx62-[0001-1024]', who: 'aurora', byMin: -2 * HOUR, why: 'nothing of yours is drained before it' },
    { what: 'Release of phx63-[0001-1024]', who: 'borealis', byMin: -2 * HOUR, why: 'nothing of yours is drained before it' },
    {
      what: 'Consent to a signal for a checkpoint',
      who: 'aurora',
      byMin: -DAY,
      why: `otherwise jobs are waited for, ${showMinutes(95)} at the median`,
    },
    { what: 'The new image server tested with 400 clients', who: 'imaging', byMin: null, why: 'the dearest limit' },
  ],
  risks: [
    {
      what: 'Ports or HCAs that do not come back after the switch firmware',
      likely: { share: 0.022, n: 0, source: 'guess, per link' },
      costs: 'about 45 nodes stay out for hours',
      answer: 'remote reset, then the hardware crew; spares stand in',
    },
    {
      what: 'A power cycle uncovers a dead tray',
      likely: { share: 0.0041, n: 371, source: 'InfiniteHBD trace' },
      costs: '4 days a node, until the part is there',
      answer: '12 trays are on site',
    },
    {
      what: 'The image server gives way under 200 clients',
      likely: null,
      costs: 'the window',
      answer: 'the canary shows it; the limit is halved',
    },
  ],
  turnBack: {
    lastMin: 396,
    words: 'After that, going on is faster than going back.',
    steps: [
      {
        step: 'stage',
        leaves: 'in service, with files it does not use',
        back: { takesMin: 0.2, n: 0, source: '' },
        onMin: 41,
        lastMin: 8 * HOUR,
      },
      {
        step: 'apply',
        leaves: 'drained, on the old image until its next boot',
        back: { takesMin: 25, n: 3, source: 'run image-2' },
        onMin: 33,
        lastMin: 455,
      },
      {
        step: 'activate',
        leaves: 'drained, on the new image',
        back: { takesMin: 25, n: 3, source: 'run image-2' },
        onMin: 22,
        lastMin: 396,
      },
      { step: 'switch-firmware', leaves: 'switches on the new firmware', back: null, onMin: 4, lastMin: null },
    ],
  },
  alternatives: [
    alternative(
      'rack by rack',
      'One rack of four after the other, 512 in all: the careful habit. Every rack waits for a reboot and a validation that it has no part in.',
      curveOf(19 * HOUR, 0.42, 0.05),
      221_000,
    ),
    alternative(
      'all at once',
      'No canary, no order: twice the nodes at the image server that it was tested for, and hosts that look for switches which are restarting.',
      curveOf(171, 0.27, 0.24, 94),
      56_900,
    ),
  ],
  limits: LIMITS,
  questions: QUESTIONS,
};

/** No window, no customer, nothing reached, nothing known: what a first rehearsal of a first plan may look like. */
export const BARE_PROPOSAL: Proposal = {
  title: 'First try',
  plan: { id: '00', parent: null },
  change: [],
  madeAtUnixMin: null,
  zone: 'UTC',
  onlyFor: null,
  customers: [],
  forecast: {
    ...forecastOf('00', [], 0),
    errorPct: null,
    engine: 'exact',
    windowMin: null,
    ratio: null,
    short: null,
    mopUpMin: { p50: null, p90: null },
    gpuHoursNotReturned: { p50: null, p90: null },
    stragglers: { p50: null, p90: null },
    clusters: [],
    basis: [],
    notes: [],
  },
  horizonMin: null,
  northStarMin: null,
  stages: [],
  windows: [],
  blackouts: [],
  crews: [],
  asks: [],
  risks: [],
  turnBack: { lastMin: null, words: '', steps: [] },
  alternatives: [],
  limits: null,
  questions: [],
};
