// One look at the whole fabric by all tools; who asks together shares it, and none that began before a call ever serves it.
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { sleep } from '../../std/clock.ts';
import { CommandEndError, wordsOf } from '../shared/command.ts';
import { msOf } from '../shared/options.ts';
import type { SweepGraph } from './assemble.ts';
import { parseLinkInfo, type LinkInfo } from './linkinfo.ts';
import { managersOf, type ManagersSeen } from './managers.ts';
import { NO_NAMES, parseNames, type NamesFile } from './names.ts';
import { parseNetdiscover } from './netdiscover.ts';
import { parseQueryErrors, type QueryErrors } from './query-errors.ts';
import { ToolError, type Tools } from './tools.ts';

/** What the tools said, read, not yet judged. */
export interface Sweep extends ManagersSeen {
  /** Unix ms; before the first question was asked. */
  readonly at: number;
  readonly names: NamesFile;
  readonly graph: SweepGraph;
  readonly info: LinkInfo;
  readonly errors: QueryErrors;
  /** Questions of the sweep that nobody answered: what is behind them may be there. */
  readonly unanswered: number;
  /** SHA-256 by the manager's name; null: its command failed. */
  readonly configs: ReadonlyMap<string, string | null>;
}

interface Queued {
  readonly done: Promise<Sweep>;
  readonly given: AbortController;
  waiting: number;
}

export class Sweeper {
  readonly #tools: Tools;
  readonly #gatherMs: number;
  #queued: Queued | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#gatherMs = msOf(tools.settings.gather);
  }

  /** A sweep that begins after this call. Rejects with ToolError; all who wait for it given up, it is ended. */
  async look(signal: AbortSignal): Promise<Sweep> {
    if (signal.aborted) throw new ToolError('nobody waits for it any more');
    const queued = (this.#queued ??= this.#enqueue());
    queued.waiting += 1;
    const gone = new Promise<never>((_, reject) => {
      const leave = (): void => {
        queued.waiting -= 1;
        if (queued.waiting === 0) queued.given.abort();
        reject(new ToolError('nobody waits for it any more'));
      };
      signal.addEventListener('abort', leave, { once: true });
      const settled = (): void => signal.removeEventListener('abort', leave);
      queued.done.then(settled, settled);
    });
    return Promise.race([queued.done, gone]);
  }

  #enqueue(): Queued {
    const given = new AbortController();
    const before = this.#last;
    const begin = async (): Promise<Sweep> => {
      await before;
      await sleep(this.#tools.context.clock, this.#gatherMs);
      this.#queued = null;
      if (given.signal.aborted) throw new ToolError('nobody waits for it any more');
      return sweep(this.#tools, given.signal);
    };
    const done = begin();
    this.#last = done.catch(() => undefined);
    return { done, given, waiting: 0 };
  }
}

/** Rejects with ToolError. */
async function sweep(tools: Tools, signal: AbortSignal): Promise<Sweep> {
  const { commands } = tools.settings;
  const at = tools.context.clock.now();
  const names = await readNames(tools);
  const discovered = await tools.read(commands.ibnetdiscover, signal);
  const graph = parseNetdiscover(discovered.stdout);
  if (graph.hosts.length + graph.switches.length === 0) {
    throw new ToolError(`ibnetdiscover listed no node: ${graph.problems[0]?.text ?? (wordsOf(discovered) || 'not a word')}`);
  }
  const [info, errors, managers, configs] = await Promise.all([
    tools.read([...commands.iblinkinfo, '-l'], signal),
    tools.read(commands.ibqueryerrors, signal, [0, 1]),
    managersOf(tools, graph, names, signal),
    configsOf(tools, signal),
  ]);
  const counters = parseQueryErrors(errors.stdout, errors.stderr);
  if (!counters.complete) throw new ToolError(`ibqueryerrors ended without its summary: ${wordsOf(errors) || 'not a word'}`);
  const unanswered = [...`${discovered.stderr}\n${info.stderr}`.matchAll(UNANSWERED)].length;
  return { at, names, graph, info: parseLinkInfo(info.stdout), errors: counters, unanswered, ...managers, configs };
}

/** How the tools say that a question got no answer. */
const UNANSWERED = /bad status \d+|timed out/gi;

/** An unreadable file is a sweep without names that says why. Rejects with ToolError. */
export async function readNames(tools: Tools): Promise<NamesFile> {
  const { names } = tools.settings;
  if (names === undefined) return NO_NAMES;
  try {
    return parseNames(await readFile(resolve(tools.context.folder, names), 'utf8'));
  } catch (error) {
    throw new ToolError(`names: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function configsOf(tools: Tools, signal: AbortSignal): Promise<ReadonlyMap<string, string | null>> {
  const read = tools.settings.managers.map(async ({ name, config }): Promise<[string, string | null] | null> => {
    if (config === undefined) return null;
    try {
      const { exit, stdout } = await tools.start(config, signal);
      return [name, exit === 0 ? createHash('sha256').update(stdout).digest('hex') : null];
    } catch (error) {
      if (error instanceof CommandEndError) return [name, null];
      throw error;
    }
  });
  return new Map((await Promise.all(read)).filter((one) => one !== null));
}
