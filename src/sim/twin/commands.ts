// What an argument list does on a node of the twin, told by the name of its program as a site would name it.

/** A duration: lognormal with this median and log standard deviation. */
export interface Spread {
  readonly medianMs: number;
  readonly logSd: number;
}

export type Command =
  | { readonly kind: 'stage'; readonly version: string }
  | { readonly kind: 'apply' | 'rollback'; readonly component: string; readonly version: string }
  | { readonly kind: 'read'; readonly component: string }
  | { readonly kind: 'check' | 'work' | 'boot-id' | 'other' }
  /** The job is asked for a checkpoint by a file. */
  | { readonly kind: 'ask'; readonly job: string }
  /** Prints when the job last wrote a checkpoint (Unix ms); exit 1 when it never did. */
  | { readonly kind: 'checkpoint'; readonly job: string };

/** Parts of a program's name, in the order in which they are looked for. */
const WORDS: readonly (readonly [RegExp, Command['kind']])[] = [
  [/checkpoint|ckpt|^stat$/, 'checkpoint'],
  [/^touch$/, 'ask'],
  [/boot-?_?id/, 'boot-id'],
  [/stage/, 'stage'],
  [/rollback/, 'rollback'],
  [/apply/, 'apply'],
  [/version/, 'read'],
  [/health|check/, 'check'],
  [/^work(\.|$)/, 'work'],
];

/**
 * Reads `/opt/site/apply [COMPONENT] VERSION`, `version [COMPONENT]`, `stage`, `rollback`, `health`, `work`, `bootid` and
 * `checkpoint JOB` by the program's last path element; the first of `components` is meant where none is named. `touch FILE` asks
 * the job whose number is in the name for a checkpoint, `stat FILE` tells when it last wrote one.
 */
export function interpretByName(argv: readonly string[], components: readonly string[]): Command {
  const program = (argv[0] ?? '').split('/').at(-1) ?? '';
  const kind = WORDS.find(([word]) => word.test(program))?.[1] ?? 'other';
  const named = argv[1] !== undefined && components.includes(argv[1]) ? argv[1] : null;
  const component = named ?? components[0] ?? '';
  const last = argv.length > 1 ? (argv.at(-1) ?? '') : '';
  if (kind === 'apply' || kind === 'rollback') return { kind, component, version: last };
  if (kind === 'stage') return { kind, version: last };
  if (kind === 'read') return { kind, component };
  if (kind === 'checkpoint' || kind === 'ask') return { kind, job: /\d+/.exec(last)?.[0] ?? '' };
  return { kind };
}
