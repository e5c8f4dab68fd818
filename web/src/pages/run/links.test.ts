import { describe, expect, it } from 'vitest';
import { askLink } from './ask.ts';
import { view } from './example.ts';
import { flapWords, linksInOrder, linksOfDevice, lookOfLink, pilesOfLinks, sortedFacts } from './links.ts';

describe('links', () => {
  it('stand worst first, each state with a sign and a colour of its own', () => {
    expect(linksInOrder(view.links).map(({ state }) => state)).toEqual(['down', 'initialize', 'active-degraded']);
    const looks = view.links.map(({ state }) => lookOfLink(state));
    expect(new Set(looks.map(({ sign }) => sign)).size).toBe(3);
    expect(new Set(looks.map(({ fill }) => fill)).size).toBe(3);
  });

  it('are found by the device at either end, and counted where more than one hangs', () => {
    expect(linksOfDevice(view.links, 'u06r3').map(({ link }) => link)).toEqual(['phx62-0163/h2--u06r3/3', 's2/41--u06r3/33']);
    expect(linksOfDevice(view.links, 'u06r')).toEqual([]);
    expect(pilesOfLinks(view.links)).toEqual([['u06r3', 2]]);
  });

  it('say how often they flapped, and when last', () => {
    const last = view.links.find(({ flaps }) => flaps > 0) ?? expect.fail('none flapped in the example');
    expect(flapWords(last, Date.parse(view.now))).toMatch(/^3 times, last at \d\d:59$/);
    expect(flapWords({ flaps: 1, lastFlapAt: null })).toBe('1 time');
    expect(flapWords({ flaps: 0, lastFlapAt: null })).toBe('none');
  });

  it('are asked about one by one: no node set is asked for', () => {
    const ask = askLink('r1', 'swap', 'n3/h1--u1r1/3');
    expect([ask.title, ask.action, ask.targets]).toEqual(['Swapped n3/h1--u1r1/3', 'Swapped', null]);
  });
});

describe('sortedFacts', () => {
  const fact = (name: string, value: string) => ({ name, value, seq: 1, at: view.now, source: 'the hand-over' });

  it('gathers what each link was, and leaves out what stands with its trouble', () => {
    const sorted = sortedFacts([
      fact('gpus', '8'),
      fact('fabric.lid', '18'),
      fact('fabric.links.n1.a/h1--u1r1/1.width', '4X'),
      fact('fabric.links.n1.a/h1--u1r1/1.speed', 'NDR'),
      fact('fabric.links.n1.a/h1--u1r1/1.errors.SymbolErrorCounter', '7'),
      fact('link.name', 'n1.a/h1--u1r1/1'),
      fact('links', '2'),
    ]);
    expect(sorted.facts.map(({ name }) => name)).toEqual(['gpus', 'fabric.lid', 'links']);
    expect(sorted.links).toEqual([{ link: 'n1.a/h1--u1r1/1', was: '4X NDR', errors: 'SymbolErrorCounter 7' }]);
  });
});
