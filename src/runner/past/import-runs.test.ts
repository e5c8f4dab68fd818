import { describe, expect, it } from 'vitest';
import { readPast } from '../../files/past/read-past.ts';
import { parsePlan, showPlan } from '../../files/plan-file.ts';
import { openSqliteJournal } from '../../journal/sqlite/sqlite.ts';
import { wallClock } from '../../std/clock.ts';
import { importRuns, type PastRunGiven } from './import-runs.ts';

const SOURCE = { from: 'nodes.csv', by: 'lead', at: '2031-07-09T08:00:00.000Z' };

function given(name: string, back = '10:00'): PastRunGiven {
  const text = `node,left,back\n"n[1-3]",2031-07-08T09:00,2031-07-08T${back}\n`;
  const { runs } = readPast({
    file: 'nodes.csv',
    text,
    zone: 'UTC',
    name,
    nodes: new Map(),
    curves: [],
    nodesMin: 2,
    fleet: null,
    plan: null,
  });
  const [run] = runs;
  if (!run) throw new Error('no run was read');
  return { ...run, plan: showPlan(run.plan) };
}

function open() {
  const journal = openSqliteJournal({ file: ':memory:', clock: wallClock() });
  const parts = { journal, owner: 'test', parsePlan: (text: string) => parsePlan(text, 'plan') };
  return { journal, put: (...runs: PastRunGiven[]) => importRuns(parts, runs, SOURCE) };
}

describe('past runs into the journal', () => {
  it('twice: it is there already, also under another name, and nothing is written again', async () => {
    const { journal, put } = open();
    expect(await put(given('july'))).toEqual([{ run: 'july', already: false }]);
    const before = await journal.read('july', 1, 1_000);
    expect(await put(given('july'))).toEqual([{ run: 'july', already: true }]);
    expect(await put(given('other'))).toEqual([{ run: 'july', already: true }]);
    expect(await journal.read('july', 1, 1_000)).toEqual(before);
    expect((await journal.runs()).map(({ run }) => run)).toEqual(['july']);
  });

  it('the header says where it comes from, and times are those of the record', async () => {
    const { journal, put } = open();
    await put(given('july'));
    const [header] = await journal.runs();
    expect(header).toMatchObject({
      createdAt: Date.UTC(2031, 6, 8, 9),
      finishedAt: Date.UTC(2031, 6, 8, 10),
      options: { origin: 'import', importedFrom: 'nodes.csv', importedAt: SOURCE.at, by: 'lead' },
    });
  });

  it('a name that another run has: refused before anything of the file is written', async () => {
    const { journal, put } = open();
    await put(given('july'));
    await expect(put(given('august', '10:30'), given('july', '11:00'))).rejects.toThrow(
      'there is another run july in the journal: give --name',
    );
    expect((await journal.runs()).map(({ run }) => run)).toEqual(['july']);
  });

  it('targets: none is occupied, so a real run may have them', async () => {
    const { journal, put } = open();
    await put(given('july'));
    const [header] = await journal.runs();
    if (!header) throw new Error('no header');
    await expect(journal.create({ ...header, run: 'image-1' }, ['n1', 'n2', 'n3'])).resolves.toBeUndefined();
  });

  it('cut off after its header: the next import fills it', async () => {
    const { journal, put } = open();
    const july = given('july');
    const { journal: other, put: putOther } = open();
    await putOther(july);
    const [header] = await other.runs();
    if (!header) throw new Error('no header');
    await journal.create(header, []);
    expect(await put(july)).toEqual([{ run: 'july', already: true }]);
    expect((await journal.read('july', 1, 1_000)).length).toBe(july.entries.length);
    expect((await journal.runs())[0]?.finishedAt).toBe(Date.UTC(2031, 6, 8, 10));
  });
});
