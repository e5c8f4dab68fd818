// `pitstop propose` by the real bin: both forms, one customer, and what it refuses before it rehearses anything.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from './pitstop.ts';

const FILES = {
  'fleet.yaml': `fleet: lab
customers: [{name: aurora, timezone: America/New_York, priority: 1, notice: 24h}]
clusters:
  - {name: lab, customer: aurora, mode: act, nodes: "n[1-12]", drivers: {scheduler: slurm, shell: ssh}}
  - {name: den, mode: act, nodes: "d[1-4]", drivers: {scheduler: slurm, shell: ssh}}
`,
  'change.yaml': `change: image
want:
  host-os: {version: "2025.07", apply: [/opt/site/apply, "{version}"], read: [/opt/site/version]}
`,
  'policy.yaml': 'canary: "n1"\nwindows: [{cluster: lab, start: "2099-07-08T09:00 UTC", for: 8h}]\n',
};

describe('pitstop propose', () => {
  const desk = new Desk();
  const propose = (...args: string[]) => desk.pitstop('propose', 'image.plan.json', '--scenarios', '30', ...args);
  const read = (file: string): string => readFileSync(join(desk.folder, file), 'utf8');
  beforeAll(async () => {
    desk.write(FILES);
    const { exit, stderr } = await desk.pitstop('plan', '--fleet', 'fleet.yaml', '--change', 'change.yaml', '--policy', 'policy.yaml');
    expect(exit, stderr).toBe(0);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  it('Markdown, with the numbers that rehearse gives for the same seed', async () => {
    const { exit, stdout, stderr } = await propose('-o', 'image.md', '--json');
    expect(exit, stderr).toBe(0);
    const said = JSON.parse(stdout) as { file: string; forecast: { milestones: object } };
    const rehearsed = JSON.parse((await desk.pitstop('rehearse', 'image.plan.json', '--scenarios', '30', '--json')).stdout) as object;
    expect(said.file).toBe('image.md');
    expect(rehearsed).toMatchObject({ milestones: said.forecast.milestones });
    expect(read('image.md')).toMatch(/^# image on lab and den\n/);
    expect(read('image.md')).toContain('Release of n');
  });

  it('HTML that needs nothing else, for one customer, who reads of nobody else', async () => {
    const { exit, stdout, stderr } = await propose('-o', 'aurora.html', '--for', 'aurora');
    expect({ exit, stdout }, stderr).toEqual({ exit: 0, stdout: '' });
    const page = read('aurora.html');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('America/New_York');
    expect(page).not.toMatch(/\bden\b|<script/);
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
  });

  it.each([
    ['another suffix', ['-o', 'image.pdf'], /image\.pdf: no form has this suffix; end it in \.md or \.html/],
    ['no suffix', ['-o', 'html'], /html: no form has this suffix/],
    ['a folder that is not there', ['-o', 'gone/image.md'], /there is no such folder; make it first/],
    ['a customer of nobody', ['-o', 'image.md', '--for', 'borealis'], /--for borealis: .*the plan concerns aurora/],
    ['nowhere to write it', [], /--output/],
  ])('%s: exit 2', async (_, args, says) => {
    const { exit, stdout, stderr } = await propose(...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('a plan that cannot be read: exit 2, its place, and nothing written', async () => {
    writeFileSync(join(desk.folder, 'broken.plan.json'), '{"schema": 1,');
    const { exit, stderr } = await desk.pitstop('propose', 'broken.plan.json', '-o', 'broken.md');
    expect(exit).toBe(2);
    expect(stderr).toMatch(/^broken\.plan\.json:1:/);
    expect(() => read('broken.md')).toThrow(/ENOENT/);
  });
});
