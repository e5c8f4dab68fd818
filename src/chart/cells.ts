// Lines of characters that keep their width: sizes that cannot go wrong, words that fit or are cut, places that stay free for others.

/** Beyond this nobody reads; it keeps a wrong size from filling the memory. */
const CHARS_MAX = 1_000;
const PART_BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
/** What the signs of the charts become where only ASCII can be shown. */
const ASCII: readonly (readonly [sign: RegExp, ascii: string])[] = [
  [/[█▇▆▅▉▊▋▓]/g, '#'],
  [/[▒┤┬├┴└┼]/g, '+'],
  [/[▄▃▌▍]/g, '='],
  [/░/g, ':'],
  [/[▂▁]/g, '_'],
  [/[─┄▏▎]/g, '-'],
  [/│/g, '|'],
  [/▲/g, '^'],
  [/◀/g, '<'],
  [/[…≈]/g, '~'],
  [/·/g, '.'],
  [/[^ -~]/g, '?'],
];

/** A number of characters or lines, whatever number it was. */
export function size(chars: number): number {
  return Number.isFinite(chars) ? Math.min(CHARS_MAX, Math.max(0, Math.floor(chars))) : 0;
}

/** At most so many characters, the last one "…" where something was cut. */
export function clip(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, Math.max(0, chars - 1))}${chars > 0 ? '…' : ''}`;
}

export function blank(chars: number): string[] {
  return Array.from({ length: chars }, () => ' ');
}

/** Writes the words there, moved in from the left edge, and only where they fit beside what is there already. */
export function put(cells: string[], from: number, words: string): boolean {
  const start = Math.max(0, from);
  const room = cells.slice(Math.max(0, start - 1), start + words.length + 1).every((cell) => cell === ' ');
  if (!room || start + words.length > cells.length) return false;
  for (let i = 0; i < words.length; i++) cells[start + i] = words.charAt(i);
  return true;
}

/** One line, without what would move a cursor, break a table or turn the direction of the words around it. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** A level bar of `share` (0..1) of the room, to an eighth of a character; what is there at all is seen. */
export function levelBar(share: number, chars: number): string {
  const eighths = share > 0 ? Math.min(8 * chars, Math.max(1, Math.round(Math.min(1, share) * 8 * chars))) : 0;
  return `${'█'.repeat(Math.floor(eighths / 8))}${PART_BLOCKS[eighths % 8]}`;
}

/** The same chart for a terminal that shows ASCII alone; every character stays one character. */
export function toAscii(line: string): string {
  return ASCII.reduce((text, [sign, ascii]) => text.replaceAll(sign, ascii), line);
}
