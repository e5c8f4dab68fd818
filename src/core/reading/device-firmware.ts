// What tools tell of the firmware of devices, in one shape: what runs, what is burnt and waits, and what they could not say.

export interface DeviceFirmware {
  /** As the tool names the device. */
  readonly name: string;
  /** Part number; null: not told. */
  readonly part: string | null;
  /** Board id of an adapter or switch (`MT_0000000838`); null: not told, or there is none. */
  readonly psid: string | null;
  readonly running: string | null;
  /** What is on the flash, or staged, and runs after the next activation; the same as `running` when nothing waits. null: not told. */
  readonly burnt: string | null;
}

export interface FirmwareReport {
  readonly devices: readonly DeviceFirmware[];
  /** What the tool complained of, in its own words. */
  readonly faults: readonly string[];
}

/** A value of a report; null for the words that tools have for "not known". */
export function known(text: string | undefined): string | null {
  const value = (text ?? '').trim();
  return value === '' || /^(\[?N\/A\]?|-+|none|unknown|\[?(not supported|unknown error)\]?)$/i.test(value) ? null : value;
}

/** `Key:  value` lines of the text, the first of a key; a key is everything before the colon. */
export function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf(':');
    const key = line.slice(0, Math.max(0, at)).trim();
    if (at > 0 && !fields.has(key)) fields.set(key, line.slice(at + 1).trim());
  }
  return fields;
}

/** Lines in which a tool of the Mellanox family reports a failure. */
export function complaints(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('-E-'));
}
