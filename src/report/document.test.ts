import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentHtml } from './document-html.ts';
import { documentMarkdown } from './document-markdown.ts';
import { brief, joined, paragraph, table, tableOr, type Block, type Document, type Words } from './document.ts';

const DOCUMENT: Document = {
  title: 'A <title>',
  whole: 'retro --format json',
  lead: [paragraph({ strong: 'Half back.' }, ' By ', { code: 'n[1-4]' }, ', ', { unseen: 'never seen here' }, '.')],
  sections: [
    { title: 'First', blocks: [table('What is in it', ['name', '>n'], [['a|b', '1']]), { kind: 'list', items: ['- one', 'two & three'] }] },
    {
      title: 'Second',
      blocks: [
        { kind: 'heading', title: 'Below' },
        { kind: 'figures', items: [{ label: '95 % back', value: '2 h 35 min', note: 'after all' }] },
        { kind: 'chart', svg: '<svg></svg>', text: ['█▒'] },
        tableOr('Nothing.', 'Empty', ['a'], []),
      ],
    },
  ],
};

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('<', '>', '&', '"', "'", '`', '|', '*', '\n', '\u001B', '\u202E', '#', '-', '1.', ' '),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
});
const words: fc.Arbitrary<Words> = fc.oneof(
  nasty,
  fc.array(
    fc.oneof(
      nasty,
      nasty.map((code) => ({ code })),
      nasty.map((strong) => ({ strong })),
      nasty.map((unseen) => ({ unseen })),
    ),
  ),
);
const blocks: fc.Arbitrary<Block> = fc.oneof(
  words.map((text): Block => ({ kind: 'paragraph', words: text })),
  fc.array(words, { maxLength: 3 }).map((items): Block => ({ kind: 'list', items })),
  nasty.map((title): Block => ({ kind: 'heading', title })),
  fc.array(fc.record({ label: nasty, value: nasty, note: nasty }), { maxLength: 3 }).map((items): Block => ({ kind: 'figures', items })),
  fc
    .array(fc.tuple(words, words, words), { maxLength: 3 })
    .map((rows): Block => ({ kind: 'table', about: 'x', head: ['a', '>b', 'c'], rows })),
);
const documents: fc.Arbitrary<Document> = fc.record({
  title: nasty,
  whole: fc.constant('propose'),
  lead: fc.array(blocks, { maxLength: 2 }),
  sections: fc.array(fc.record({ title: nasty, blocks: fc.array(blocks, { maxLength: 4 }) }), { maxLength: 3 }),
});

describe('document: words', () => {
  it('brief: what is pages long is cut; joined: as people enumerate', () => {
    expect(brief('x'.repeat(1_000))).toHaveLength(300);
    expect([joined([]), joined(['a']), joined(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
  });
});

describe('document: as Markdown', () => {
  it('every kind of block', () => {
    expect(documentMarkdown(DOCUMENT)).toMatchInlineSnapshot(`
      "# A \\<title\\>

      **Half back.** By \`n[1-4]\`, *never seen here*.

      ## First

      | name | n |
      | --- | ---: |
      | a\\|b | 1 |

      - - one
      - two \\& three

      ## Second

      ### Below

      | figure | value | note |
      | --- | ---: | --- |
      | 95 % back | **2 h 35 min** | after all |

      \`\`\`text
      █▒
      \`\`\`

      Nothing.
      "
    `);
  });

  it('any words of others: no HTML, no control character, as many cells a row as the head has', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const text = documentMarkdown(document);
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|[\u202A-\u202E\u2066-\u2069]/u);
        const outside = text.replaceAll(/(?<!\\)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
        expect(outside).not.toMatch(/(?<!\\)(?:\\\\)*</);
        const rows = text.split('\n').filter((line) => line.startsWith('| '));
        expect(rows.every((line) => line.split(/(?<!\\)\|/).length === 5)).toBe(true);
      }),
    );
  });

  it('a paragraph that begins like a list or a heading is none', () => {
    const first = (text: string): string => documentMarkdown({ ...DOCUMENT, lead: [paragraph(text)] }).split('\n')[2] ?? '';
    expect(['- a', '+ a', '1. a', '12) a', '# a', '> a', '--- ', '2 h later'].map(first)).toEqual([
      String.raw`\- a`,
      String.raw`\+ a`,
      String.raw`1\. a`,
      String.raw`12\) a`,
      String.raw`\# a`,
      String.raw`\> a`,
      String.raw`\---`,
      '2 h later',
    ]);
  });
});

describe('document: as HTML', () => {
  const page = documentHtml(DOCUMENT, 'Proposal');

  it('landmarks, a skip link, headings in order, a contents list that leads to every section', () => {
    for (const tag of [
      '<html lang="en">',
      '<header>',
      '<nav aria-label="Contents">',
      '<main id="content">',
      '<a class="skip" href="#content">',
    ])
      expect(page).toContain(tag);
    expect([...page.matchAll(/<h([1-6])/g)].map(([, level]) => level)).toEqual(['1', '2', '2', '3']);
    const ids = [...page.matchAll(/<h2 id="([^"]+)">/g)].map(([, id]) => id);
    expect([...page.matchAll(/<li><a href="#([^"]+)">/g)].map(([, id]) => id)).toEqual(ids);
  });

  it('tables: a caption, column and row heads, numbers on the right', () => {
    expect(page).toContain('<caption>What is in it</caption>');
    expect(page).toContain('<thead><tr><th scope="col" class="words">name</th><th scope="col" class="number">n</th></tr></thead>');
    expect(page).toContain('<th scope="row" class="words short">a|b</th><td class="number short">1</td>');
  });

  it('nothing from outside and nothing that acts: refused by its own policy as well', () => {
    expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;`);
    expect(page).not.toMatch(/<script|\son\w+=|\sstyle=|\ssrc=|url\(|@import|<link|<iframe|https?:/i);
  });

  it('a duration is one word, however narrow its column', () => {
    const cell = (text: string): string =>
      /<p>([^<]*)<\/p>\n/.exec(documentHtml({ ...DOCUMENT, lead: [paragraph(text)] }, 'x').split('<main')[1] ?? '')?.[1] ?? '';
    expect(cell('2 h 35 min / 3 h')).toBe('2\u00A0h\u00A035\u00A0min / 3\u00A0h');
    expect(cell('41 min (37 to 45 min)')).toBe('41\u00A0min (37\u00A0to\u00A045\u00A0min)');
    expect(cell('4 hosts, 3 dogs')).toBe('4 hosts, 3 dogs');
  });

  it('a long table is cut and says where all of it is', () => {
    const rows = Array.from({ length: 502 }, (_, i) => [`n${i}`, '1']);
    const long = documentHtml({ ...DOCUMENT, lead: [table('Many', ['name', '>n'], rows)] }, 'x');
    expect(long).toContain('<p>And 2 more: <code>retro --format json</code> lists all.</p>');
  });

  it('any words of others: every tag is one of ours and closes', () => {
    const voids = new Set(['meta']);
    fc.assert(
      fc.property(documents, (document) => {
        const text = documentHtml(document, 'Proposal')
          .replace(/^<!doctype html>/, '')
          .replace(/<style>[^<]*<\/style>/, '');
        const open: string[] = [];
        for (const [, closes, tag = ''] of text.matchAll(/<(\/?)([a-z0-9]*)[^<>]*>/g)) {
          if (closes === '/') expect(open.pop()).toBe(tag);
          else if (!voids.has(tag)) open.push(tag);
        }
        expect(open).toEqual([]);
        expect(text.replaceAll(/<\/?[a-z0-9]+(?: [a-z-]+="[^"<>]*")*>/g, '')).not.toMatch(/[<>]/);
      }),
    );
  });
});
