// The scalars of all documents: how a name, version, duration, share, count, prior or argument is written, and what is said when it is not.
import { z } from 'zod';
import {
  CHECK_PLACEHOLDERS,
  checkPlaceholders,
  JOB_PLACEHOLDERS,
  PLACEHOLDER_VALUE,
  STEP_PLACEHOLDERS,
} from '../core/change/placeholders.ts';
import type { Quantity } from '../core/change/policy.ts';
import type { Prior, ShareOf } from '../core/change/procedure.ts';
import { parseDuration } from '../std/duration.ts';
import { zoneExists } from './calendar.ts';
import { suggest } from './problem.ts';
import { keys, leaf, Refusal } from './schema.ts';

export const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
export const COMPONENT = /^[a-z][a-z0-9-]{0,63}$/;

const STRING = { type: 'string' };
const DURATION = {
  type: ['string', 'integer'],
  pattern: '^(0|\\d+(\\.\\d+)?(ms|s|m|h|d))$',
  description: 'a duration such as 90s, 12m, 1.5h, 4d',
};
const SOME_TIME = { type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$', description: DURATION.description };
const DURATION_WORDS = 'a duration such as 90s, 12m or 4d';
const SHARE = { type: 'string', pattern: '^\\d+(\\.\\d+)?%$', description: 'a share such as 95%' };

/** Longer than any maintenance, shorter than what Unix milliseconds can add up to. */
const DURATION_DAYS_MAX = 3_650;

export const text = leaf('text', ['string'], STRING, (written) => {
  if (String(written).trim() === '') return new Refusal('is empty', 'write something, or leave the key out');
  return /\p{Cc}/u.test(String(written)) ? new Refusal('has a control character', 'take it out') : String(written);
});

export const name = leaf('a name as text', ['string'], { ...STRING, pattern: NAME.source }, (written) => {
  return NAME.test(String(written)) ? String(written) : new Refusal('is not a name', 'use letters, digits and . _ -');
});

export const component = leaf('a component as text', ['string'], { ...STRING, pattern: COMPONENT.source }, (written) => {
  return COMPONENT.test(String(written)) ? String(written) : new Refusal('is not a component', 'use small letters, digits and -');
});

/** A node set; it is parsed later, when the fleet's groups are known. */
export const nodeSetText = leaf(
  'a node set as text',
  ['string'],
  { ...STRING, description: 'a node set such as n[1-16],@rack:r003' },
  (written) => {
    return String(written).trim() === '' ? new Refusal('is an empty node set', 'name at least one node') : String(written);
  },
);

export const version = leaf('a version as text', ['string'], { ...STRING, pattern: '^[A-Za-z0-9._:+][A-Za-z0-9._:+-]*$' }, (written) => {
  if (PLACEHOLDER_VALUE.test(String(written))) return String(written);
  return new Refusal('is not a version', 'use letters, digits and . _ : + - only, no leading dash, at most 128');
});

export const zone = leaf('a time zone as text', ['string'], { ...STRING, description: 'an IANA time zone' }, (written) => {
  return zoneExists(String(written)) ? String(written) : new Refusal('is no time zone', 'write a zone such as America/Phoenix');
});

/** Milliseconds. */
export const duration = leaf(DURATION_WORDS, ['string', 'number'], DURATION, (written) => durationOf(String(written)));

/** Milliseconds, at least 1: of what cannot take or leave no time at all. */
export const someTime = leaf(DURATION_WORDS, ['string', 'number'], SOME_TIME, (written): number | Refusal => {
  const ms = durationOf(String(written));
  return ms === 0 ? new Refusal('is no time at all', 'write at least 1ms, or leave the key out') : ms;
});

/** 0..1 of "95%"; `least` in percent. */
export function share(least: number) {
  return leaf('a share such as 95%', ['string', 'number'], SHARE, (written) => shareOf(String(written), least));
}

/** As `share`, or "none" (null). */
export const shareOrNone = leaf(
  'a share such as 5%, or none',
  ['string', 'number'],
  { type: 'string' },
  (written): number | null | Refusal => {
    return written === 'none' ? null : shareOf(String(written), 0);
  },
);

/** A whole number. */
export function count(least: number, most = 10_000_000) {
  return leaf(`a whole number from ${least}`, ['number'], { type: 'integer', minimum: least, maximum: most }, (written) =>
    countOf(written, least, most),
  );
}

/** A whole number from 1, or one of the words. */
export function countOr<const W extends string>(words: readonly W[]) {
  const expected = `a whole number from 1, or ${words.join(', or ')}`;
  const json = { anyOf: [{ type: 'integer', minimum: 1, maximum: COUNT_MAX }, { enum: words }] };
  return leaf(expected, ['number', 'string'], json, (written): number | W | Refusal => {
    if (typeof written === 'number') return countOf(written, 1, COUNT_MAX);
    const found = words.find((word) => word === written);
    return found ?? new Refusal(`is not ${expected}`, suggest(String(written), words));
  });
}

/** SHA-256 in hexadecimal; read in lower case. */
export const sha256 = leaf('a SHA-256 as text', ['string'], { ...STRING, pattern: '^[0-9A-Fa-f]{64}$' }, (written) => {
  if (/^[0-9a-f]{64}$/i.test(String(written))) return String(written).toLowerCase();
  return new Refusal('is no SHA-256', 'write the 64 hexadecimal digits that sha256sum prints for the file');
});

/** A count of at least 1, or a share above 0. */
export const quantity = leaf(
  'a count such as 64 or a share such as 95%',
  ['string', 'number'],
  { type: ['string', 'integer'] },
  (written): Quantity | Refusal => {
    if (typeof written === 'number') {
      const read = countOf(written, 1, 10_000_000);
      return read instanceof Refusal ? read : { kind: 'count', count: read };
    }
    const read = shareOf(String(written), 0);
    if (read === 0) return new Refusal('lets nothing through', 'write at least 1, or a share above 0%');
    return read instanceof Refusal ? read : { kind: 'share', share: read };
  },
);

export const flag = leaf('true or false', ['boolean'], { type: 'boolean' }, (written) => written === true);

export function oneOf<const T extends string>(values: readonly T[]) {
  return leaf(`one of ${values.join(', ')}`, ['string'], { enum: values }, (written): T | Refusal => {
    const found = values.find((value) => value === written);
    return found ?? new Refusal(`is not one of ${values.join(', ')}`, suggest(String(written), values));
  });
}

function argument(allowed: readonly string[]) {
  return leaf('an argument as text', ['string'], STRING, (written) => {
    const problem = checkPlaceholders(String(written), allowed);
    if (problem) return new Refusal(problem.why, problem.mend, problem);
    return String(written).includes('\0') ? new Refusal('has a NUL byte', 'take it out') : String(written);
  });
}

/** An argument list of a step: `{node} {version} {previous}` may stand in it. */
export const stepArgv = z.array(argument(STEP_PLACEHOLDERS)).min(1);
/** As `stepArgv`, in a check: `{nodes} {rail}` too. */
export const checkArgv = z.array(argument(CHECK_PLACEHOLDERS)).min(1);
/** One text of a step, such as a file or an address. */
export const stepText = argument(STEP_PLACEHOLDERS);
/** An argument list about a job: `{job}` and `{node}` may stand in it. */
export const jobArgv = z.array(argument(JOB_PLACEHOLDERS)).min(1);
export const jobText = argument(JOB_PLACEHOLDERS);
/** An argument list that is run once for a cluster, without placeholders. */
export const plainArgv = z.array(argument([])).min(1);

const COUNT_MAX = 10_000_000;

const LOG_SD_MAX = 5;

const shortPrior = leaf(
  'a prior as text, such as 12m~0.3',
  ['string'],
  { ...STRING, pattern: '^\\S+~\\d+(\\.\\d+)?$' },
  (written): Prior | Refusal => {
    const [median, logSd, more] = String(written).split('~');
    const medianMs = durationOf(median ?? '');
    if (logSd === undefined || more !== undefined || !/^\d+(\.\d+)?$/.test(logSd) || Number(logSd) > LOG_SD_MAX) {
      return new Refusal('is no prior', 'write median~log-sd, such as 12m~0.3');
    }
    if (medianMs === 0) return new Refusal('has a median of no time at all', 'write at least 1ms, or leave the prior out');
    return medianMs instanceof Refusal ? medianMs : { medianMs, logSd: Number(logSd), ...UNSEEN };
  },
);

/** Nobody has seen it here, and nobody said where the figure comes from. */
const UNSEEN = { n: 0, source: 'unstated' };

const logSd = numberFrom(0, LOG_SD_MAX, 'log-sd', '0.3');

const longPrior = keys({
  median: someTime,
  logSd,
  between: logSd.exactOptional(),
  df: numberFrom(1, 1_000_000, 'number of degrees of freedom', '8').exactOptional(),
  n: count(0),
  source: text,
}).transform(({ median, ...rest }): Prior => ({ medianMs: median, ...rest }));

/** `12m~0.3`, or `{median, logSd, between, df, n, source}`. */
export const prior = z.union([shortPrior, longPrior]);

const bareShare = leaf('a share such as 0.8%', ['string', 'number'], SHARE, (written): ShareOf | Refusal => {
  const read = shareOf(String(written), 0);
  return read instanceof Refusal ? read : { share: read, ...UNSEEN };
});

/** `0.8%`, or `{share, n, source}`. */
export const observedShare = z.union([bareShare, keys({ share: share(0), n: count(0), source: text })]);

export function numberFrom(least: number, most: number, what: string, example: string) {
  const json = { type: 'number', minimum: least, maximum: most };
  return leaf(`a ${what} such as ${example}`, ['number'], json, (written): number | Refusal => {
    const value = Number(written);
    return value >= least && value <= most
      ? value
      : new Refusal(`is no ${what}`, `write a number from ${least} to ${most}, such as ${example}`);
  });
}

function durationOf(written: string): number | Refusal {
  if (written.startsWith('-')) return new Refusal('is less than no time', 'write a duration without the minus');
  const ms = parseDuration(written);
  if (ms === null) return new Refusal('is no duration', 'write a number and its unit, such as 90s, 12m, 1.5h or 4d');
  return ms > DURATION_DAYS_MAX * 86_400_000 ? new Refusal('is too long', 'write at most ten years') : Math.round(ms);
}

function shareOf(written: string, least: number): number | Refusal {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(written);
  const percent = Number(match?.[1]);
  if (!match) return new Refusal('is no share', 'write a percentage such as 95%');
  if (percent > 100 || percent < least) return new Refusal('is out of range', `write ${least}% to 100%`);
  // Rounded, or 1.1 % of a hundred would be a hair more than 0.011.
  return Math.round(percent * 1e7) / 1e9;
}

function countOf(written: string | number | boolean, least: number, most: number): number | Refusal {
  const value = Number(written);
  if (!Number.isInteger(value)) return new Refusal('is not a whole number', `write a number from ${least}`);
  if (value < least) return new Refusal(value === 0 ? 'lets nothing through' : 'is too small', `write at least ${least}`);
  return value > most ? new Refusal('is too large', `write at most ${most}`) : value;
}
