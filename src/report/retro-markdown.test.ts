import { describe, expect, it } from 'vitest';
import { MINIMAL, RICH } from './retro-example.ts';
import { retroMarkdown } from './retro-markdown.ts';

describe('retro: as Markdown', () => {
  it('a night with everything in it reads as the golden file', async () => {
    await expect(retroMarkdown(RICH)).toMatchFileSnapshot('retro-rich.golden.md');
  });

  it('a run that never began has a line where there is nothing to tell', async () => {
    await expect(retroMarkdown(MINIMAL)).toMatchFileSnapshot('retro-minimal.golden.md');
  });

  it('999 of 1,000 is never 100 %', () => {
    const text = retroMarkdown({ ...RICH, baseline: 1_000, returned: 999 });
    expect(text).toContain('999 of 1,000 returned (99.9 %)');
    expect(text).not.toContain('(100 %)');
  });

  it('an unfinished run says so, and that a mark has not come yet', () => {
    const text = retroMarkdown({ ...RICH, state: 'held', short: true, marks: { '50': 30 } });
    expect(text).toContain('50 % were back after 30.0 min; 75 % and 95 % not yet.');
    expect(text).toContain('The window closed short: the gate asked for 39.');
    expect(text).toContain('The run is still held');
    expect(text).toContain('North star 60.0 min for 95 %: not reached.');
  });

  it('a north star that was met says by how much', () => {
    expect(retroMarkdown({ ...RICH, marks: { ...RICH.marks, '95': 40.5 } })).toContain(
      'North star 60.0 min for 95 %: met with 19.5 min to spare.',
    );
  });

  it('what came through JSON, where a missing time is null, reads the same', () => {
    const lost = { ...RICH, stragglers: RICH.stragglers.map((straggler) => ({ ...straggler, since: Number.NaN })) };
    const text = retroMarkdown(JSON.parse(JSON.stringify(lost)));
    expect(text).toContain('| `n[7-8]` | - | activate |');
    expect(text).toBe(retroMarkdown(lost));
  });

  it('mop-up: those that came back before the bulk was done took no time of their own', () => {
    const moppedUp = [{ target: 'n3', step: 'apply', cause: 'exit 1', backMin: 30.2 }];
    const curve = [...RICH.curve.slice(0, 38), [38.5, 39] as const];
    expect(retroMarkdown({ ...RICH, moppedUp, curve })).toContain(
      '1 left the happy path and came back, all before the bulk was done (38.5 min).',
    );
  });

  it('no words of others (any field) break a table', () => {
    const nasty = 'a|b\n| --- |\r\n`x` <b> \u001B[31m';
    const text = retroMarkdown({
      ...RICH,
      run: nasty,
      change: nasty,
      stragglers: [{ target: 'n1', since: 1, step: nasty, cause: nasty, waitingFor: nasty, has: nasty, tried: [] }],
      notTaken: [{ targets: nasty, why: nasty }],
      people: [{ atMin: null, kind: nasty, by: nasty, why: nasty, targets: nasty }],
    });
    const cells = text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split(/(?<!\\)\|/).length);
    const plain = retroMarkdown(RICH)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(cells)).toEqual(new Set(plain));
    expect(text).not.toContain('\u001B');
  });
});
