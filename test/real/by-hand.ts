// A maintenance as a site does it without Pitstop: a shell script that drains, updates, reboots and resumes nodes of a testbed.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Testbed } from '../../testbed/testbed.ts';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'maintenance.sh');

/** Unix ms at which the script was about to take the node out, and to give it back. */
export interface ByHand {
  readonly node: string;
  readonly left: number;
  readonly back: number;
}

/** Resolves when the last node was resumed. Rejects with what the script said when it failed. */
export async function maintainByHand(testbed: Testbed, nodes: readonly string[]): Promise<ByHand[]> {
  const { stdout } = await run('sh', [SCRIPT, testbed.folder, ...nodes], { env: testbed.env });
  const said = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
  return nodes.map((node) => ({ node, left: said.get(`${node} left`) ?? 0, back: said.get(`${node} back`) ?? 0 }));
}
