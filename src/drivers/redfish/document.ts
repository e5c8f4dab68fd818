// Reading Redfish documents: what is missing or of another kind than the schema says is null, never an exception.
import type { Json, JsonObject } from '../../std/json.ts';
import { RedfishError } from './failure.ts';

const WORDS_MAX = 400;

/** The object of an answer's text. Throws RedfishError. */
export function parseDocument(text: string, contentType: string, what: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const kind =
      /html/i.test(contentType) || /^\s*<(!doctype|html)/i.test(text) ? 'a web page' : `${text.length} characters that are no JSON`;
    throw new RedfishError('nonsense', `${what}: answered with ${kind}, not with a Redfish document`, { sent: true });
  }
  const document = objectOf(parsed as Json);
  if (document) return document;
  throw new RedfishError('nonsense', `${what}: answered with JSON that is no object`, { sent: true });
}

export function objectOf(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !isList(value) ? value : null;
}

export function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : [];
}

/** '' is null, too. */
export function stringOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function stringsOf(value: Json | undefined): string[] | null {
  return value !== undefined && isList(value) ? value.filter((one) => typeof one === 'string') : null;
}

/** The address in `{"@odata.id": ...}`. */
export function linkOf(value: Json | undefined): string | null {
  return stringOf(objectOf(value)?.['@odata.id']);
}

/** The value at a path of keys. */
export function at(document: JsonObject, ...keys: readonly string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const key of keys) value = objectOf(value)?.[key];
  return value;
}

/** What an error body says, for people; '' when it is no error. A body that only tells of success is none. */
export function errorWords(document: JsonObject): string {
  const error = objectOf(document['error']);
  if (!error) return '';
  const messages = listOf(error['@Message.ExtendedInfo'])
    .map(objectOf)
    .filter((one) => one !== null);
  const bad = messages.filter((one) => !/\.(Success|NoOperation|Created|Accepted)$/.test(stringOf(one['MessageId']) ?? ''));
  if (messages.length > 0 && bad.length === 0) return '';
  const said = bad.map((one) => stringOf(one['Message'])).filter((one) => one !== null);
  const words = said.length > 0 ? said.join(' ') : (stringOf(error['message']) ?? stringOf(error['code']) ?? 'an error without words');
  return shorten(words);
}

export function shorten(words: string): string {
  const line = words.replaceAll(/\s+/g, ' ').trim();
  return line.length > WORDS_MAX ? `${line.slice(0, WORDS_MAX)}…` : line;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
