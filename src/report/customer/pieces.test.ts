import { describe, expect, it } from 'vitest';
import { customerPageOf } from './customer-data.ts';
import { AURORA, exampleCustomerInput, examplePlan } from './customer-example.ts';
import { etaHistory } from './etas.ts';
import { nodeListOf, nodesJson, nodesText } from './feed.ts';
import { goneHtml } from './gone-html.ts';
import { jobBreakers } from './job-breakers.ts';
import { momentOfField, readerClock } from './reader-clock.ts';
import { withholder } from './withhold.ts';

describe('feed', () => {
  const page = customerPageOf(exampleCustomerInput());

  it('one list is one folded set on one line; all of them have their names', () => {
    expect(nodesText(page, nodeListOf('untouched'))).toBe('phx62-[0115-0127]\n');
    expect(
      nodesText(page, nodeListOf('no such list'))
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['returned', 'out', 'untouched', 'not-taken', '']);
  });

  it('JSON: counts, sets and times, nothing that acts', () => {
    const feed = JSON.parse(nodesJson(page)) as {
      at: string;
      nodes: { returned: { count: number } };
      marks: { likelyAt: string | null }[];
    };
    expect(feed.at).toBe('2031-07-08T17:58:00.000Z');
    expect(feed.nodes.returned.count).toBe(73);
    expect(feed.marks[2]?.likelyAt).toBe('2031-07-08T19:09:00.000Z');
    expect(nodesJson(page)).not.toContain(page.csrf);
  });
});

describe('a link that does not work', () => {
  it('expired says so and whom to ask; all else reads alike', () => {
    expect(goneHtml('expired', 'ops@example.org')).toContain('ask ops@example.org');
    expect(goneHtml('expired', null)).toContain('expired');
    expect(goneHtml('unknown', null)).not.toContain('expired');
    expect(goneHtml('unknown', '<b>')).toContain('&lt;b&gt;');
  });
});

describe('withhold', () => {
  const clean = withholder(examplePlan(), AURORA, ['m.kowalski', 'Maria K.']);

  it('names of others, in any case and any notation', () => {
    expect(clean("Borealis-Labs' zrh9-[0001-0004] and zrh9-0007., zu01, zrh9; M.Kowalski, Maria K. said")).toBe(
      "(withheld)' (withheld) and (withheld)., (withheld), (withheld); (withheld), (withheld) said",
    );
    expect(clean('zrh9-[0001-0004')).not.toContain('zrh9');
  });

  it('own names and common words stay', () => {
    const text = 'aurora: phx62-[0001-0004], u01, phx62; power work at 20:00, see https://example.org/a-b (3 of 4).';
    expect(clean(text)).toBe(text);
  });
});

describe('estimates', () => {
  const eta = (at: number, p50Ms: number | null) => ({ at, kind: 'told', marks: { '95': { p50Ms, p90Ms: null } } }) as const;

  it('oldest first, repeats left out, moves in minutes against the last known', () => {
    const list = etaHistory([eta(3, 600_000), eta(1, 0), eta(2, 0), eta(4, null), eta(5, 300_000)]);
    expect(list.map(({ at, movedMin }) => [at, movedMin])).toEqual([
      [1, null],
      [3, 10],
      [4, null],
      [5, -5],
    ]);
  });
});

describe('what may break a job', () => {
  it('each component in one area; what no job notices in none', () => {
    const names = [
      'nvidia-driver',
      'bmc',
      'nccl',
      'switch-firmware',
      'hca-firmware',
      'nvlink-switch-firmware',
      'kernel',
      'gpu-tray-firmware',
      'cable',
    ];
    const found = jobBreakers(names.map((component) => ({ component, on: 'node', targets: 1, after: '580.65', before: [] }) as const));
    expect(found.map(({ component, area }) => `${component}: ${area.split(/[ ,]/)[0]}`)).toEqual([
      'nvidia-driver: GPU',
      'nccl: NCCL',
      'hca-firmware: Network',
      'switch-firmware: Fabric',
      'nvlink-switch-firmware: Fabric',
      'kernel: Host',
      'gpu-tray-firmware: GPU',
    ]);
    expect(found[0]?.gives).toBe('runs CUDA up to 13.0');
    expect(found[1]?.gives).toBeNull();
  });
});

describe('reader clock', () => {
  const noon = Date.UTC(2031, 6, 8, 16, 0);
  const clock = readerClock('America/New_York', noon);

  it('today without its date, other days with it', () => {
    expect([clock.short(noon), clock.short(noon + 86_400_000), clock.short(null)]).toEqual(['12:00', 'Wed 9 Jul 12:00', 'not known']);
    expect(clock.span(noon, noon + 13 * 3_600_000)).toBe('Tue 8 Jul 12:00 to Wed 9 Jul 01:00');
  });

  it('a field for date and time is in the same zone', () => {
    expect([clock.field(noon), clock.field(null)]).toEqual(['2031-07-08T12:00', '']);
  });

  it('and comes back as the same moment; what is no moment there is none', () => {
    for (const zone of ['America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC', 'no/zone'])
      expect(momentOfField(readerClock(zone, noon).field(noon), zone)).toBe(noon);
    for (const field of ['', 'tomorrow', '2031-02-30T10:00', '2031-03-09T02:30'])
      expect(momentOfField(field, 'America/New_York')).toBeNull();
  });
});
