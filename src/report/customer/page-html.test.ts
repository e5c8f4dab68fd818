import { describe, expect, it } from 'vitest';
import { customerPageOf, type CustomerInput } from './customer-data.ts';
import { AURORA, BOREALIS, exampleCustomerInput } from './customer-example.ts';
import { PHASES, type CustomerPage } from './page-data.ts';
import { customerPageHtml } from './page-html.ts';

const RICH = customerPageOf(exampleCustomerInput());
const pageOf = (more: Partial<CustomerInput> = {}): CustomerPage => customerPageOf(exampleCustomerInput(more));
const PLANNED: Partial<CustomerInput> = { chronicle: null, header: null, rolling: null, said: [] };

/** The page as a reader hears it: without marks and styles. */
function wordsOf(html: string): string {
  return html
    .replaceAll(/<style>[^]*?<\/style>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

describe('customer page', () => {
  it('the middle of a window reads as the golden file', async () => {
    await expect(customerPageHtml(RICH)).toMatchFileSnapshot('customer-rich.golden.html.txt');
  });

  it('needs nothing else: no script, nothing from outside, links to itself alone', () => {
    const html = customerPageHtml(RICH);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|javascript:|@import|url\(/i);
    const places = [...html.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, place]) => place ?? '');
    expect(places.filter((place) => !/^(?:#|\.\/)/.test(place))).toEqual([]);
    expect(places).toContain('./nodes.txt?state=returned');
    expect(places).toContain('./nodes.json');
  });

  it('the links of the contents lead to a section each, and ids are there once', () => {
    const html = customerPageHtml(RICH);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id ?? '');
    expect(new Set(ids).size).toBe(ids.length);
    const anchors = [...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id ?? '');
    expect(anchors.filter((id) => !ids.includes(id))).toEqual([]);
    const labels = [...html.matchAll(/<label for="([^"]*)"/g)].map(([, id]) => id ?? '');
    const inputs = [...html.matchAll(/<(?:textarea|input)[^>]* id="([^"]*)"/g)].map(([, id]) => id ?? '');
    expect(labels).toEqual(inputs);
  });

  it('each form posts its csrf field and says its effect before its button', () => {
    for (const page of [RICH, pageOf(PLANNED)]) {
      const forms = customerPageHtml(page)
        .split('<form ')
        .slice(1)
        .map((rest) => rest.split('</form>')[0] ?? '');
      expect(forms.length).toBeGreaterThanOrEqual(2);
      for (const form of forms) {
        expect(form).toMatch(/^method="post" action="\.\/acts"/);
        expect(form).toContain('<input type="hidden" name="csrf" value="c5f1a2b3d4">');
        const words = wordsOf(form.slice(form.indexOf('>') + 1, form.indexOf('<button')));
        expect(words.length).toBeGreaterThan(120);
      }
    }
  });

  it('what may be sent is what the contract knows', () => {
    const kinds = [RICH, pageOf(PLANNED)].flatMap((page) =>
      [...customerPageHtml(page).matchAll(/name="kind" value="([^"]*)"/g)].map(([, kind]) => kind ?? ''),
    );
    expect([...new Set(kinds)].toSorted()).toEqual(['counter', 'later-validated', 'recall', 'release', 'sooner-unvalidated']);
  });

  it('reloads by itself only while under way, to the page and not to the form, and only when asked to', () => {
    const reloading = (page: CustomerPage): boolean =>
      customerPageHtml(page).includes('<meta http-equiv="refresh" content="60; url=./?refresh=on">');
    expect(reloading(pageOf({ refresh: true }))).toBe(true);
    expect(reloading(RICH)).toBe(false);
    expect(reloading(pageOf({ ...PLANNED, refresh: true }))).toBe(false);
    for (const phase of PHASES) expect(customerPageHtml({ ...RICH, phase })).toContain('>refresh</a>');
  });

  it('the notice: what was done, what was refused', () => {
    expect(customerPageHtml(pageOf({ notice: { kind: 'done', text: 'released 3 <nodes>' } }))).toContain(
      '<div class="notice done" role="status"><strong>Done:</strong> released 3 &lt;nodes&gt;</div>',
    );
    expect(customerPageHtml(pageOf({ notice: { kind: 'refused', text: 'no' } }))).toContain('role="alert"><strong>Not done:</strong> no<');
  });

  it('nothing of the other customer, no staff, no output of commands', () => {
    const html = customerPageHtml(RICH);
    for (const inner of [BOREALIS, 'zrh9', 'zu01', 'zrack', 'kowalski', 'modprobe', 'Europe/Zurich', 'image-server', '/site/']) {
      expect(html).not.toContain(inner);
    }
    expect(html).toContain('the maintenance team');
  });

  it('each customer sees their own, in their own zone', () => {
    const html = customerPageHtml(pageOf({ customer: BOREALIS, said: [] }));
    for (const inner of [AURORA, 'phx62', 'America/New_York']) expect(html.toLowerCase()).not.toContain(inner.toLowerCase());
    expect(wordsOf(html)).toContain('All times are those of Europe/Zurich (GMT+2)');
    expect(wordsOf(html)).toContain('zrh9: Tue 8 Jul 18:00 to Wed 9 Jul 02:00');
  });

  it('words of people are text', () => {
    const text = '<img src=x onerror=alert(1)> & "quotes"\u202Ereversed';
    const said = [{ at: 1, by: 'somebody', role: 'lead', kind: 'update', text, data: {} } as const];
    const html = customerPageHtml(pageOf({ said, lines: { why: text, contact: text } }));
    expect(html).not.toContain('<img');
    expect(html).not.toContain('\u202E');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot; reversed');
  });

  it('a plan without a window, a run or a forecast still gives a whole page', () => {
    const { plan } = exampleCustomerInput();
    const bare = { ...plan, policy: { ...plan.policy, windows: [] } };
    const html = customerPageHtml(pageOf({ ...PLANNED, plan: bare, forecast: null, sooner: null, lines: { why: null, contact: null } }));
    expect(wordsOf(html)).toContain('No window is agreed yet.');
    expect(wordsOf(html)).toContain('95 % back (122 nodes) not known');
    expect(html).not.toContain('<svg');
  });

  it('without a window an estimate is told as minutes after the first drain', () => {
    const { plan } = exampleCustomerInput();
    const html = customerPageHtml(pageOf({ ...PLANNED, plan: { ...plan, policy: { ...plan.policy, windows: [] } } }));
    expect(wordsOf(html)).toContain('2 h 48 min after the first node leaves; in nine of ten cases 3 h 41 min');
  });
});
