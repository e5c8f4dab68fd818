// The parts of a multipart/form-data body (RFC 7578), for bodies that fit into memory.

export interface Part {
  readonly name: string;
  readonly filename: string | null;
  readonly body: Buffer;
}

/** null: not of that form. */
export function partsOf(contentType: string, body: Buffer): Part[] | null {
  const boundary = /^multipart\/form-data\s*;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return null;
  const parts: Part[] = [];
  let from = body.indexOf(`--${boundary}\r\n`);
  if (from < 0) return null;
  from += boundary.length + 4;
  for (;;) {
    const to = body.indexOf(`\r\n--${boundary}`, from);
    if (to < 0) return null;
    const part = partOf(body.subarray(from, to));
    if (!part) return null;
    parts.push(part);
    const next = to + boundary.length + 4;
    if (body.subarray(next, next + 2).toString('latin1') === '--') return parts;
    from = next + 2;
  }
}

function partOf(bytes: Buffer): Part | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.subarray(0, end).toString('utf8');
  const disposition = /^content-disposition:\s*form-data(.*)$/im.exec(head)?.[1] ?? '';
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) return null;
  return { name, filename: /;\s*filename="([^"]*)"/i.exec(disposition)?.[1] ?? null, body: bytes.subarray(end + 4) };
}
