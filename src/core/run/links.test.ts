import { describe, expect, test } from 'vitest';
import type { LinkFacts } from '../ports.ts';
import { firstLook, isClean, nextLook, type LinkWatch } from './links.ts';

const BEFORE = { width: '4X', speed: 'NDR', errors: { SymbolErrorCounter: 7 } };

function link(more: Partial<LinkFacts> = {}): LinkFacts {
  return { link: 'n1/h1--u1r1/1', state: 'active', width: '4X', speed: 'NDR', errors: { SymbolErrorCounter: 7 }, ...more };
}

function looks(...seen: readonly (LinkFacts | null)[]): LinkWatch {
  const [first = null, ...rest] = seen;
  return rest.reduce<LinkWatch>((watch, now, i) => nextLook(BEFORE, watch, now, (i + 1) * 1_000), firstLook(BEFORE, first, 0));
}

describe('a link after work', () => {
  test.each([
    ['missing from the sweep', null, 'down', 'no link'],
    ['down', link({ state: 'down' }), 'down', 'no link'],
    ['not configured', link({ state: 'initialize' }), 'initialize', 'up, but no subnet manager has configured it'],
    ['narrower', link({ width: '2X' }), 'active-degraded', '2X wide, was 4X'],
    ['slower', link({ speed: 'HDR' }), 'active-degraded', 'runs at HDR, was NDR'],
    ['wider and faster than ever', link({ width: '8X', speed: 'XDR' }), 'active-clean', ''],
    ['of a speed that nobody knows', link({ speed: 'ZDR' }), 'active-clean', ''],
  ] as const)('%s', (_, now, state, why) => {
    expect(looks(now)).toMatchObject({ state, why });
  });

  test('errors from before, and those of its training, are no harm; what grows afterwards is', () => {
    const trained = link({ errors: { SymbolErrorCounter: 5_000 } });
    expect(looks(trained, trained).state).toBe('active-clean');
    const grown = looks(trained, link({ errors: { SymbolErrorCounter: 5_011 } }));
    expect(grown).toMatchObject({ state: 'active-degraded', why: 'errors grow: SymbolErrorCounter +11' });
    expect(looks(trained, link({ errors: { SymbolErrorCounter: 5_010, PortXmitDiscards: 900 } })).state).toBe('active-clean');
  });

  test('a soak begins with the link, and anew with every flap', () => {
    const steady = looks(link(), link(), link());
    expect(isClean(steady, 2_000, 2_000)).toBe(true);
    expect(isClean(steady, 2_000, 2_001)).toBe(false);
    const flapped = looks(link(), null, link(), link());
    expect(flapped).toMatchObject({ state: 'active-clean', flaps: 1, lastFlapAt: 1_000, activeSince: 2_000 });
    const unseen = looks(link(), link({ errors: { SymbolErrorCounter: 7, LinkDownedCounter: 1 } }));
    expect(unseen).toMatchObject({ flaps: 1, lastFlapAt: 1_000, activeSince: 1_000 });
  });

  test('three flaps are no accident', () => {
    expect(looks(link(), null, link(), null, link(), null, link())).toMatchObject({ state: 'active-degraded', why: 'flapped 3 times' });
  });

  test('a device that was reset counts from 0', () => {
    const anew = looks(link({ errors: { SymbolErrorCounter: 60_000 } }), link({ errors: { SymbolErrorCounter: 3 } }));
    expect(anew.state).toBe('active-clean');
  });
});
