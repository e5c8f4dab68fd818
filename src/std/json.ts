// What JSON can hold, as a type: documents, evidence and journal notes are made of it and of nothing else.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A value of a document or of evidence as words for people: strings as they are, nothing as '', the rest as JSON. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
