// Checks judged by what their tools print: nccl-tests and dcgmi diag, good, bad and cut off.
import { expect, test } from 'vitest';
import { judgeCheck } from './judge-check.ts';

const HEADER = `#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)
`;
const nccl = (wrong = 0, average = 391.5): string => `${HEADER}
  4294967296    1073741824     float     sum      -1    20501  209.50  392.81      ${wrong}    20633  208.16  390.30      0
# Out of bounds values : ${wrong} ${wrong === 0 ? 'OK' : 'FAILED'}
# Avg bus bandwidth    : ${average}
#
`;
const none = { busbwMin: null };

test('nccl: fast enough, too slow, wrong values', () => {
  expect(judgeCheck('nccl', nccl(), { busbwMin: 350 })).toEqual({
    ok: true,
    why: '',
    figures: { avgBusbw: 391.5, peakBusbw: 392.81, rows: 1, wrong: 0, outOfBounds: 0 },
  });
  expect(judgeCheck('nccl', nccl(0, 349.9), { busbwMin: 350 }).why).toBe('average bus bandwidth 349.9 GB/s, at least 350 wanted');
  expect(judgeCheck('nccl', nccl(12), none)).toMatchObject({ ok: false, why: '12 wrong values' });
});

test('nccl: labels of launchers in front of the rows', () => {
  const labelled = nccl().replaceAll(/^(?=.)/gm, '[1,0]<stdout>:');
  expect(judgeCheck('nccl', labelled, { busbwMin: 350 })).toMatchObject({ ok: true, figures: { rows: 1, wrong: 0 } });
});

test('nccl: of several runs in one output the slowest counts, and each must come to its end', () => {
  expect(judgeCheck('nccl', nccl() + nccl(0, 120), { busbwMin: 350 })).toMatchObject({ ok: false, figures: { avgBusbw: 120 } });
  const second = nccl().slice(0, nccl().indexOf('# Out of'));
  expect(judgeCheck('nccl', nccl() + second, none)).toMatchObject({ ok: false, why: 'the run did not come to its end after 2 rows' });
});

test('nccl: a run that failed says why', () => {
  const failed = `${HEADER}n1: Test NCCL failure common.cu:1004 'remote process exited or there was a network error'\n`;
  expect(judgeCheck('nccl', failed, none)).toMatchObject({
    ok: false,
    why: "n1: Test NCCL failure common.cu:1004 'remote process exited or there was a network error'",
  });
  expect(judgeCheck('nccl', '', none)).toMatchObject({ ok: false, why: 'no row of an nccl test in its output' });
  expect(judgeCheck('nccl', nccl(0, Number.NaN), none).ok).toBe(false);
});

const LINE = '+---------------------------+------------------------------------------------+';
const row = (name: string, result: string): string => `| ${name.padEnd(25)} | ${result.padEnd(46)} |`;
const table = (...rows: string[]): string =>
  [
    'Successfully ran diagnostic for group.',
    LINE,
    row('Diagnostic', 'Result'),
    '+===========================+================================================+',
    '|-----  Metadata  ----------+------------------------------------------------|',
    row('DCGM Version', '4.0.0'),
    '|-----  Deployment  --------+------------------------------------------------|',
    row('software', 'Pass'),
    row('', 'GPU0: Pass'),
    ...rows,
    LINE,
  ].join('\n');

test('dcgmi: a pass, a GPU that fails, an error before the tests', () => {
  const hardware = '+-----  Hardware  ----------+------------------------------------------------+';
  expect(judgeCheck('dcgmi', table(hardware, row('GPU Memory', 'Pass - All'), row('Pulse Test', 'Skip')), none)).toEqual({
    ok: true,
    why: '',
    figures: { passed: 2, failed: 0, warned: 0, skipped: 1 },
  });
  const failed = table(hardware, row('memory', 'Fail'), row('', 'GPU0: Pass'), row('', 'GPU3: Fail'), row('Warning: GPU3', 'bad'));
  expect(judgeCheck('dcgmi', failed, none)).toMatchObject({ ok: false, why: 'memory: GPU3: Fail', figures: { failed: 1 } });
  expect(judgeCheck('dcgmi', table(hardware, row('memory', 'Pass'), row('', 'GPU3: Fail')), none)).toMatchObject({ ok: false });
  const error = [LINE, '|-----  Deployment  --------+------------------------------------------------|']
    .concat(row('Error', 'GPU 3 has uncorrectable memory errors and row'), row('', 'remappings are pending'), LINE)
    .join('\n');
  expect(judgeCheck('dcgmi', error, none)).toMatchObject({
    ok: false,
    why: 'GPU 3 has uncorrectable memory errors and row remappings are pending',
  });
});

test('dcgmi: cut off at every line, only skipped, another output: not ok', () => {
  const lines = table(row('memory', 'Pass')).split('\n');
  for (const end of lines.keys()) expect(judgeCheck('dcgmi', lines.slice(0, end).join('\n'), none).ok).toBe(false);
  const skipped = table().replaceAll('Pass', 'Skip');
  expect(judgeCheck('dcgmi', skipped, none)).toMatchObject({ ok: false, why: 'no test was run, all were skipped' });
  expect(judgeCheck('dcgmi', 'Error: unable to establish a connection', none)).toMatchObject({
    ok: false,
    why: 'no result of dcgmi diag in its output',
  });
});

test.each(['DCGM Diagnostic', 'DCGM GPU Diagnostic'])('dcgmi: JSON under "%s"', (key) => {
  const json = (status: string, more: object = {}): string =>
    JSON.stringify({
      [key]: {
        test_categories: [{ category: 'Hardware', tests: [{ name: 'memory', results: [{ status: 'Pass' }, { status, ...more }] }] }],
      },
    });
  expect(judgeCheck('dcgmi', json('Pass'), none).ok).toBe(true);
  expect(judgeCheck('dcgmi', json('Fail', { warnings: [{ warning: 'GPU 1: page retired' }] }), none)).toMatchObject({
    ok: false,
    why: 'memory: GPU 1: page retired',
  });
  expect(judgeCheck('dcgmi', json('Strange'), none).ok).toBe(false);
  expect(judgeCheck('dcgmi', json('Pass').slice(0, -3), none)).toMatchObject({ ok: false, why: 'the JSON is not whole' });
  expect(judgeCheck('dcgmi', `{"${key}": {"runtime_error": "no GPUs", "test_categories": []}}`, none)).toMatchObject({ why: 'no GPUs' });
});
