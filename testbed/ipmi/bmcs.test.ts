import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { pathOf, realParts } from '../requirements.ts';
import { until } from '../until.ts';
import { CIPHER, IpmiBmcs } from './bmcs.ts';

const run = promisify(execFile);

realParts(
  describe,
  'BMCs of a testbed',
  () => {
    test('they end with whoever started them, however that ends', async () => {
      const script = `import { IpmiBmcs } from ${JSON.stringify(join(import.meta.dirname, 'bmcs.ts'))};
        const bmcs = await IpmiBmcs.start({ nodes: ['n1', 'n2'] });
        bmcs.misbehave('n2', 'hang');
        console.log(bmcs.addressesFile);
        setInterval(() => undefined, 1_000);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const folder = join(line.toString().trim(), '..');
      const pids = ['n1', 'n2'].map((node) => readFileSync(join(folder, node, 'pid'), 'utf8').trim());
      expect(pids.map(isRunning)).toEqual([true, true]);
      child.kill('SIGKILL');
      await until('both to be gone', () => !pids.some(isRunning), 10);
    });

    test('a chassis handed in is the power of its node: it is asked, and told', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pitstop-chassis-'));
      try {
        const chassis = join(folder, 'chassis');
        writeFileSync(chassis, `#!/bin/sh\necho "$0 $* $MARK" >>${folder}/calls\necho power:0\n`, { mode: 0o755 });
        await using bmcs = await IpmiBmcs.start({ nodes: ['n1'], chassis, env: { MARK: 'ours' } });
        const session = ['-I', 'lanplus', '-C', String(CIPHER), '-H', '127.0.0.1', '-p', String(bmcs.port('n1')), '-U', bmcs.user];
        const ask = (word: string): Promise<{ stdout: string }> =>
          run(pathOf('ipmitool'), [...session, '-f', bmcs.passwordFile, 'chassis', 'power', word]);
        expect((await ask('status')).stdout).toBe('Chassis Power is off\n');
        await ask('on');
        expect(readFileSync(join(folder, 'calls'), 'utf8').split('\n')).toEqual(
          expect.arrayContaining([`${chassis} n1 get power ours`, `${chassis} n1 set power 1 ours`]),
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
  ['ipmi_sim', 'ipmitool'],
);

function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
