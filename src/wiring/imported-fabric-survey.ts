// A fleet file from a fabric, live or as somebody saved it: asks the tool or takes the text, reads the names, and hands both on.
import type { ImportFabricAsked } from '../api/contract/map-schemas.ts';
import { infinibandOptions } from '../drivers/infiniband/options.ts';
import { NO_NAMES, parseNames, type NamesFile } from '../drivers/infiniband/names.ts';
import { parseNetdiscover } from '../drivers/infiniband/netdiscover.ts';
import { Tools } from '../drivers/infiniband/tools.ts';
import { wordsOf } from '../drivers/shared/command.ts';
import type { DriverContext } from '../drivers/shared/context.ts';
import { BadInputError, shorten } from '../files/problem.ts';
import { NAME } from '../files/values.ts';
import { importedFabric, type ImportedFabric } from './imported-fabric.ts';
import { checkedOptions } from './drivers.ts';

/** Rejects with BadInputError, DriverOptionsError, or the driver's ToolError when ibnetdiscover fails. */
export async function surveyFabric(asked: ImportFabricAsked, context: DriverContext): Promise<ImportedFabric> {
  const settings = checkedOptions(infinibandOptions, { use: 'infiniband', options: asked.options as JsonOptions });
  if (!NAME.test(asked.fleet)) throw badName(asked.fleet);
  const names = asked.names === null ? NO_NAMES : namesIn(asked.names);
  const source = { names, fleet: asked.fleet, cables: asked.cables, driver: optionsGiven(asked) };
  if (asked.sweep !== null) return importedFabric(parseNetdiscover(asked.sweep.text), { ...source, from: asked.sweep.file });
  const tools = new Tools(settings, context);
  try {
    const { ibnetdiscover } = settings.commands;
    const said = await tools.read(ibnetdiscover, new AbortController().signal);
    const imported = importedFabric(parseNetdiscover(said.stdout), { ...source, from: ibnetdiscover.join(' ') });
    const words = wordsOf({ ...said, stdout: '' });
    return words === '' ? imported : { ...imported, findings: [{ ...UNANSWERED, message: words }, ...imported.findings] };
  } finally {
    tools.close();
  }
}

/** Ports that do not answer are said to stderr; the sweep goes on without them. */
const UNANSWERED = { severity: 'warning', target: 'ibnetdiscover', rule: 'sweep-incomplete' } as const;

/** As they stand in the fleet file: what was given, the names file by its path. */
function optionsGiven({ options, names }: ImportFabricAsked): JsonOptions {
  return { ...(options as JsonOptions), ...(names === null ? {} : { names: names.file }) };
}

type JsonOptions = Parameters<typeof importedFabric>[1]['driver'];

function namesIn({ file, text }: NonNullable<ImportFabricAsked['names']>): NamesFile {
  const names = parseNames(text);
  if (names.problems.length === 0) return names;
  const mend = 'write GUID NAME or GUID NAME HCA, each GUID once';
  throw new BadInputError(names.problems.map(({ line, text: value, why }) => ({ file, line, col: 1, value: shorten(value), why, mend })));
}

function badName(value: string): BadInputError {
  return new BadInputError([{ file: '--fleet', line: 1, col: 1, value, why: 'is no name', mend: 'use letters, digits and . _ -' }]);
}
