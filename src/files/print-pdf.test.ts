import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findChromium, printPdf } from './print-pdf.ts';

const folder = mkdtempSync(join(tmpdir(), 'pitstop-chromium-'));
afterAll(() => rmSync(folder, { recursive: true }));
const seen = join(folder, 'seen.txt');

/** Something that is called like Chromium; `$pdf` and `$page` are what it was asked for. */
function standIn(name: string, script: string): string {
  const file = join(folder, name);
  const head = `#!/bin/sh\nprintf '%s\\n' "$@" "HOME=$HOME" "SECRET=$SECRET" > ${seen}\nfor a; do case "$a" in --print-to-pdf=*) pdf="\${a#*=}";; esac; page="\${a#file://}"; done\n`;
  writeFileSync(file, head + script);
  chmodSync(file, 0o755);
  return file;
}

const PATH = process.env['PATH'];

describe('finding Chromium', () => {
  it('by its usual names on the PATH, or where PITSTOP_CHROMIUM says', () => {
    const found = standIn('google-chrome', 'exit 0');
    expect(findChromium({ PATH: `/nowhere:relative:${folder}` })).toBe(found);
    expect(findChromium({ PATH: '/nowhere', PITSTOP_CHROMIUM: found })).toBe(found);
  });

  it('none: what to do about it', async () => {
    await expect(printPdf('<p>', { PATH: '/nowhere' })).rejects.toThrow(/install one, name one with PITSTOP_CHROMIUM/);
    for (const wrong of ['/nowhere/chromium', folder, seen]) {
      await expect(printPdf('<p>', { PATH: folder, PITSTOP_CHROMIUM: wrong })).rejects.toMatchObject({ name: 'ChromiumMissingError' });
    }
  });
});

describe('printing', () => {
  it('hands the page over as a file, in a profile of its own that is gone afterwards', async () => {
    const program = standIn('prints', 'cp "$page" "$pdf"');
    const pdf = await printPdf('<p>two & three', { PATH, PITSTOP_CHROMIUM: program, SECRET: 'pst' });
    expect(Buffer.from(pdf).toString()).toBe('<p>two & three');
    const args = readFileSync(seen, 'utf8').split('\n');
    expect(args).toEqual(expect.arrayContaining(['--headless', '--no-pdf-header-footer', 'SECRET=']));
    expect(args.includes('--no-sandbox')).toBe(process.getuid?.() === 0);
    const home = args.find((arg) => arg.startsWith('HOME='))?.slice('HOME='.length) ?? '';
    expect(args).toContain(`--user-data-dir=${home}/profile`);
    expect(existsSync(home)).toBe(false);
  });

  it('that fails or prints nothing: what it said', async () => {
    const fails = standIn('fails', 'echo "cannot open display" >&2; exit 3');
    await expect(printPdf('<p>', { PATH, PITSTOP_CHROMIUM: fails })).rejects.toThrow(/ended with exit code 3: cannot open display/);
    const empty = standIn('empty', 'exit 0');
    await expect(printPdf('<p>', { PATH, PITSTOP_CHROMIUM: empty })).rejects.toMatchObject({ name: 'PrintError' });
  });

  it('that takes too long is ended, with whatever it started', async () => {
    const slow = standIn('slow', `sleep 600 & echo $! > ${seen}.pid; wait`);
    await expect(printPdf('<p>', { PATH, PITSTOP_CHROMIUM: slow }, 1_500)).rejects.toThrow(/had not printed after 1.5 s/);
    const pid = Number(readFileSync(`${seen}.pid`, 'utf8'));
    const state = () => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] ?? 'Z';
      } catch {
        return 'Z';
      }
    };
    await expect.poll(state).toBe('Z');
  });
});
