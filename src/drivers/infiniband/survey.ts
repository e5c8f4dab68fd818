// A fabric as a graph, for making a fleet file of it: swept now, or read from what ibnetdiscover printed elsewhere.
import type { DriverContext } from '../shared/context.ts';
import { NO_NAMES, renamed, type NamesFile } from './names.ts';
import { parseNetdiscover, type FabricGraph } from './netdiscover.ts';
import { infinibandOptions, type InfinibandOptions } from './options.ts';
import { readNames } from './sweep.ts';
import { Tools } from './tools.ts';

/** Pure. HCAs and switches that the file names are called so, as "NODE HCA" and "SWITCH". */
export function readFabric(text: string, names: NamesFile = NO_NAMES): FabricGraph {
  return renamed(parseNetdiscover(text), names);
}

/** By ibnetdiscover alone. Rejects with ToolError when it does not answer or the names file cannot be read. */
export async function surveyFabric(options: InfinibandOptions, context: DriverContext, signal: AbortSignal): Promise<FabricGraph> {
  const tools = new Tools(infinibandOptions.parse(options), context);
  const names = await readNames(tools);
  const { stdout } = await tools.read(tools.settings.commands.ibnetdiscover, signal);
  return readFabric(stdout, names);
}
