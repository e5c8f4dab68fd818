// A record of past maintenances, in any of the forms that `runs import` takes, as runs for the journal: the form is told by its first line.
import { basename, extname } from 'node:path';
import type { Fleet } from '../../core/fleet/model.ts';
import { foldNames } from '../../core/fleet/nodeset.ts';
import { pastOfJournal } from '../../core/past/from-journal.ts';
import { maintenancesOf } from '../../core/past/outages.ts';
import { OUTAGE, type PastMaintenance } from '../../core/past/timeline.ts';
import { compile } from '../../core/run/compile.ts';
import { parseBars, parseCsv } from '../csv.ts';
import { parsePlan } from '../plan-file.ts';
import { BadInputError, shorten, type FileProblem } from '../problem.ts';
import { readCurve } from './curve.ts';
import { entriesForPlan, readJournal } from './journal.ts';
import { readNodeTable } from './node-table.ts';
import { Reading } from './reading.ts';
import { contentIdOf, recordOf, runName, type PastRun } from './record.ts';
import { readSlurmEvents } from './slurm-events.ts';
import { readWindows, type WindowRow } from './windows.ts';

interface Text {
  readonly file: string;
  readonly text: string;
}

export interface PastSources extends Text {
  /** IANA zone of times without one. */
  readonly zone: string;
  /** What the runs are called; null: after the file. */
  readonly name: string | null;
  /** Of windows, which do not name their nodes: by id, under null those of all others. A window without any has no nodes. */
  readonly nodes: ReadonlyMap<string | null, readonly string[]>;
  /** Return curves by the id of their window; id null: of the only window. */
  readonly curves: readonly (Text & { readonly id: string | null })[];
  /** Outages that fewer nodes share are no maintenance. */
  readonly nodesMin: number;
  readonly fleet: Fleet | null;
  /** The plan that was run, for a journal. */
  readonly plan: Text | null;
}

export interface PastRuns {
  readonly runs: readonly PastRun[];
  /** What is odd about the record, with its place. */
  readonly remarks: readonly FileProblem[];
  /** What was left out, or had to be assumed, in sentences. */
  readonly notes: readonly string[];
}

/** Throws BadInputError for a file of no known form, and for what cannot be used in it. */
export function readPast(sources: PastSources): PastRuns {
  const form = formOf(sources);
  refuseMisplaced(sources, form);
  const reading = new Reading(sources.file, sources.zone);
  const read = FORMS[form](sources, reading);
  return { runs: read.runs, notes: read.notes ?? [], remarks: [...reading.remarks, ...(read.remarks ?? [])] };
}

type Form = 'journal' | 'events' | 'nodes' | 'windows';

interface Read {
  readonly runs: readonly PastRun[];
  readonly notes?: readonly string[];
  /** Of other files than the record itself. */
  readonly remarks?: readonly FileProblem[];
}

const FORMS: { readonly [form in Form]: (sources: PastSources, reading: Reading) => Read } = {
  journal: journalRun,
  events: eventRuns,
  nodes: nodeRun,
  windows: windowRuns,
};

function formOf({ file, text }: Text): Form {
  const first =
    text
      .replace(/^\uFEFF/, '')
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? '';
  const columns = first
    .toLowerCase()
    .split(/[,|]/)
    .map((name) => name.replaceAll('"', '').trim());
  if (first.startsWith('{')) return 'journal';
  if (first.includes('|') && columns.includes('nodename')) return 'events';
  if (columns.includes('node') && columns.includes('left')) return 'nodes';
  if (columns.some((name) => /^(planned|actual)_(start|end)$/.test(name))) return 'windows';
  const why = 'the first line is of no form that is known';
  const mend =
    'give a table of windows (id,planned_start,planned_end,...), of nodes (node,left,back), the output of sacctmgr -P show event, or of pitstop events';
  throw new BadInputError([{ file, line: 1, col: 1, value: shorten(first), why, mend }]);
}

const FORM_WORDS: { readonly [form in Form]: string } = {
  journal: 'a journal',
  events: "the output of Slurm's accounting",
  nodes: 'a table of nodes',
  windows: 'a table of windows',
};

/** An option that this form of record has no use for was meant for something else. */
function refuseMisplaced({ nodes, curves, plan }: PastSources, form: Form): void {
  const given = [
    { option: '--nodes', on: nodes.size > 0, of: 'windows' },
    { option: '--curve', on: curves.length > 0, of: 'windows' },
    { option: '--plan', on: plan !== null, of: 'journal' },
  ] as const;
  for (const { option, on, of } of given)
    if (on && form !== of) throw badOption(option, '', `is for ${FORM_WORDS[of]}, and this is ${FORM_WORDS[form]}`, 'leave it out');
}

function badOption(option: string, value: string, why: string, mend: string): BadInputError {
  return new BadInputError([{ file: option, line: 1, col: 1, value, why, mend }]);
}

function windowRuns(sources: PastSources, reading: Reading): Read {
  const rows = readWindows(reading, parseCsv(sources.text, sources.file));
  const curves = curvesByWindow(sources, rows);
  const remarks: FileProblem[] = [];
  const taken = new Set<string>();
  const assumed: string[] = [];
  const alone = rows.length === 1 && sources.name !== null;
  const runs = rows.map((row) => {
    const curve = curves.get(row.id) ?? null;
    const curveReading = new Reading(curve?.file ?? '', sources.zone);
    const nodes = nodesOf(sources, row.id);
    const past = pastOfWindow(row, nodes, curve, curveReading);
    remarks.push(...curveReading.remarks);
    if (nodes !== null && curve === null) assumed.push(row.id);
    const run = freeName(runName(alone ? stemOf(sources) : `${stemOf(sources)}-${row.id}`), taken);
    return recordOf(run, row.window.what || row.window.kind, past, originOf(sources));
  });
  const notes = [`without a return curve (--curve ID=FILE) all nodes count as back when the window ended: ${assumed.join(', ')}`];
  return { runs, remarks, notes: assumed.length === 0 ? [] : notes };
}

function pastOfWindow({ window, cell }: WindowRow, nodes: readonly string[] | null, curve: Text | null, reading: Reading): PastMaintenance {
  const { planned, actual } = window;
  const from = actual.from ?? planned.from ?? actual.to ?? planned.to ?? 0;
  const read = curve && nodes && readCurve(reading, parseCsv(curve.text, curve.file), nodes.length);
  if (read?.back[0] !== undefined && read.back[0] < from)
    reading.refuse({ ...cell, line: 1, col: 1 }, 'its first nodes are back before the window began', 'check both, and --timezone');
  reading.done();
  const ended = actual.to === null ? [] : (nodes ?? []).map(() => actual.to ?? 0);
  const back = read ? read.back : ended;
  const known = [actual.from, actual.to, read?.until ?? null].filter((at) => at !== null);
  return {
    steps: [OUTAGE],
    timelines: (nodes ?? []).map((node, i) => ({ node, leftAt: from, ended: back.slice(i, i + 1), why: window.what })),
    window,
    notes: (read?.notes ?? []).map((note) => ({ ...note, by: basename(reading.file) })),
    until: Math.max(from, ...(known.length === 0 ? [planned.to ?? from] : known)),
  };
}

/** Throws BadInputError for what names no window. */
function curvesByWindow(sources: PastSources, rows: readonly WindowRow[]): Map<string, Text> {
  const ids = rows.map(({ id }) => id);
  const known = `known here: ${ids.join(', ')}`;
  for (const id of sources.nodes.keys())
    if (id !== null && !ids.includes(id)) throw badOption('--nodes', id, 'no window of this id', known);
  const found = new Map<string, Text>();
  for (const { id: given, file, text } of sources.curves) {
    const id = given ?? ids[0] ?? '';
    if (given === null && ids.length !== 1)
      throw badOption(
        '--curve',
        file,
        `the record has ${ids.length} windows`,
        `say of which this is the curve: --curve ID=${file}; ${known}`,
      );
    if (!ids.includes(id)) throw badOption('--curve', id, 'no window of this id', known);
    if (nodesOf(sources, id) === null)
      throw badOption('--curve', file, 'a return curve needs to know how many nodes there were in all', 'add --nodes N, or --nodes "SET"');
    found.set(id, { file, text });
  }
  return found;
}

function nodeRun(sources: PastSources, reading: Reading): Read {
  const table = readNodeTable(reading, parseCsv(sources.text, sources.file));
  const past: PastMaintenance = { ...table, window: null, notes: [] };
  const change = past.timelines.find(({ why }) => why !== '')?.why ?? '';
  return { runs: [recordOf(runName(stemOf(sources)), change, past, originOf(sources))] };
}

function eventRuns(sources: PastSources, reading: Reading): Read {
  const events = readSlurmEvents(reading, parseBars(sources.text));
  const { maintenances, alone, ours } = maintenancesOf(events, sources.nodesMin);
  const until = events.reduce((last, { from, to }) => Math.max(last, from, to ?? from), 0);
  const taken = new Set<string>();
  const runs = maintenances.map(({ reason, timelines }) => {
    const day = new Date(timelines[0]?.leftAt ?? 0).toISOString().slice(0, 10);
    const run = freeName(
      runName(maintenances.length === 1 && sources.name !== null ? stemOf(sources) : `${stemOf(sources)}-${day}`),
      taken,
    );
    return recordOf(run, reason, { steps: [OUTAGE], timelines, window: null, notes: [], until }, originOf(sources));
  });
  const notes = [
    ...(alone.length === 0
      ? []
      : [`outages that fewer than ${sources.nodesMin} nodes shared are no maintenance: ${foldNames(alone)} (--least 1 takes them)`]),
    ...(ours.length === 0 ? [] : [`runs of Pitstop's own are in its journal: ${foldNames(ours)}`]),
  ];
  return { runs, notes };
}

function journalRun(sources: PastSources, reading: Reading): Read {
  const journal = readJournal(reading, sources.text);
  const run = runName(sources.name ?? journal.run);
  if (sources.plan !== null) {
    const plan = parsePlan(sources.plan.text, sources.plan.file);
    const entries = entriesForPlan(reading, journal, compile(plan));
    return { runs: [{ run, plan, entries, contentId: contentIdOf([plan.id, entries]) }] };
  }
  const { past, stepsLost } = pastOfJournal(journal.entries);
  const lost = 'its nodes went through different steps, so only their way out and back is kept; --plan PLAN keeps all';
  return { runs: [recordOf(run, journal.run, past, originOf(sources))], notes: stepsLost ? [lost] : [] };
}

function nodesOf({ nodes }: PastSources, id: string): readonly string[] | null {
  return nodes.get(id) ?? nodes.get(null) ?? null;
}

const stemOf = ({ file, name }: PastSources): string => name ?? basename(file, extname(file));

function originOf({ file, zone, fleet }: PastSources): Parameters<typeof recordOf>[3] {
  return { file, zone, fleet, origin: `imported from ${basename(file)}` };
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
  taken.add(free);
  return free;
}
