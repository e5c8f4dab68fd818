import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from './draw.ts';
import { betaCdf, betaQuantile, lgamma, normalCdf, normalDensity, normalTail, tCdf, tQuantile } from './special.ts';

// All known values: mpmath 1.4.1 with 40 digits (loggamma, betainc, erfc; quantiles by bisection of these).

const relative = (found: number, known: number): number => Math.abs(found - known) / Math.max(Math.abs(known), 1e-300);

describe('lgamma', () => {
  const known: [number, number][] = [
    [0.001, 6.907178885383853],
    [0.15, 1.8278137762148343],
    [0.5, 0.5723649429247001],
    [1.5, -0.12078223763524522],
    [3, 0.6931471805599453],
    [10.25, 13.368023671476045],
    [171, 706.5730622457874],
    [1e5, 1051287.7089736569],
  ];
  it.each(known)('of %d it is %d', (x, value) => {
    expect(relative(lgamma(x), value)).toBeLessThan(1e-13);
  });

  it('rises by log x from x to x + 1', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e4, noNaN: true }), (x) => {
        expect(Math.abs(lgamma(x + 1) - lgamma(x) - Math.log(x))).toBeLessThan(1e-13 * Math.max(1, lgamma(x + 1)) * 10);
      }),
    );
  });

  it('refuses what has no logarithm', () => {
    expect(() => lgamma(0)).toThrow('lgamma of 0');
    expect(() => lgamma(Number.NaN)).toThrow('lgamma');
  });
});

describe('incomplete beta', () => {
  const cdf: [number, number, number, number][] = [
    [0.5, 2, 3, 0.6875],
    [0.01, 0.5, 0.5, 0.06376856085851985],
    [0.9, 8, 1.5, 0.6288150636820804],
    [0.001, 0.15, 29.85, 0.6291940844747506],
    [0.3, 300, 700, 0.503671182860768],
    [0.27, 300, 700, 0.017705797143575046],
    [0.0004, 3, 9000, 0.6974514537451582],
    [0.999, 1, 0.2, 0.748811356849042],
  ];
  it.each(cdf)('betaCdf(%d, %d, %d) is %d', (x, a, b, value) => {
    expect(relative(betaCdf(x, a, b), value)).toBeLessThan(1e-11);
  });

  const quantiles: [number, number, number, number][] = [
    [0.05, 2, 3, 0.09761146288641434],
    [0.975, 0.5, 10, 0.22694838647345048],
    [0.5, 0.15, 29.85, 0.00021185558249064098],
    [0.1, 0.15, 29.85, 4.612479618417421e-9],
    [0.025, 1801, 200, 0.8865384674608993],
    [0.9, 1, 99, 0.022990042700774708],
    [0.5, 50, 0.3, 0.9985281748766689],
    [0.001, 1000, 3, 0.9888450146448717],
  ];
  it.each(quantiles)('betaQuantile(%d, %d, %d) is %d', (p, a, b, value) => {
    expect(relative(betaQuantile(p, a, b), value)).toBeLessThan(1e-10);
  });

  const shape = fc.double({ min: 0.2, max: 2_000, noNaN: true });
  const chance = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

  it('the quantile is the inverse of the distribution', () => {
    fc.assert(
      fc.property(chance, shape, shape, (p, a, b) => {
        const x = betaQuantile(p, a, b);
        expect(x >= 0 && x <= 1).toBe(true);
        // Where the root is so near to 1 that doubles are sparse there, the distribution jumps over p.
        if (1 - x > 1e-6) expect(Math.abs(betaCdf(x, a, b) - p)).toBeLessThan(1e-9);
      }),
    );
  });

  it('seen from the other end it is the rest', () => {
    fc.assert(
      fc.property(chance, shape, shape, (x, a, b) => {
        expect(Math.abs(betaCdf(x, a, b) + betaCdf(1 - x, b, a) - 1)).toBeLessThan(1e-10);
      }),
    );
  });

  it('its ends are 0 and 1, and beyond them it refuses', () => {
    expect([betaCdf(0, 2, 3), betaCdf(1, 2, 3)]).toEqual([0, 1]);
    expect(() => betaCdf(1.1, 2, 3)).toThrow('betaCdf');
    expect(() => betaQuantile(1, 2, 3)).toThrow('betaQuantile');
  });
});

describe('Student-t', () => {
  const cdf: [number, number, number][] = [
    [-2, 1, 0.14758361765043326],
    [0.3, 4, 0.6104392858612702],
    [1e-3, 7.5, 0.5003859006626722],
    [-12, 3, 0.0006225079003946683],
    [2.1, 30, 0.9778787643688382],
    [1.5, 2000, 0.9331138817996227],
  ];
  it.each(cdf)('tCdf(%d, %d) is %d', (t, df, value) => {
    expect(relative(tCdf(t, df), value)).toBeLessThan(1e-11);
  });

  const quantiles: [number, number, number][] = [
    [0.9, 1, 3.0776835371752536],
    [0.9, 3, 1.6377443536962102],
    [0.99, 3, 4.5407028585681335],
    [0.975, 4.5, 2.658912347204404],
    [0.9, 30, 1.3104150253913955],
    [0.51, 6, 0.026131359673892657],
    [0.0001, 5, -9.67756630088259],
    [0.9, 1000, 1.2823987214609245],
  ];
  it.each(quantiles)('tQuantile(%d, %d) is %d', (p, df, value) => {
    expect(relative(tQuantile(p, df), value)).toBeLessThan(1e-10);
  });

  it('the quantile is the inverse of the distribution, and odd around one half', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 1 - 1e-5, noNaN: true }), fc.double({ min: 0.5, max: 500, noNaN: true }), (p, df) => {
        expect(Math.abs(tCdf(tQuantile(p, df), df) - p)).toBeLessThan(1e-9);
        expect(Math.abs(tQuantile(p, df) + tQuantile(1 - p, df))).toBeLessThan(1e-7 * Math.abs(tQuantile(p, df)) + 1e-9);
      }),
    );
  });

  it('with endless degrees of freedom it is the normal distribution', () => {
    expect(tQuantile(0.9, Number.POSITIVE_INFINITY)).toBe(normalQuantile(0.9));
    expect(tCdf(1.2, Number.POSITIVE_INFINITY)).toBe(normalCdf(1.2));
  });
});

describe('normal', () => {
  const known: [number, number][] = [
    [-3, 0.9986501019683699],
    [-0.1, 0.539827837277029],
    [0, 0.5],
    [0.5, 0.3085375387259869],
    [1.2815515655446004, 0.1],
    [2.4999, 0.006211418374944586],
    [2.5, 0.006209665325776135],
    [5, 2.866515718791939e-7],
    [10, 7.619853024160525e-24],
    [37, 5.725571222524577e-300],
  ];
  it.each(known)('above %d lies %d', (x, value) => {
    expect(relative(normalTail(x), value)).toBeLessThan(1e-13);
    expect(normalCdf(-x)).toBe(normalTail(x));
  });

  it('the quantile of draw.ts is its inverse', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1 - 1e-8, noNaN: true }), (p) => {
        expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThan(1e-8 * Math.min(p, 1 - p) * 10);
      }),
    );
  });

  it('its slope is the density', () => {
    expect((normalCdf(0.7 + 1e-5) - normalCdf(0.7 - 1e-5)) / 2e-5).toBeCloseTo(normalDensity(0.7), 9);
  });
});
