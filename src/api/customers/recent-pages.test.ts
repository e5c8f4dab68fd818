import { describe, expect, it } from 'vitest';
import { customerPageOf } from '../../report/customer/customer-data.ts';
import { exampleCustomerInput } from '../../report/customer/customer-example.ts';
import { RecentPages } from './recent-pages.ts';

describe('recent pages', () => {
  it('are kept for four times as long as they took, where that was long, and until an act', () => {
    let now = 0;
    const page = customerPageOf(exampleCustomerInput());
    let made = 0;
    const recent = new RecentPages(() => now);
    const load = (key: string, tookMs: number): number => {
      recent.of(key, () => {
        made++;
        now += tookMs;
        return page;
      });
      return made;
    };
    expect([load('quick', 20), load('quick', 20)]).toEqual([1, 2]);
    expect([load('slow', 500), load('slow', 500), load('other', 500)]).toEqual([3, 3, 4]);
    now += 1_000;
    expect(load('slow', 500)).toBe(4);
    now += 1_000;
    expect(load('slow', 500)).toBe(5);
    recent.forget();
    expect(load('slow', 500)).toBe(6);
  });
});
