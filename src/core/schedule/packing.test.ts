// Packed words must say exactly what comparing the resources one by one says.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, packingFor } from './packing.ts';

describe('packing', () => {
  it('fits: the guards stay where, and only where, no resource is short (any widths)', () => {
    const resource = fc
      .oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }))
      .chain((most) => fc.tuple(fc.constant(most), fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most })));
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 9 }), (resources) => {
        const packing = packingFor(resources.map(([most]) => most));
        const free = pack(
          packing,
          resources.map(([, units]) => units),
        );
        const wanted = pack(
          packing,
          resources.map(([, , units]) => units),
        );
        const enough = [...packing.guards.entries()].every(([w, guards]) => {
          const left = ((free[w] as number) | guards) - (wanted[w] as number);
          return (left & guards) === guards;
        });
        expect(enough).toBe(resources.every(([, there, units]) => units <= there));
      }),
    );
  });

  it('words: the four resources of a PSPLIB instance share one', () => {
    expect(packingFor([127, 127, 127, 127]).words).toBe(1);
    expect(packingFor([128, 127, 127, 127]).words).toBe(2);
    expect(packingFor([]).words).toBe(0);
  });
});
