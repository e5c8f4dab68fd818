// The simulated fabric itself: the scripts that fleet files name, and that nothing stays behind, also when its maker is killed.
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { realParts, type Part } from '../requirements.ts';
import { until } from '../until.ts';
import { Fabric } from './fabric.ts';

const run = promisify(execFile);
const parts: readonly Part[] = ['ibsim', 'opensm', 'ibnetdiscover', 'iblinkinfo', 'ibqueryerrors', 'saquery', 'sminfo'];

/** Processes that carry the mark of a fabric in that folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((id) => {
    try {
      return (
        /^\d+$/.test(id) &&
        readFileSync(join('/proc', id, 'environ'), 'utf8')
          .split('\0')
          .includes(`PITSTOP_FABRIC=${folder}`)
      );
    } catch {
      return false;
    }
  });
}

async function seen(fabric: Fabric, name: string): Promise<number> {
  return (await fabric.tool('ibnetdiscover')).match(new RegExp(`^Ca.*"${name} mlx5_\\d"`, 'gm'))?.length ?? 0;
}

realParts(
  describe,
  'simulated fabric',
  () => {
    test('fabric-unlink and fabric-relink: all links of a node, or of a switch; afterwards no process and no folder is left', async () => {
      const fabric = await Fabric.start({ units: 1, nodesPerUnit: 2, rails: 3, spines: 1, nodes: ['gpu-a', 'gpu-b'] });
      expect(fabric.net.linksOf.get('gpu-b')).toEqual(['gpu-b/mlx5_0--u1r1/2', 'gpu-b/mlx5_1--u1r2/2', 'gpu-b/mlx5_2--u1r3/2']);
      expect(await seen(fabric, 'gpu-a')).toBe(3);
      await run(fabric.command('fabric-unlink'), ['gpu-a']);
      await until('gpu-a to be gone', async () => (await seen(fabric, 'gpu-a')) === 0);
      expect(await seen(fabric, 'gpu-b')).toBe(3);
      await run(fabric.command('fabric-relink'), ['gpu-a']);
      await until('gpu-a to be back', async () => (await seen(fabric, 'gpu-a')) === 3);
      await expect(run(fabric.command('fabric-unlink'), ['nobody'])).rejects.toThrow(/nobody/);
      await expect(fabric.unlink('nobody')).rejects.toThrow('nothing in the fabric is called nobody');
      expect(processesOf(fabric.folder).length).toBeGreaterThanOrEqual(3);
      await fabric.stop();
      expect(processesOf(fabric.folder)).toEqual([]);
      expect(existsSync(fabric.folder)).toBe(false);
    });

    test('killed, its maker leaves nothing behind', async () => {
      const module = JSON.stringify(join(import.meta.dirname, 'fabric.ts'));
      const maker = `const { Fabric } = await import(${module});
        const fabric = await Fabric.start({ units: 1, nodesPerUnit: 2, rails: 1, spines: 1 });
        console.log(fabric.folder); setInterval(() => {}, 1000);`;
      const child = spawn(execPath, ['--input-type=module', '-e', maker], { stdio: ['ignore', 'pipe', 'inherit'] });
      const folder = await new Promise<string>((told) => child.stdout.once('data', (text: Buffer) => told(text.toString().trim())));
      expect(processesOf(folder).length).toBeGreaterThanOrEqual(3);
      child.kill('SIGKILL');
      await until('the reaper to have swept', () => processesOf(folder).length === 0 && !existsSync(folder), 20);
    });
  },
  parts,
);
