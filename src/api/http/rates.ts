// How often anybody may call, fail to sign in, and listen at once. In memory: limits are forgotten with the server.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface Limits {
  /** Per caller, and per address. */
  readonly callsPerMinute: number;
  /** Failed ones, per address. */
  readonly signInsPerTenMinutes: number;
  /** Streams open at once, per caller. */
  readonly streams: number;
}

export const LIMITS: Limits = { callsPerMinute: 600, signInsPerTenMinutes: 20, streams: 20 };

export interface Rates {
  /** Counts one call of each. Resolves with the seconds to wait, or with 0. */
  call(keys: readonly string[]): Promise<number>;
  /** Seconds to wait until this address may try again to sign in, or 0. */
  signInWait(address: string): Promise<number>;
  signInFailed(address: string): Promise<void>;
  /** One more open stream; null: there are as many as allowed. The returned function ends it; a second time does nothing. */
  openStream(key: string): (() => void) | null;
}

export function createRates(limits: Limits): Rates {
  const calls = new RateLimiterMemory({ points: limits.callsPerMinute, duration: 60 });
  const failures = new RateLimiterMemory({ points: limits.signInsPerTenMinutes, duration: 600 });
  const open = new Map<string, number>();
  return {
    call: async (keys) => {
      const waits = await Promise.all(keys.map((key) => consume(calls, key)));
      return Math.max(0, ...waits);
    },
    signInWait: async (address) => {
      const seen = await failures.get(address);
      return seen !== null && seen.consumedPoints >= limits.signInsPerTenMinutes ? seconds(seen) : 0;
    },
    signInFailed: async (address) => {
      await consume(failures, address);
    },
    openStream: (key) => {
      const count = open.get(key) ?? 0;
      if (count >= limits.streams) return null;
      open.set(key, count + 1);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const left = (open.get(key) ?? 1) - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      };
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return seconds(error);
    throw error;
  }
}

function seconds({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}
