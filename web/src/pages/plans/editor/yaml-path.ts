// Where in a YAML document a place is, by indentation and by open braces: keys from the top, and what could be written there.

export interface YamlPlace {
  /** Keys from the top; an item of a list is null. */
  readonly path: readonly (string | null)[];
  /** key: a key could be written (or is being written). value: a value of the last key of the path. */
  readonly writing: 'key' | 'value';
  /** What stands there already, before and after the place; offset of its first character. */
  readonly word: string;
  readonly from: number;
  /** Keys that stand beside it already. */
  readonly siblings: readonly string[];
}

const KEY = /^(\s*)((?:- +)*)("[^"]*"|'[^']*'|[^\s#:{}[\],"'&*!|>%@`][^:{}[\],]*?) *:(?=\s|$)/;

/** The place at `offset`; null inside a comment or a block of text. */
export function yamlPlaceAt(text: string, offset: number): YamlPlace | null {
  const lineFrom = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineFrom, offset);
  if (/(^|\s)#/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, ''))) return null;
  const lines = text.slice(0, Math.max(0, lineFrom - 1)).split('\n');
  const above = lineFrom === 0 ? [] : lines;
  const found = KEY.exec(before);
  const dashes = /^(\s*)((?:- +)*)/.exec(before);
  const indent = (found?.[1] ?? dashes?.[1] ?? '').length;
  const items = (found?.[2] ?? dashes?.[2] ?? '').length;
  const outer = outerPath(above, indent, items > 0);
  const own = items > 0 ? [...outer, null] : outer;
  const word = wordBefore(before);
  if (!found) {
    const flow = flowPath(before, []);
    if (flow) return { ...flow, path: [...own, ...flow.path], word, from: offset - word.length };
    return { path: own, writing: 'key', word, from: offset - word.length, siblings: siblingsOf(text, lineFrom, indent + items, items > 0) };
  }
  const key = unquoted(found[3] ?? '');
  const rest = before.slice(found[0].length);
  const flow = flowPath(rest, [key]);
  if (flow) return { ...flow, path: [...own, ...flow.path], word, from: offset - word.length };
  return { path: [...own, key], writing: 'value', word, from: offset - word.length, siblings: [] };
}

/** The keys that enclose a line of this indentation, from the lines above it. */
function outerPath(above: readonly string[], indent: number, isItem: boolean): (string | null)[] {
  const path: (string | null)[] = [];
  // An item may stand as far left as the key of its list; an item further right than that encloses, one beside it does not.
  let [keysBefore, dashesBefore] = [isItem ? indent + 1 : indent, indent];
  for (let i = above.length - 1; i >= 0 && keysBefore > 0; i--) {
    const line = above[i] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const found = KEY.exec(line);
    const [lead, dash] = found ? [(found[1] ?? '').length, (found[2] ?? '').length] : leadOf(line);
    const at = lead + dash;
    // The first key of an item stands behind its dash: its neighbours are in the item, not in that key.
    if (dash > 0 && lead < dashesBefore && at >= keysBefore) path.unshift(null);
    else if (found && at < keysBefore && dash > 0) path.unshift(null, unquoted(found[3] ?? ''));
    else if (found && at < keysBefore) path.unshift(unquoted(found[3] ?? ''));
    else continue;
    [keysBefore, dashesBefore] = [dash > 0 ? lead + 1 : lead, lead];
  }
  return path;
}

function leadOf(line: string): [number, number] {
  const [, lead = '', dash = ''] = /^(\s*)((?:- +)*)/.exec(line) ?? [];
  return [lead.length, dash.length];
}

/** What stands open in braces and brackets of this text; null: nothing does. */
function flowPath(text: string, start: readonly string[]): Pick<YamlPlace, 'path' | 'writing' | 'siblings'> | null {
  const open: { readonly kind: '{' | '['; key: string | null; readonly keys: string[] }[] = [];
  let word = '';
  for (const [token] of text.matchAll(/"[^"]*"?|'[^']*'?|[{}[\],]|:(?=\s|$)|[^{}[\],:"']+|:/g)) {
    const top = open.at(-1);
    if (token === '{' || token === '[') open.push({ kind: token, key: null, keys: [] });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && top) top.key = null;
    else if (token === ':' && top?.kind === '{' && top.key === null) {
      top.key = unquoted(word.trim());
      top.keys.push(top.key);
    }
    word = token;
  }
  if (open.length === 0) return null;
  const last = open.at(-1);
  const path: (string | null)[] = [...start];
  for (const each of open) {
    if (each.kind === '[') path.push(null);
    else if (each.key !== null) path.push(each.key);
  }
  const isKey = last?.kind === '{' && last.key === null;
  return { path, writing: isKey ? 'key' : 'value', siblings: isKey ? (last?.keys ?? []) : [] };
}

/** Keys of the same indentation around a line, up and down to where it is left; above the first key of an item there are none. */
function siblingsOf(text: string, lineFrom: number, indent: number, isFirst: boolean): string[] {
  const lines = text.split('\n');
  const own = text.slice(0, lineFrom).split('\n').length - 1;
  const keys: string[] = [];
  for (const step of isFirst ? [1] : [-1, 1]) {
    for (let i = own + step; i >= 0 && i < lines.length; i += step) {
      const line = lines[i] ?? '';
      if (/^\s*(#|$)/.test(line)) continue;
      const found = KEY.exec(line);
      const [lead, dash] = found ? [(found[1] ?? '').length, (found[2] ?? '').length] : leadOf(line);
      if (lead + dash < indent || (lead < indent && dash > 0 && step > 0)) break;
      if (found && lead + dash === indent) keys.push(unquoted(found[3] ?? ''));
      if (dash > 0 && lead + dash === indent) break;
    }
  }
  return keys;
}

function wordBefore(before: string): string {
  return /[A-Za-z0-9_.%-]*$/.exec(before)?.[0] ?? '';
}

function unquoted(key: string): string {
  return key.trim().replaceAll(/^["']|["']$/g, '');
}
