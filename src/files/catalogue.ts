// The catalogue: one procedure a component, from the package, then from beside the fleet file, then from --catalogue. A later file with the
// same component replaces the earlier whole, or with `extends: builtin` changes the steps it names.
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Procedure } from '../core/change/procedure.ts';
import { parseDocument } from './document.ts';
import type { Path, SourceDocument } from './document.ts';
import { canonicalJson } from './plan-file.ts';
import { BadInputError, suggest } from './problem.ts';
import { extensionSchema, procedureSchema, STEP_ACTIONS } from './procedure-schema.ts';
import type { WrittenExtension, WrittenProcedure, WrittenStep } from './procedure-schema.ts';
import { normalise } from './procedure-file.ts';
import { folderExists, listFiles, readText } from './read-text.ts';
import { Problems, readWith, Refusal } from './schema.ts';

interface CatalogueEntry {
  readonly procedure: Procedure;
  /** Of the canonical JSON of the procedure. */
  readonly sha256: string;
  readonly defaults: readonly string[];
  readonly file: string;
}

/** By component. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;

export interface CatalogueFile {
  readonly file: string;
  readonly text: string;
}

/** The folders to load, in order: the package's, `catalogue/` beside the fleet file when it exists, and the one given. */
export function catalogueFolders(fleetFile: string | null, extra: string | null): string[] {
  const builtin = join(import.meta.dirname, '..', '..', 'catalogue');
  const beside = fleetFile === null ? null : join(dirname(fleetFile), 'catalogue');
  return [builtin, ...(beside !== null && folderExists(beside) ? [beside] : []), ...(extra === null ? [] : [extra])];
}

/** Every *.yaml, *.yml and *.json of the folders, a later folder over an earlier one. Throws BadInputError. */
export function loadCatalogue(folders: readonly string[]): Catalogue {
  const files = folders.map((folder) => listFiles(folder, ['.yaml', '.yml', '.json']));
  return parseCatalogue(files.map((layer) => layer.map((file) => ({ file, text: readText(file) }))));
}

/** As `loadCatalogue`, from texts; one list a folder. */
export function parseCatalogue(layers: readonly (readonly CatalogueFile[])[]): Catalogue {
  const loaded = new Map<string, Loaded>();
  const bad: BadInputError[] = [];
  for (const layer of layers) {
    const fresh = new Map<string, Loaded>();
    for (const file of layer) {
      try {
        const entry = loadFile(file, loaded);
        refuseTwice(entry, fresh);
        fresh.set(entry.written.component, entry);
      } catch (error) {
        if (!(error instanceof BadInputError)) throw error;
        bad.push(error);
      }
    }
    for (const [component, entry] of fresh) loaded.set(component, entry);
  }
  if (bad.length > 0) throw new BadInputError(bad.flatMap((error) => error.problems));
  refuseCycle(loaded);
  return new Map([...loaded].map(([component, { entry }]) => [component, entry]));
}

/** The text for a component that no catalogue file describes. */
export function notInCatalogue(component: string, catalogue: Catalogue): Refusal {
  const known = [...catalogue.keys()].sort();
  const near = suggest(component, known);
  const list = `known here: ${known.join(', ')}`;
  return new Refusal('is not in the catalogue', near.startsWith('did') ? `${near} ${list}` : list, { value: component });
}

export function sha256Of(procedure: Procedure): string {
  return createHash('sha256').update(canonicalJson(procedure)).digest('hex');
}

interface Loaded {
  readonly written: WrittenProcedure;
  readonly document: SourceDocument;
  readonly entry: CatalogueEntry;
}

function loadFile({ file, text }: CatalogueFile, earlier: ReadonlyMap<string, Loaded>): Loaded {
  const document = parseDocument(text, file);
  const problems = new Problems(document);
  const { value } = document;
  let written: WrittenProcedure;
  let placeOf = (_: string, index: number, key?: string): Path => (key === undefined ? ['steps', index] : ['steps', index, key]);
  if (typeof value === 'object' && value !== null && 'extends' in value) {
    const extension = readWith(extensionSchema, document);
    const base = earlier.get(extension.component);
    if (!base) {
      const known = [...earlier.keys()].sort();
      const mend = known.length === 0 ? 'there is no earlier folder with it' : suggest(extension.component, known);
      problems.add(['component'], new Refusal('there is nothing of this name to extend', mend));
      problems.done();
    }
    written = extend(base?.written ?? { component: '', kind: 'node', steps: [] }, extension, problems);
    const changed = extension.steps ?? {};
    placeOf = (step, _, key) => (Object.hasOwn(changed, step) ? ['steps', step, ...(key === undefined ? [] : [key])] : ['extends']);
  } else written = readWith(procedureSchema, document);
  const { procedure, defaults } = normalise(written, problems, placeOf);
  problems.done();
  return { written, document, entry: { procedure, sha256: sha256Of(procedure), defaults, file } };
}

function extend(base: WrittenProcedure, extension: WrittenExtension, problems: Problems): WrittenProcedure {
  const { extends: _, steps: changes = {}, component: __, ...rest } = extension;
  const known = base.steps.map(({ step }) => step);
  for (const step of Object.keys(changes)) {
    if (!known.includes(step)) problems.add(['steps', step], new Refusal('is no step of it', suggest(step, known), { value: step }));
  }
  const steps = base.steps.map((step): WrittenStep => {
    const change = Object.hasOwn(changes, step.step) ? changes[step.step] : undefined;
    if (!change) return step;
    const kept = { ...step };
    // Another action takes the place of the step's own: exactly one of them may stand.
    if (STEP_ACTIONS.some((key) => change[key] !== undefined)) for (const key of STEP_ACTIONS) delete kept[key];
    return { ...kept, ...change };
  });
  return { ...base, ...rest, steps };
}

function refuseTwice(entry: Loaded, fresh: ReadonlyMap<string, Loaded>): void {
  const first = fresh.get(entry.written.component);
  if (!first) return;
  const problems = new Problems(entry.document);
  problems.add(['component'], new Refusal(`is also in ${basename(first.document.file)}`, 'keep one of them in this folder'));
  problems.done();
}

/** Throws at the file that closes a cycle of `after`. */
function refuseCycle(loaded: ReadonlyMap<string, Loaded>): void {
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (component: string): void => {
    const entry = loaded.get(component);
    if (!entry || done.has(component)) return;
    const at = trail.indexOf(component);
    trail.push(component);
    if (at >= 0) {
      const problems = new Problems(entry.document);
      const cycle = trail.slice(at).join(' after ');
      problems.add(['after'], new Refusal(`a cycle in after: ${cycle}`, 'take one of them out'));
      problems.done();
    }
    for (const before of entry.written.after ?? []) visit(before);
    trail.pop();
    done.add(component);
  };
  for (const component of loaded.keys()) visit(component);
}
