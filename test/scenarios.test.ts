// Golden transcripts: each scenarios/NAME.txt is run by the real bin and must give NAME.out. They are documentation too, so they are kept
// short. After a wanted change: `vitest run test/scenarios.test.ts -u`, and read the difference.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Desk } from './pitstop.ts';

const HOME = resolve(import.meta.dirname, '..', 'scenarios');

const scenarios = readdirSync(HOME).filter((name) => name.endsWith('.txt'));

describe('scenarios', () => {
  it.each(scenarios)('%s', async (name) => {
    await using desk = new Desk();
    const transcript = await play(desk, readFileSync(join(HOME, name), 'utf8').trimEnd().split('\n'));
    await expect(transcript).toMatchFileSnapshot(join(HOME, `${basename(name, '.txt')}.out`));
  });
});

/**
 * Lines of a scenario: `# words`, `mask PATTERN WORD` (for the rest of it), `files FOLDER` (of scenarios/files), `pitstop ARGUMENTS`, and
 * `silently pitstop ARGUMENTS` for a command whose words are a matter of timing: only its exit code is kept.
 */
async function play(desk: Desk, lines: readonly string[]): Promise<string> {
  const masks: { pattern: RegExp; word: string }[] = [];
  const out: string[] = [];
  for (const line of lines) {
    const [first = '', ...rest] = words(line);
    if (first === 'mask') {
      const [, pattern = '', word = ''] = /^mask (\S+) (\S+)$/.exec(line) ?? [];
      masks.push({ pattern: new RegExp(pattern, 'g'), word });
      continue;
    }
    out.push(first === 'pitstop' || first === 'silently' ? `$ ${line.replace(/^silently /, '')}` : line);
    if (first === 'files') cpSync(join(HOME, 'files', rest[0] ?? ''), desk.folder, { recursive: true });
    else if (first === 'pitstop') out.push(...said(await desk.pitstop(...rest)));
    else if (first === 'silently') out.push(`exit ${(await desk.pitstop(...rest.slice(1))).exit}`);
    else if (first !== '' && !first.startsWith('#')) throw new Error(`no such line in a scenario: ${line}`);
  }
  return masks.reduce((text, { pattern, word }) => text.replaceAll(pattern, word), `${out.join('\n')}\n`);
}

/** What went to stderr is set off by "| ". */
function said({ exit, stdout, stderr }: { exit: number | null; stdout: string; stderr: string }): string[] {
  const linesOf = (text: string, mark: string): string[] =>
    text === ''
      ? []
      : text
          .trimEnd()
          .split('\n')
          .map((line) => `${mark}${line}`.trimEnd());
  return [...linesOf(stdout, ''), ...linesOf(stderr, '| '), `exit ${exit}`];
}

/** A command line's words, with double quotes and without a shell. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
