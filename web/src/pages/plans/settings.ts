// The settings that people try first, read from the policy of a plan, each as a field and as the `--set` that changes it.
import type { Answers } from '../../ui/client.ts';

type Plan = Answers['plans']['get']['document'];
type Quantity = Plan['policy']['atOnce']['nodes'];

interface Common {
  /** As `--set` names it: policy.limits.image-server.count. */
  readonly key: string;
  readonly label: string;
  readonly help: string;
}

/** A number with a slider; `text` is the value of the set. */
interface NumberSetting extends Common {
  readonly kind: 'number';
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly unit: string;
  readonly text: (value: number) => string;
}

/** One of some values; the first is what the plan has. */
interface ChoiceSetting extends Common {
  readonly kind: 'choice';
  readonly value: string;
  readonly choices: readonly { readonly text: string; readonly words: string }[];
}

export type Setting = NumberSetting | ChoiceSetting;

/** A set may be this long on the wire. */
const SET_CHARS_MAX = 480;
const SOAK_MINUTES_MAX = 60;

export function settingsOf(plan: Plan): Setting[] {
  const { policy } = plan;
  return [
    ...canarySetting(plan),
    quantitySetting('policy.atOnce.nodes', 'Nodes at once', 'how many may act at the same time', policy.atOnce.nodes, mostTargets(plan)),
    ...Object.entries(policy.limits).map(([name, { count, owner, per }]) =>
      countSetting(
        `policy.limits.${name}.count`,
        name,
        `limit${per === 'fleet' ? '' : ` per ${per}`}${owner === null ? '' : `, of ${owner}`}`,
        count,
      ),
    ),
    {
      kind: 'number',
      key: 'policy.gates.soak',
      label: 'Soak',
      help: 'how long a node must stay well before it counts for the gate',
      value: Math.round(policy.gates.soakMs / 60_000),
      min: 0,
      max: Math.max(SOAK_MINUTES_MAX, Math.round(policy.gates.soakMs / 30_000)),
      step: 1,
      unit: 'min',
      text: (value) => (value === 0 ? '0' : `${value}m`),
    },
    {
      kind: 'choice',
      key: 'policy.validation.mode',
      label: 'Validation',
      help: 'which nodes are validated before they are returned',
      value: policy.validation,
      choices: [
        { text: 'all', words: 'every node' },
        { text: 'sample', words: 'a sample' },
        { text: 'none', words: 'none' },
      ],
    },
    ...Object.entries(policy.crew).map(([name, { count }]) =>
      countSetting(`policy.crew.${name}.count`, `Crew ${name}`, 'people on shift', count),
    ),
    quantitySetting('policy.gates.returned', 'Return gate', 'how much must be back', policy.gates.returned, mostTargets(plan)),
  ];
}

/** The line that changes the setting; the value as the setting writes it. */
export function setOf({ key }: Common, text: string): string {
  return `${key}=${text}`;
}

/** What the sets say of this setting; null: nothing, the plan's own stands. */
export function saidOf(sets: readonly string[], { key }: Common): string | null {
  return sets.findLast((set) => set.startsWith(`${key}=`))?.slice(key.length + 1) ?? null;
}

/** The sets with this one changed; null takes it away. */
export function withSet(sets: readonly string[], setting: Common, text: string | null): string[] {
  const others = sets.filter((set) => !set.startsWith(`${setting.key}=`));
  return text === null ? others : [...others, setOf(setting, text)];
}

/** The number that a set of this setting says; null: it cannot be read as one, so the plan's own is shown. */
export function numberIn(text: string): number | null {
  const found = /^"?(\d+(?:\.\d+)?)(?:%|m)?"?$/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Sets that no field of its own stands for: one a line. */
export function freeSets(sets: readonly string[], settings: readonly Setting[]): string[] {
  return sets.filter((set) => !settings.some(({ key }) => set.startsWith(`${key}=`)));
}

/** Lines as sets: what is empty, or not `key=value`, is left out. */
export function setsIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/^--set\s+/, ''))
    .filter((line) => /^[A-Za-z0-9_.-]+=./.test(line));
}

/** The canary waits for nobody else when all targets are in it: that is how a plan goes without. */
function canarySetting({ phases, waves }: Plan): Setting[] {
  const has = phases.some(({ name }) => name.includes('canary')) && waves.some(({ after }) => after.length > 0);
  const none = `{targets: ${JSON.stringify(waves.map(({ targets }) => targets).join(','))}, gate: {failed: 1000000}}`;
  if (!has || none.length > SET_CHARS_MAX) return [];
  return [
    {
      kind: 'choice',
      key: 'policy.canary',
      label: 'Canary',
      help: 'goes first, and the others wait for its gate',
      value: '',
      choices: [
        { text: '', words: 'goes first, as planned' },
        { text: none, words: 'none: all start together' },
      ],
    },
  ];
}

function countSetting(key: string, label: string, help: string, count: number): NumberSetting {
  return { kind: 'number', key, label, help, value: count, min: 1, max: Math.max(10, count * 4), step: 1, unit: '', text: String };
}

function quantitySetting(key: string, label: string, help: string, quantity: Quantity, most: number): NumberSetting {
  const common = { kind: 'number', key, label, help, min: 1, step: 1 } as const;
  if (quantity.kind === 'count') return { ...common, value: quantity.count, max: Math.max(quantity.count, most), unit: '', text: String };
  return { ...common, value: Math.round(quantity.share * 100), max: 100, unit: '%', text: (value) => `${value}%` };
}

/** The largest wave is as many as can act at once. */
function mostTargets({ waves }: Plan): number {
  return Math.max(1, ...waves.map(({ atOnce }) => atOnce));
}
