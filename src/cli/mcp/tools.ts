// The contract's procedures as tools of an assistant: those that look, and, only where somebody switched them on, those that act, each of
// which first asks the person at the assistant's other end.
import { createHash } from 'node:crypto';
import { acceptedContent, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { procedures, type Procedure } from '../../api/contract/walk.ts';
import type { Client } from '../client.ts';

export interface ToolOptions {
  readonly version: string;
  /** Acting tools are offered at all. */
  readonly acting: boolean;
}

/** Larger answers are cut: an assistant asks for less, or for a part. */
const ANSWER_CHARS_MAX = 200_000;

const confirmation = z.object({ confirm: z.boolean().describe('true: do it') });

/** Streams are no tools, and neither is what belongs to the machine of the server. */
export function offered(options: Pick<ToolOptions, 'acting'>): Procedure[] {
  return procedures().filter(
    ({ isStream, access, path }) => !isStream && path[0] !== 'site' && (!access.acts || (options.acting && access.least !== 'admin')),
  );
}

const toolName = ({ path }: Pick<Procedure, 'path'>): string => path.join('_');

export function createToolServer(client: () => Promise<Client>, options: ToolOptions): McpServer {
  const server = new McpServer({ name: 'pitstop', version: options.version }, { capabilities: { tools: {} } });
  for (const procedure of offered(options)) addTool(server, procedure, client);
  return server;
}

function addTool(server: McpServer, procedure: Procedure, client: () => Promise<Client>): void {
  const { access, summary, input } = procedure;
  server.registerTool(
    toolName(procedure),
    {
      description: access.acts ? `${summary}. ACTS: asks the person before it does anything.` : summary,
      inputSchema: input,
      annotations: { readOnlyHint: !access.acts, destructiveHint: access.acts, openWorldHint: false },
    },
    async (given: Record<string, unknown>, context) => {
      if (access.acts) {
        // Bound to the very words: a yes to one act is no yes to another.
        const key = `confirm-${createHash('sha256').update(JSON.stringify(given)).digest('hex').slice(0, 16)}`;
        const said = acceptedContent(context.mcpReq.inputResponses, key, confirmation);
        if (said?.confirm !== true) {
          const message = `${toolName(procedure)}: ${summary}. ${JSON.stringify(given)}`;
          return inputRequired({ inputRequests: { [key]: inputRequired.elicit({ message, requestedSchema: confirmation }) } });
        }
      }
      return answerOf(await client(), procedure, given);
    },
  );
}

async function answerOf(client: Client, { path: [noun, name] }: Procedure, given: Record<string, unknown>) {
  const group = (client as unknown as { [noun: string]: { [name: string]: (input: unknown) => Promise<unknown> } })[noun];
  try {
    const answer = JSON.stringify((await group?.[name]?.(given)) ?? null);
    const text =
      answer.length <= ANSWER_CHARS_MAX ? answer : `${answer.slice(0, ANSWER_CHARS_MAX)}... (cut: ${answer.length} characters in all)`;
    return { content: [{ type: 'text' as const, text }] };
  } catch (error) {
    return { isError: true, content: [{ type: 'text' as const, text: error instanceof Error ? error.message : String(error) }] };
  }
}
