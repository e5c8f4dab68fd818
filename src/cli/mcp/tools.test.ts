import { Client as Assistant } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import type { Client } from '../client.ts';
import { createToolServer, offered } from './tools.ts';

interface Called {
  readonly calls: unknown[];
  readonly client: Client;
}

/** A server that writes down what it was asked. */
function fakeServer(): Called {
  const calls: unknown[] = [];
  const client = {
    runs: {
      list: async () => [{ run: 'image-1' }],
      status: async () => {
        throw new Error('no run image-9 in this state folder');
      },
      control: async (input: unknown) => {
        calls.push(input);
        return { leaves: 'paused' };
      },
    },
  } as unknown as Client;
  return { calls, client };
}

async function connected(acting: boolean, answer: boolean | null): Promise<Called & { assistant: Assistant }> {
  const fake = fakeServer();
  const server = createToolServer(async () => fake.client, { version: '1', acting });
  const assistant = new Assistant({ name: 'test', version: '1' }, { capabilities: answer === null ? {} : { elicitation: { form: {} } } });
  if (answer !== null) {
    assistant.setRequestHandler('elicitation/create', async () => ({ action: 'accept' as const, content: { confirm: answer } }));
  }
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), assistant.connect(here)]);
  return { ...fake, assistant };
}

const PAUSE = { run: 'image-1', word: 'pause', by: '', reason: 'a look', targets: null };

describe('tools of an assistant', () => {
  it('offer: by default nothing that acts; switched on, nothing that needs an admin; never a stream', () => {
    expect(offered({ acting: false }).filter(({ access }) => access.acts)).toEqual([]);
    expect(offered({ acting: true }).some(({ path }) => path.join('.') === 'runs.control')).toBe(true);
    expect(offered({ acting: true }).filter(({ access, isStream }) => (access.acts && access.least === 'admin') || isStream)).toEqual([]);
  });

  it('looks: the answer as JSON, an error as the sentence of the server', async () => {
    const { assistant } = await connected(false, null);
    expect((await assistant.listTools()).tools.map(({ name }) => name)).not.toContain('runs_control');
    expect((await assistant.callTool({ name: 'runs_list', arguments: {} })).content).toEqual([
      { type: 'text', text: '[{"run":"image-1"}]' },
    ]);
    const failed = await assistant.callTool({ name: 'runs_status', arguments: { run: 'image-9' } });
    expect(failed.isError).toBe(true);
    expect(JSON.stringify(failed.content)).toContain('no run image-9');
  });

  it('acts: done after the person said yes, and not after a no', async () => {
    const yes = await connected(true, true);
    await yes.assistant.callTool({ name: 'runs_control', arguments: PAUSE });
    expect(yes.calls).toEqual([PAUSE]);
    const no = await connected(true, false);
    await no.assistant.callTool({ name: 'runs_control', arguments: PAUSE }).catch(() => null);
    expect(no.calls).toEqual([]);
  });

  it('acts: an assistant that cannot ask its person does nothing', async () => {
    const { assistant, calls } = await connected(true, null);
    await assistant.callTool({ name: 'runs_control', arguments: PAUSE }).catch(() => null);
    expect(calls).toEqual([]);
  });
});
