// Slurm's words for a node's state, from scontrol ("MIXED+DRAIN+NOT_RESPONDING") and sinfo ("draining*"), as a base and flags.

export interface NodeState {
  /** Lower case: idle, mixed, allocated, down, unknown, future, error. */
  readonly base: string;
  /** Lower case, in the order given: drain, fail, completing, maintenance, not_responding, reboot_issued, ... */
  readonly flags: ReadonlySet<string>;
}

/** One character behind a word of sinfo (man sinfo, NODE STATE CODES). */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['*', 'not_responding'],
  ['~', 'powered_down'],
  ['#', 'powering_up'],
  ['!', 'power_down'],
  ['%', 'powering_down'],
  ['$', 'maintenance'],
  ['@', 'reboot_requested'],
  ['^', 'reboot_issued'],
  ['-', 'planned'],
]);

const BASES: ReadonlySet<string> = new Set(['idle', 'mixed', 'allocated', 'down', 'unknown', 'future', 'error']);

/** Words of sinfo, long and short, that stand for a base or for a base with a flag. */
const WORDS: ReadonlyMap<string, readonly [string, string | null]> = new Map([
  ['alloc', ['allocated', null]],
  ['mix', ['mixed', null]],
  ['unk', ['unknown', null]],
  ['futr', ['future', null]],
  ['drained', ['idle', 'drain']],
  ['draining', ['allocated', 'drain']],
  ['drng', ['allocated', 'drain']],
  ['comp', ['idle', 'completing']],
  ['maint', ['idle', 'maintenance']],
  ['resv', ['idle', 'reserved']],
  ['plnd', ['idle', 'planned']],
  ['failing', ['allocated', 'fail']],
  ['failg', ['allocated', 'fail']],
  ['inval', ['idle', 'invalid_reg']],
]);

/** Never throws; what nobody knows is base "unknown". */
export function parseNodeState(text: string): NodeState {
  const flags: string[] = [];
  const suffixes: string[] = [];
  let base: string | null = null;
  for (const token of text.trim().toLowerCase().split('+')) {
    const word = token.replace(/[*~#!%$@^-]+$/, '');
    for (const character of token.slice(word.length)) suffixes.push(SUFFIXES.get(character) ?? '');
    const [known, flag] = WORDS.get(word) ?? (BASES.has(word) ? [word, null] : [null, word]);
    base ??= known;
    if (flag) flags.push(flag);
  }
  // sinfo words like "drain" or "completing" name no base: such a node is idle but for its flag.
  const seen = new Set([...flags, ...suffixes].filter(Boolean));
  return { base: base ?? ([...seen].some((flag) => KNOWN_FLAGS.has(flag)) ? 'idle' : 'unknown'), flags: seen };
}

const KNOWN_FLAGS: ReadonlySet<string> = new Set([
  ...SUFFIXES.values(),
  'drain',
  'fail',
  'completing',
  'reserved',
  'invalid_reg',
  'cloud',
  'dynamic_norm',
  'reboot',
]);

/** "idle", "mixed+drain", "down*+drain": lower case, flags joined by "+", `*` for not responding. */
export function showNodeState({ base, flags }: NodeState): string {
  const rest = [...flags].filter((flag) => flag !== 'not_responding');
  return [`${base}${flags.has('not_responding') ? '*' : ''}`, ...rest].join('+');
}

export function rebootPending({ flags }: NodeState): boolean {
  return [...flags].some((flag) => flag.startsWith('reboot'));
}

/** Is a slurmd there to talk to? */
export function responds({ flags }: NodeState): boolean {
  return !flags.has('not_responding') && !flags.has('powered_down') && !flags.has('powering_down');
}

/** Of the state alone: idle, mixed or allocated without a flag that keeps work away. Reservations are looked at elsewhere. */
export function acceptsWork(state: NodeState): boolean {
  if (!['idle', 'mixed', 'allocated'].includes(state.base) || rebootPending(state)) return false;
  return !['drain', 'fail', 'not_responding', 'invalid_reg', 'power_down', 'powering_down'].some((flag) => state.flags.has(flag));
}
