// Before all tests: SvelteKit's generated types, without which nothing in web/ can be read on a machine that has just cloned the project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const WEB = resolve(import.meta.dirname, '../../web');

export default function sync(): void {
  if (existsSync(resolve(WEB, '.svelte-kit'))) return;
  const kit = resolve(WEB, 'node_modules/@sveltejs/kit/svelte-kit.js');
  const { status, stderr } = spawnSync(process.execPath, [kit, 'sync'], { cwd: WEB, encoding: 'utf8' });
  if (status !== 0) throw new Error(`svelte-kit sync: ${stderr}`);
}
