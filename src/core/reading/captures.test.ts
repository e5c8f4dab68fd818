// The readers on outputs of real machines and tools in ../shared/data, whole and cut off at every place.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseIbswinfo } from './ibswinfo.ts';
import { judgeCheck } from './judge-check.ts';
import { parseNcclTests } from './nccl-tests.ts';
import { parseNvidiaSmi, parseNvlinks } from './nvidia-smi.ts';
import { readAs } from './read-as.ts';

const DATA = resolve(import.meta.dirname, '../../../../shared/data');
const here = ['nvidia-smi-captures', 'validation-outputs', 'ib-fabric-small/ibswinfo'].every((name) => existsSync(join(DATA, name)));
const read = (...names: string[]): string => readFileSync(join(DATA, ...names), 'utf8');

/** The output of one command of a capture. */
function section(capture: string, title: string): string {
  const file = readdirSync(join(DATA, 'nvidia-smi-captures')).find((name) => name.startsWith(capture)) ?? '';
  const from = read('nvidia-smi-captures', file).split(`# ${title}`)[1] ?? '';
  return from.split(/^#{20,}$/m)[1] ?? '';
}

describe.skipIf(!here)(`readers on captures${here ? '' : ' (skipped: ../shared/data is not here)'}`, () => {
  test.each([
    ['h100', '590.48.01', '96.00.A5.00.01', '590.48.01', 'Disabled', 'Completed'],
    ['h200', '590.48.01', '96.00.A5.00.03', '590.48.01', 'Enabled', 'Completed'],
    ['l40s', '595.80', '95.02.66.00.02', '595.80', null, null],
  ])('nvidia-smi of an %s: -q and csv tell the same, idle and under load', (capture, driver, vbios, gsp, mig, fabric) => {
    const untold = { correctable: null, uncorrectable: null, pending: null, failure: null };
    for (const state of ['idle', 'load']) {
      const query = parseNvidiaSmi(section(capture, `${state} :: query (-q)`));
      const csv = parseNvidiaSmi(section(capture, `${state} :: query-gpu`));
      expect(query.faults).toEqual([]);
      expect(csv.faults).toEqual([]);
      expect(query.gpus).toHaveLength(1);
      expect(query.gpus[0]).toMatchObject({
        driver,
        vbios,
        gsp,
        mig: { current: mig },
        fabric: { state: fabric },
        ecc: { volatile: { corrected: 0, uncorrected: 0 }, aggregate: { corrected: 0, uncorrected: 0 } },
        // Rows are not told of in MIG mode.
        remapped: mig === 'Enabled' ? untold : { correctable: 0, uncorrectable: 0, pending: false, failure: false },
        recovery: 'None',
        throttled: [],
      });
      // Only the GSP firmware is not among the columns.
      expect(csv.gpus).toEqual(query.gpus.map((gpu) => ({ ...gpu, gsp: null })));
    }
    const text = section(capture, 'idle :: query (-q)');
    expect(readAs('nvidia-smi', text, null)).toEqual({ version: driver });
    expect(readAs('nvidia-smi', text, 'vbios')).toEqual({ version: vbios });
  });

  test('nvidia-smi cut off at every line: never a GPU that looks whole, never 0 for what was not told', () => {
    const lines = section('h100', 'idle :: query (-q)').trim().split('\n');
    const last = lines.findIndex((line) => line.trim().startsWith('Processes'));
    for (const end of lines.keys()) {
      const { gpus, faults } = parseNvidiaSmi(lines.slice(0, end).join('\n'));
      expect(faults.length > 0).toBe(end <= last);
      const told = lines.slice(0, end).some((line) => line.includes('DRAM Correctable') || line.includes('SRAM Correctable'));
      expect(gpus.every((gpu) => gpu.ecc.volatile.corrected === (told ? 0 : null))).toBe(true);
    }
    const csv = section('h100', 'idle :: query-gpu').trim();
    for (let end = 0; end < csv.length - 10; end += 97) expect(parseNvidiaSmi(csv.slice(0, end)).faults).not.toEqual([]);
  });

  test('NVLink: 18 links of an H100; a GPU in MIG mode tells nothing, and that is said', () => {
    const { gpus, faults } = parseNvlinks(section('h100', 'capabilities :: nvlink -s'));
    expect(gpus.map(({ links }) => links)).toEqual([Array.from({ length: 18 }, () => 26.562)]);
    expect(faults).toEqual([]);
    expect(parseNvlinks(section('h200', 'capabilities :: nvlink -s')).faults).not.toEqual([]);
  });

  test.each([
    ['nccl_allreduce.log', 34, 68.4048, 235.26],
    ['nccl_allgather.log', 34, 58.2651, 230.07],
    ['nccl_alltoall.log', 34, 58.6481, 226.16],
  ])('nccl-tests %s', (file, rows, average, peak) => {
    const report = parseNcclTests(read('validation-outputs', file));
    expect(report).toMatchObject({ avgBusbw: average, peakBusbw: peak, outOfBounds: 0, began: 1, ended: 1, faults: [] });
    expect(report.rows).toHaveLength(rows);
    expect(report.rows.at(-1)).toMatchObject({ bytes: 8_589_934_592, wrong: null });
    expect(judgeCheck('nccl', read('validation-outputs', file), { busbwMin: 50 }).ok).toBe(true);
    expect(judgeCheck('nccl', read('validation-outputs', file), { busbwMin: 350 })).toMatchObject({
      ok: false,
      why: `average bus bandwidth ${average} GB/s, at least 350 wanted`,
      figures: { avgBusbw: average, rows },
    });
  });

  test('nccl-tests cut off at every line: not ok before its end', () => {
    const lines = read('validation-outputs', 'nccl_allreduce.log').trimEnd().split('\n');
    const last = lines.findIndex((line) => line.includes('Avg bus bandwidth'));
    for (const end of lines.keys()) {
      const judged = judgeCheck('nccl', lines.slice(0, end).join('\n'), { busbwMin: null });
      expect(judged.ok).toBe(end > last);
      if (!judged.ok) expect(judged.why).toMatch(/no row of an nccl test|did not come to its end after \d+ rows/);
    }
    expect(judgeCheck('nccl', read('validation-outputs', 'gpcnet_network_load_error.log'), { busbwMin: null })).toMatchObject({
      ok: false,
      why: 'ERROR: this application must be run on at least 10 nodes',
    });
    for (const other of ['ib_loopback_all_sizes.log', 'gpu_burn.log', 'disk_performance.log'])
      expect(judgeCheck('nccl', read('validation-outputs', other), { busbwMin: null }).ok).toBe(false);
  });

  test('ibswinfo: part, firmware, supplies, fans', () => {
    const report = parseIbswinfo(read('ib-fabric-small/ibswinfo', 'test3.out'));
    expect(report).toMatchObject({
      part: 'MQM8790-HS2F',
      psid: 'MT_0000000063',
      guid: '0x08c0eb0300add20e',
      firmware: '27.2010.4102',
      uptimeS: 5_804_356,
      temperatureC: 47,
      fans: 'OK',
      faults: [],
    });
    expect(report.supplies).toEqual([
      { name: 'PSU0', status: 'OK', dcPower: 'OK', fan: 'OK', watts: 287 },
      { name: 'PSU1', status: 'OK', dcPower: 'ERROR', fan: 'ERROR', watts: null },
    ]);
    expect(Object.keys(report.fanRpm)).toHaveLength(9);
    expect(parseIbswinfo(read('ib-fabric-small/ibswinfo', 'test1.out')).fans).toBe('ERROR');
    expect(readAs('ibswinfo', read('ib-fabric-small/ibswinfo', 'test3.out'), 'MT_0000000063')).toEqual({ version: '27.2010.4102' });
    expect(readAs('ibswinfo', read('ib-fabric-small/ibswinfo', 'test1.out'), 'MT_0000000063')).toEqual({
      kind: 'silent',
      why: 'ibswinfo lists no MT_0000000063: it has MSB7790-ES2F',
    });
  });

  test('ibswinfo, damaged: what is no number is null and named, what is missing is null', () => {
    const damaged = (name: string) => parseIbswinfo(read('ib-fabric-small/ibswinfo', name));
    expect(damaged('test-err1.out')).toMatchObject({ faults: ['PSU0 power (W): foo is no number'], firmware: '11.2008.2102' });
    expect(damaged('test-err1.out').supplies.map(({ watts }) => watts)).toEqual([null, 71]);
    expect(damaged('test-err2.out')).toMatchObject({ faults: ['temperature (C): foo is no number'], temperatureC: null });
    expect(damaged('test-err3.out')).toMatchObject({ faults: ['fan#1 (rpm): foo is no number'], fanRpm: { 'fan#1': null, 'fan#2': 7349 } });
    expect(damaged('test1-missing.out')).toMatchObject({ faults: [], temperatureC: null, fans: null, fanRpm: { 'fan#1': null } });
    expect(damaged('test1-missing.out').supplies).toEqual([
      { name: 'PSU0', status: 'OK', dcPower: null, fan: null, watts: null },
      { name: 'PSU1', status: null, dcPower: 'OK', fan: 'OK', watts: 71 },
    ]);
    expect(readAs('ibswinfo', 'no such device', null)).toEqual({ kind: 'silent', why: 'ibswinfo lists no device' });
  });
});
