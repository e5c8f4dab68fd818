// A maintenance that others carry out, followed read only: looks, asks the core what that means, and feeds the run's machine. Everything it
// must remember is in the journal, so a restarted server goes on where it was.
import { eventsOf, outWords, seenInService, seenOut, standingOf, UNSEEN, type Sighting } from '../../core/past/sightings.ts';
import type { EntryNote, SchedulerFacts, ShellFacts, StoredEntry } from '../../core/ports.ts';
import { foldNames } from '../../core/fleet/nodeset.ts';
import { STAGES, stageCode, type Stage } from '../../core/run/states.ts';
import { textOf, type JsonObject } from '../../std/json.ts';
import type { RunHost } from '../host.ts';
import { LEAVES } from '../leaves.ts';
import { readVersions } from '../steps/read.ts';
import { lookAtAll } from '../watch.ts';

const WAITING = stageCode('waiting');
const RUNNING = stageCode('running');
const RETURNED = stageCode('returned');
const SETTLED = stageCode('settled');

const NEVER_LEFT: EntryNote = { why: 'never left service', data: { seen: 'in-service' } };

/** Resolves when every node that left service is back and has stayed so for the plan's soak, when the watch was aborted, or the host stopped. */
export async function watchOthers(host: RunHost): Promise<void> {
  const watch = new Watch(host, await sightingsOf(host));
  const { run } = host.chronicle.state;
  const over = (): boolean => host.stopped !== null || run.aborted || run.open === 0;
  if (!run.begun && !over()) await watch.begin();
  const asking = watch.askNodes(over).catch((error: unknown) => host.fail(error));
  while (!over()) {
    await watch.round();
    if (!over()) await host.tick(host.parts.pace.pollMs);
  }
  await asking;
  if (host.stopped === null) await host.parts.journal.finish(host.run, host.now());
}

/** The watch ends now: who is not back is named. Returns a sentence on what that leaves. */
export function endWatch(host: RunHost, words: { readonly by: string; readonly why: string }): string {
  const missing = { why: `not back when the watch was ended: ${words.why}` };
  for (const [target, stage] of host.chronicle.state.stage.entries()) {
    if (stage === WAITING) host.feed(target, 'skip', NEVER_LEFT);
    if (stage !== RUNNING) continue;
    host.feed(target, 'expired', missing);
    host.feed(target, 'drop', missing);
  }
  host.feed(-1, 'abort', words);
  return LEAVES.endWatch;
}

class Watch {
  readonly #host: RunHost;
  readonly #sightings: Sighting[];
  #countBefore = -1;

  constructor(host: RunHost, sightings: Sighting[]) {
    this.#host = host;
    this.#sightings = sightings;
  }

  /** Everything in service now may be seen to leave; what is out already is not taken. A scheduler that does not answer is waited for. */
  async begin(): Promise<void> {
    const host = this.#host;
    let facts = await lookAtAll(host);
    while (facts.size === 0 && host.stopped === null) {
      await host.tick(host.parts.pace.pollMs);
      facts = await lookAtAll(host);
    }
    if (host.stopped !== null) return;
    const targets = [...host.parts.program.targets.keys()];
    const taken = targets.filter((target) => standingOf(facts.get(target) ?? null) === 'in-service');
    if (taken.length === 0) {
      host.feed(-1, 'abort', { by: 'pitstop', why: 'not one node is in service, so none could be seen to leave' });
      return;
    }
    const inService = new Set(taken);
    for (const target of targets) if (!inService.has(target)) host.feed(target, 'skip', leftOut(facts.get(target)));
    for (const cluster of host.parts.program.clusters.keys()) host.feed(-1, 'window', { why: 'watched from now on' }, cluster * 2 + 1);
    host.feed(-1, 'begin', { data: { inService: taken.length } });
  }

  /** One look at the scheduler, and what follows from it. */
  async round(): Promise<void> {
    const host = this.#host;
    const facts = await lookAtAll(host);
    if (host.stopped !== null) return;
    this.#noteCount(facts);
    for (const target of host.parts.program.targets.keys()) this.#follow(target, facts.get(target) ?? null);
    if (this.#quiet()) this.#end();
  }

  /** Boot ids and versions: of every node once, then of those whose boot may be another. Until `over`. */
  async askNodes(over: () => boolean): Promise<void> {
    const host = this.#host;
    const nodes = [...host.parts.program.targets.keys()].filter((target) => this.#hasShell(target) && this.#stage(target) !== 'skipped');
    if (nodes.length === 0) return;
    await Promise.all(nodes.filter((target) => this.#sightings[target] === UNSEEN).map((target) => this.#ask(target)));
    while (!over()) {
      await Promise.all(nodes.filter((target) => this.#mayHaveBooted(target)).map((target) => this.#ask(target)));
      if (!over()) await host.tick(host.parts.pace.nodePollMs);
    }
  }

  #follow(target: number, facts: SchedulerFacts | null): void {
    const host = this.#host;
    const before = this.#sighting(target);
    const hasShell = this.#hasShell(target);
    if (standingOf(facts) === 'out' && this.#isGone(target)) this.#remember(target, seenOut(before, facts, null, hasShell));
    if (standingOf(facts) === 'in-service' && !hasShell && before.down) this.#remember(target, seenInService(before, null));
    const { versions, bootId } = before;
    const baseline = { gpus: facts?.gpus ?? null, versions, bootId };
    for (const { kind, note } of eventsOf(this.#stage(target), this.#nthStep(target), facts, this.#sighting(target), baseline)) {
      host.feed(target, kind, note);
    }
    if (facts && this.#isGone(target)) host.waitingFor[target] = `its return by others (${outWords(facts)})`;
    const soaked = host.now() - (host.chronicle.returnedAt[target] as number) >= host.parts.program.soakMs;
    if (this.#stage(target) === 'returned' && standingOf(facts) === 'in-service' && soaked) host.feed(target, 'soak-passed');
  }

  async #ask(target: number): Promise<void> {
    const host = this.#host;
    const { facts } = await host.look(target, 'shell');
    const shell = facts?.role === 'shell' ? facts : null;
    if (host.stopped !== null) return;
    if (this.#isGone(target)) {
      this.#remember(target, seenOut(this.#sighting(target), null, shell, true));
      return;
    }
    const versions = await this.#versions(target, shell);
    if (host.stopped === null && shell && !this.#isGone(target))
      this.#remember(target, { ...seenInService(this.#sighting(target), shell), versions });
  }

  /** What runs, where the watch was told how to read it; what was known before, where nobody answers. */
  async #versions(target: number, shell: ShellFacts | null): Promise<JsonObject> {
    const host = this.#host;
    const { program, pace } = host.parts;
    const conform = program.steps[program.chains[program.chainOf[target] as number]?.conform ?? -1];
    const known = this.#sighting(target).versions;
    if (conform?.action.kind !== 'read' || shell?.reachable !== true) return known;
    const reads = { by: 'shell', read: conform.action.read } as const;
    return { ...known, ...(await readVersions(host, target, reads, `${host.run}/watch`, host.now() + pace.callTimeoutMs)).versions };
  }

  #remember(target: number, sighting: Sighting): void {
    if (JSON.stringify(sighting) === JSON.stringify(this.#sighting(target)) && this.#sightings[target] !== UNSEEN) return;
    this.#sightings[target] = sighting;
    void this.#host.write({ target, kind: 'observed', note: { data: { ...sighting } } });
  }

  #noteCount(facts: ReadonlyMap<number, SchedulerFacts>): void {
    const count = [...facts.values()].filter((shown) => shown.inService).length;
    if (facts.size < this.#host.parts.program.targets.length || count === this.#countBefore) return;
    this.#countBefore = count;
    void this.#host.write({ target: -1, kind: 'observed', note: { data: { inService: count } } });
  }

  #quiet(): boolean {
    const { stage } = this.#host.chronicle.state;
    return stage.includes(SETTLED) && !stage.includes(RUNNING) && !stage.includes(RETURNED);
  }

  #end(): void {
    const host = this.#host;
    for (const line of versionLines(host, this.#sightings)) void host.write({ target: -1, kind: 'note', note: { by: 'watch', why: line } });
    for (const [target, stage] of host.chronicle.state.stage.entries()) if (stage === WAITING) host.feed(target, 'skip', NEVER_LEFT);
  }

  #mayHaveBooted(target: number): boolean {
    const { down, rebooted } = this.#sighting(target);
    return this.#isGone(target) ? !rebooted : down || rebooted;
  }

  #isGone(target: number): boolean {
    return this.#host.chronicle.state.stage[target] === RUNNING;
  }

  #stage(target: number): Stage {
    return STAGES[this.#host.chronicle.state.stage[target] as number] as Stage;
  }

  #nthStep(target: number): number {
    const { program } = this.#host.parts;
    const chain = program.chains[program.chainOf[target] as number];
    return (this.#host.chronicle.state.step[target] as number) - (chain?.first ?? 0);
  }

  #sighting(target: number): Sighting {
    return this.#sightings[target] ?? UNSEEN;
  }

  #hasShell(target: number): boolean {
    return this.#host.caller(target, 'shell') !== null;
  }
}

/** As the journal has them. */
async function sightingsOf(host: RunHost): Promise<Sighting[]> {
  const sightings: Sighting[] = Array.from({ length: host.parts.program.targets.length }, () => UNSEEN);
  for await (const entry of host.entries()) if (entry.kind === 'observed' && entry.target >= 0) sightings[entry.target] = sightingOf(entry);
  return sightings;
}

function sightingOf({ note }: StoredEntry): Sighting {
  const { bootId, down, rebooted, versions } = note?.data ?? {};
  const known = typeof versions === 'object' && versions !== null && !Array.isArray(versions) ? (versions as JsonObject) : {};
  return { bootId: typeof bootId === 'string' ? bootId : null, down: down === true, rebooted: rebooted === true, versions: known };
}

function leftOut(facts: SchedulerFacts | undefined): EntryNote {
  return facts ? { why: whyNot(facts), data: { seen: 'out' } } : { why: whyNot(facts) };
}

function whyNot(facts: SchedulerFacts | undefined): string {
  return facts ? `out of service before: ${outWords(facts)}` : 'the scheduler does not know it, or did not answer';
}

/** `host-os 2025.06 -> 2025.07 on n[1-4]`, for what runs another version now than when its node left. */
function versionLines(host: RunHost, sightings: readonly Sighting[]): string[] {
  const moved = new Map<string, string[]>();
  for (const [target, { versions }] of sightings.entries()) {
    for (const [component, before] of Object.entries(host.chronicle.versions[target] ?? {})) {
      const after = versions[component];
      if (after === undefined || after === before) continue;
      const words = `${component} ${textOf(before)} -> ${textOf(after)}`;
      moved.set(words, [...(moved.get(words) ?? []), host.name(target)]);
    }
  }
  return [...moved].map(([words, names]) => `${words} on ${foldNames(names)}`);
}
