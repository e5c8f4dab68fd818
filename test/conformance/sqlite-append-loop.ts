// A process that appends to an SQLite journal until it is ended, or says how the journal behaves once its store has failed:
// node sqlite-append-loop.ts FILE RUN.
import { openSqliteJournal } from '../../src/journal/sqlite/sqlite.ts';
import { wallClock } from '../../src/std/clock.ts';
import { appendLoop, loopEntry } from './append-loop.ts';

const [file = '', run = ''] = process.argv.slice(2);
const journal = openSqliteJournal({ file, clock: wallClock(), flushMs: 1 });
const failed = (call: string) => (error: Error) => console.log(call, error.name);
await appendLoop(journal, run).catch(failed('append'));
await journal.append(run, 0, 2, [loopEntry(0)]).catch(failed('append'));
await journal.claim(run, 0, 'again').catch(failed('claim'));
await journal.appendStream('s', { at: 0, kind: 'said', by: '', why: '', data: {} }).catch(failed('stream'));
console.log('read', (await journal.read(run, 1, 1)).length);
await journal.close();
