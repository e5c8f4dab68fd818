import { describe, expect, it } from 'vitest';
import { svgFaults } from '../chart/svg-faults.ts';
import { MINIMAL, RICH } from './retro-example.ts';
import { retroHtml } from './retro-html.ts';
import { retroMarkdown } from './retro-markdown.ts';

describe('retro: as HTML', () => {
  it('says the same as the Markdown, section by section', () => {
    const page = retroHtml(RICH);
    const titles = [...retroMarkdown(RICH).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect([...page.matchAll(/<h2 id="[^"]*">([^<]*)</g)].map(([, title]) => title)).toEqual(titles);
    for (const words of ['40 of 42 returned (95.2', 'board is dead, ticket 4711', '<code>n[7-8]</code>', 'exit 1: &lt;disk full&gt;'])
      expect(page).toContain(words);
  });

  it('has the return curve as a picture, and none when nothing was drained', () => {
    const [svg = ''] = /<svg [\s\S]*?<\/svg>/.exec(retroHtml(RICH)) ?? [];
    expect(svgFaults(`${svg}\n`)).toEqual([]);
    expect(svg).toContain('Return of image-1');
    expect(retroHtml(MINIMAL)).not.toContain('<svg');
  });

  it('needs nothing from outside, and lets no words of others become markup', () => {
    const nasty = '</td><script>alert(1)</script>';
    const page = retroHtml({
      ...RICH,
      run: nasty,
      change: nasty,
      people: [{ atMin: 1, kind: nasty, by: nasty, why: nasty, targets: nasty }],
    });
    expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/<script|https?:|\ssrc=|\son\w+=|\sstyle=|<link/i);
  });
});
