import { describe, expect, it } from 'vitest';
import { svgFaults } from '../chart/svg-faults.ts';
import { BARE_PROPOSAL, PROPOSAL } from './proposal-example.ts';
import { proposalHtml } from './proposal-html.ts';
import { proposalMarkdown } from './proposal-markdown.ts';
import { gainWords, laterWords, percentWords, timesOf } from './proposal-words.ts';
import type { Proposal } from './proposal.ts';

const html = proposalHtml(PROPOSAL).replaceAll('\u00A0', ' ');
const markdown = proposalMarkdown(PROPOSAL);
const both = [html, markdown];
const svgs = (page: string): string[] => [...page.matchAll(/<svg [\s\S]*?<\/svg>/g)].map(([svg]) => `${svg}\n`);

/** The same proposal with these words in every place where a person or a file can put some. */
function withWords(words: string): Proposal {
  const replace = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => replace(each, key));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replace(each, name)]));
    return typeof value === 'string' && !['kind', 'zone', 'engine'].includes(key) ? words : value;
  };
  return replace(PROPOSAL, '') as Proposal;
}

/** Without fenced lines and code spans: nothing in there is markup. */
function withoutCode(text: string): string {
  return text.replaceAll(/^(`{3,})text\n[\s\S]*?^\1$/gm, '').replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
}

describe('proposal', () => {
  it('reads as the golden file', async () => {
    await expect(markdown).toMatchFileSnapshot('proposal-rich.golden.md');
  });

  it('nothing known yet (no window, nobody asked, nothing rehearsed) is said, section by section', async () => {
    await expect(proposalMarkdown(BARE_PROPOSAL)).toMatchFileSnapshot('proposal-bare.golden.md');
  });

  it('both forms have the same sections in the same order', () => {
    const titles = [...markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect([...html.matchAll(/<h2 id="[^"]*">([^<]*)</g)].map(([, title]) => title)).toEqual(titles);
    expect(titles).toContain('What is asked');
  });

  it('one customer reads of no limit and no question, and how to get the same numbers again', () => {
    const own = proposalMarkdown({ ...PROPOSAL, onlyFor: 'aurora' });
    for (const title of ['What would make it faster', 'Questions asked of this plan']) {
      expect(markdown).toContain(title);
      expect(own).not.toContain(title);
    }
    expect(own).toContain('pitstop propose PLAN --for aurora');
  });

  it('the marks are those of the forecast, on the clock of the reader and of each customer', () => {
    const at95 = PROPOSAL.forecast.milestones['95'];
    expect([at95?.p50Min, at95?.p90Min].map((min) => Math.round(min ?? 0))).toEqual([155, 181]);
    for (const text of both)
      for (const words of ['Tue 8 Jul 14:35', '2 h 35 min', '3 h 1 min', '20:38 / 21:01', 'Europe/Berlin', '33,100'])
        expect(text).toContain(words);
  });

  it('beside every number that nobody here has measured stands that it was never seen', () => {
    const unseen = PROPOSAL.forecast.basis.filter(({ n }) => n === 0).length;
    const before =
      PROPOSAL.turnBack.steps.filter(({ back }) => back?.n === 0).length + PROPOSAL.risks.filter(({ likely }) => likely?.n === 0).length;
    for (const text of both) expect([...text.matchAll(/n = 0, never seen here/g)]).toHaveLength(unseen + before + 1);
    const measured = {
      ...PROPOSAL,
      risks: [],
      turnBack: { ...PROPOSAL.turnBack, steps: [] },
      forecast: { ...PROPOSAL.forecast, basis: PROPOSAL.forecast.basis.filter(({ n }) => n > 0) },
    };
    expect(proposalMarkdown(measured)).not.toContain('never seen here*');
  });

  it('what was not reached says how far was looked', () => {
    for (const text of both) expect(text).toMatch(/(?:\\>|&gt;)336 h/);
    expect(proposalMarkdown({ ...PROPOSAL, horizonMin: null })).toContain('not within the horizon');
    expect(proposalMarkdown(BARE_PROPOSAL)).toContain(
      '**Half of 2,048 nodes back: not within the horizon. 95 % back: not within the horizon.**',
    );
  });

  it('999 of 1,000 scenarios are never 100 %', () => {
    const milestones = Object.fromEntries(
      Object.entries(PROPOSAL.forecast.milestones).map(([q, mark]) => [q, { ...mark, reached: 0.999 }]),
    );
    const text = proposalMarkdown({ ...PROPOSAL, forecast: { ...PROPOSAL.forecast, milestones, short: 0.9999 } });
    expect(text).not.toMatch(/\| 100 % \|$/m);
    expect(markdown).toMatch(/\| 100 % \|$/m);
    expect(text).toContain('in 99.9 % of the scenarios');
  });

  it('a limit without an owner or a date says so; an alternative that is sooner is shown as sooner', () => {
    for (const text of both) for (const words of ['nobody named', 'no date', '2031-09-01', 'imaging']) expect(text).toContain(words);
    const against = PROPOSAL.alternatives.map((other) => ({
      ...other,
      against: other.against && { ...other.against, milestones: { '95': { diffMin: -9, lowMin: -12, highMin: -6 } } },
    }));
    expect(proposalMarkdown({ ...PROPOSAL, alternatives: against })).toContain('9 min sooner (6 to 12 min)');
  });

  it('the line to get the same numbers again has seed, scenarios and engine', () => {
    for (const text of both) {
      expect(text).toContain('pitstop rehearse PLAN --seed 20310708 --scenarios 1000 --engine fast');
      expect(text).toContain('differs from the exact engine by 0.62 % at most');
    }
  });

  it('HTML: the pictures are whole, and inside a page that needs nothing else', () => {
    const drawn = svgs(html);
    expect(drawn).toHaveLength(4);
    for (const svg of drawn) expect(svgFaults(svg)).toEqual([]);
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
      /<script|https?:|\ssrc=|\son\w+=|\sstyle=|url\(|@import|<link/i,
    );
  });

  it('hostile words (in any field) become neither markup nor rows', () => {
    for (const words of [
      '<script>alert(1)</script>',
      '"><img src=x onerror=y>',
      'a|b\n| --- |\n# x',
      '</svg></style><b>',
      '`x` **y** [z](javascript:a)',
    ]) {
      const page = proposalHtml(withWords(words));
      expect(page).not.toMatch(/<script|<img|<b>|<\/style><b/);
      for (const svg of svgs(page)) expect(svgFaults(svg)).toEqual([]);
      const text = proposalMarkdown(withWords(words));
      expect(withoutCode(text)).not.toMatch(/(?<!\\)<(?:script|img|b)\b/);
      expect(text.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(
        markdown.split('\n').filter((line) => line.startsWith('#')).length,
      );
      const width = (of: string): number[] =>
        of
          .split('\n')
          .filter((line) => line.startsWith('|'))
          .map((line) => line.split(/(?<!\\)\|/).length);
      expect(width(text)).toEqual(width(markdown));
    }
  });
});

describe('proposal: times and numbers', () => {
  const forecast = PROPOSAL.forecast;

  it('a moment of the day of the window has no day, another has', () => {
    const times = timesOf({ forecast, horizonMin: 20_160 }, 'America/New_York');
    expect([0, 95, 780, -1_440, null].map(times.at)).toEqual(['12:00', '13:35', 'Wed 9 Jul 01:00', 'Mon 7 Jul 12:00', '>336 h']);
    expect(times.tick?.(780)).toBe('Wed 01:00');
    expect(times.stated).toBe('Times are those of America/New_York (GMT-4); those without a day are of Tue 8 Jul 2031.');
  });

  it('without a window, times count from the first drain', () => {
    const times = timesOf({ forecast: { ...forecast, windowMin: null }, horizonMin: null }, 'America/New_York');
    expect([-120, 0, 95, null].map(times.at)).toEqual([
      '2 h before the first drain',
      'at the first drain',
      '1 h 35 min after the first drain',
      'not within the horizon',
    ]);
    expect(times.tick).toBeNull();
  });

  it('gains and differences: with their interval, the lower end first', () => {
    expect(gainWords({ diffMin: 41, lowMin: 38.4, highMin: 45 })).toBe('41 min (38 to 45 min)');
    expect(gainWords({ diffMin: 0.01, lowMin: -2, highMin: 2 })).toBe('nothing (-2 to 2 min)');
    expect(gainWords({ diffMin: null, lowMin: null, highMin: null })).toBe('no figure');
    expect(laterWords({ diffMin: 372, lowMin: 361, highMin: 380 })).toBe('6 h 12 min later (6 h 1 min to 6 h 20 min)');
    expect(laterWords({ diffMin: -372, lowMin: -380, highMin: -361 })).toBe('6 h 12 min sooner (6 h 1 min to 6 h 20 min)');
  });

  it('shares: as many digits as a small one needs, and never 100 % of less', () => {
    expect([0.022, 0.00413, 0.31, 0.999, 1, 0].map(percentWords)).toEqual(['2.2 %', '0.41 %', '31 %', '>99 %', '100 %', '0 %']);
  });
});
