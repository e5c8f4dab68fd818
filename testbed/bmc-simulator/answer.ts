// What is sent back: a status, headers, a body; and Redfish's way to word an error.
import type { JsonObject } from '../../src/std/json.ts';

export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: JsonObject | null;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: Buffer;
  /** "http://127.0.0.1:8000": where this BMC listens. */
  readonly origin: string;
}

export function answer(status: number, body: JsonObject | null = null, headers: { readonly [name: string]: string } = {}): Answer {
  return { status, headers, body };
}

export function refusal(status: number, id: string, text: string): Answer {
  return answer(status, {
    error: {
      code: id,
      message: 'See @Message.ExtendedInfo.',
      '@Message.ExtendedInfo': [{ MessageId: id, Message: text, MessageSeverity: 'Critical', Resolution: 'None.' }],
    },
  });
}

/** The JSON object of a request's body; null: it is none. */
export function jsonBody(body: Buffer): { readonly [key: string]: unknown } | null {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}
