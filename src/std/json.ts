// What JSON can hold, as a type: documents, evidence and journal notes are made of it and of nothing else.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
