import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barsSvg } from './bars-svg.ts';
import { calibrationSvg } from './calibration-svg.ts';
import { curveSvg } from './curve-svg.ts';
import { forecastSvg } from './forecast-svg.ts';
import { ganttSvg } from './gantt-svg.ts';
import { growthSvg } from './growth-svg.ts';
import { svgFaults } from './svg-faults.ts';

const character = fc.oneof(
  fc.constantFrom('<', '>', '&', '"', "'", '\u0000', '\uD800', '\uFFFF', '\u202E', '😀', '\n'),
  fc.nat(0x2100).map((point) => String.fromCodePoint(point)),
);
const text = fc.string({ unit: character, maxLength: 200 });
const min = fc.oneof(fc.double({ min: 0, max: 20_000, noNaN: true }), fc.double());
const time = fc.option(min, { nil: null });
const share = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double());
const band = fc.array(fc.record({ share, p10Min: time, p50Min: time, p90Min: time }), { maxLength: 30 });
const mark = fc.record({ p50Min: time, p90Min: time });
const span = fc.record({ fromMin: min, toMin: min });
const labelled = fc.array(fc.record({ label: text, fromMin: min, toMin: min }), { maxLength: 3 });
const clock = fc.constant((at: number) => `day ${Math.floor(at / 1_440)}`);

const forecasts = fc.record(
  {
    title: text,
    nodes: fc.nat(),
    curve: band,
    milestones: fc.record({ '50': mark, '75': mark, '95': mark, '99': mark }, { requiredKeys: [] }),
    northStarMin: time,
    oneNodeMin: time,
    windowEndMin: time,
    others: fc.array(fc.record({ label: text, points: fc.array(fc.record({ share, p50Min: time })) }), { maxLength: 5 }),
    actual: fc.record({ points: fc.array(fc.tuple(min, fc.double())), total: fc.oneof(fc.nat(), fc.double()), nowMin: min }),
    clock,
  },
  { requiredKeys: ['title', 'nodes', 'curve', 'milestones'] },
);
const growths = fc.record(
  {
    title: text,
    series: fc.array(
      fc.record({
        label: text,
        kind: fc.constantFrom('main' as const, 'also' as const, 'other' as const),
        points: fc.array(fc.record({ nodes: fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.double()), min: time }), { maxLength: 12 }),
      }),
      { maxLength: 7 },
    ),
    oneNodeMin: time,
    bendsAtNodes: fc.option(fc.oneof(fc.nat(100_000), fc.double()), { nil: null }),
  },
  { requiredKeys: ['title', 'series'] },
);
const gain = fc.record({ diffMin: time, lowMin: time, highMin: time });
const bars = fc.record(
  {
    title: text,
    note: text,
    series: fc.array(text, { maxLength: 3 }),
    rows: fc.array(fc.record({ label: text, detail: text, gains: fc.array(gain, { maxLength: 3 }) }), { maxLength: 30 }),
  },
  { requiredKeys: ['title', 'series', 'rows'] },
);
const gantts = fc.record(
  {
    title: text,
    rows: fc.array(
      fc.record({
        label: text,
        group: fc.oneof(fc.constantFrom('', 'before', 'window'), text),
        startMin: time,
        endMin: time,
        endP90Min: time,
        kind: fc.constantFrom('before' as const, 'work' as const, 'after' as const),
      }),
      { maxLength: 70 },
    ),
    windows: labelled,
    blackouts: labelled,
    crews: fc.array(fc.record({ label: text, shifts: fc.array(span, { maxLength: 4 }) }), { maxLength: 3 }),
    turnBackMin: time,
    clock,
  },
  { requiredKeys: ['title', 'rows'] },
);
const calibrations = fc.record(
  {
    title: text,
    rows: fc.array(fc.record({ run: text, p50Min: time, p90Min: time, actualMin: time, inside: fc.boolean() }), { maxLength: 90 }),
    interval: fc.option(fc.record({ low: fc.double({ min: 0, max: 1, noNaN: true }), high: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      nil: null,
    }),
  },
  { requiredKeys: ['title', 'rows'] },
);
const curves = fc.record({
  title: text,
  points: fc.array(fc.tuple(min, fc.double())),
  capacity: fc.array(fc.tuple(min, fc.double())),
  total: fc.oneof(fc.nat(), fc.double()),
  nowMin: min,
  marks: fc.array(fc.record({ label: text, min })),
});

const drawings: [name: string, drawn: fc.Arbitrary<string>][] = [
  ['forecast', forecasts.map(forecastSvg)],
  ['growth', growths.map(growthSvg)],
  ['bars', bars.map(barsSvg)],
  ['gantt', gantts.map(ganttSvg)],
  ['calibration', calibrations.map(calibrationSvg)],
  ['return curve', curves.map(curveSvg)],
];

describe('charts', () => {
  it.each(drawings)('%s: any data is a whole document inside its own box, with no number that is none', (_name, drawn) => {
    fc.assert(
      fc.property(drawn, (svg) => {
        expect(svgFaults(svg)).toEqual([]);
      }),
    );
  });

  it.each(drawings)('%s: has a title, a description, and colours for the dark', (_name, drawn) => {
    const [svg = ''] = fc.sample(drawn, { numRuns: 1, seed: 1 });
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="[^"]*">\n<title>[^<]*<\/title>\n<desc>[^<]+<\/desc>/);
    expect(svg).toContain('prefers-color-scheme:dark');
  });

  it('the judge of drawings finds what is planted', () => {
    const svg = growthSvg({ title: 'x', series: [] });
    const planted: [string, string, string][] = [
      ['</svg>', '<g></svg>', 'tags do not close'],
      ['</svg>', '<path class="axis" d="MNaN 1"/></svg>', 'a number that is none'],
      ['</svg>', '<rect class="bar" x="900" y="1" width="90" height="1"/></svg>', 'outside: <rect'],
      ['</svg>', '<text x="950" y="9">too far out</text></svg>', 'outside: "too far out"'],
      ['</svg>', '<path class="axis" d="M1 1V900"/></svg>', 'outside: M1 1V900'],
      ['</svg>', '<circle class="nowhere" cx="1" cy="1" r="1"/></svg>', 'class nowhere'],
      ['</svg>', '<image href="x" onload="y"/></svg>', 'something from outside'],
    ];
    expect(svgFaults(svg)).toEqual([]);
    for (const [from, to, fault] of planted) expect(svgFaults(svg.replace(from, to)).join()).toContain(fault);
  });
});
