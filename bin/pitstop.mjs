#!/usr/bin/env node
// Finds the Node 24 that npm brought and runs Pitstop on it. This file alone is written for Node 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const main = [join(home, 'dist', 'src', 'main.js'), join(home, 'src', 'main.ts')].find((file) => existsSync(file));
const runtime = findRuntime();

if (!main || !runtime) {
  process.stderr.write(
    main
      ? `pitstop needs Node 24: this is ${process.version}, and npm has not installed its own for ${process.platform}-${process.arch}; run it with Node 24 or later\n`
      : 'pitstop: its program is missing; run npm ci\n',
  );
  process.exitCode = 4;
} else {
  const child = spawn(runtime, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PITSTOP_BIN: fileURLToPath(import.meta.url) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 4);
  });
}

function findRuntime() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  try {
    const require = createRequire(import.meta.url);
    const file = join(dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`)), 'bin', 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}
