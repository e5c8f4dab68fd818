// The book of acts: whatever somebody did or was refused that no journal of a run tells. It only grows, and stays out of memory.
import type { Journal, StoredStreamEntry } from '../core/ports.ts';
import type { Role } from '../core/roles.ts';
import type { Clock } from '../std/clock.ts';
import type { Json, JsonObject } from '../std/json.ts';
import { appendLine } from './book.ts';
import { blotSecrets } from './secret.ts';

export interface Act {
  readonly by: string;
  /** nobody: whoever it was had shown nothing. */
  readonly role: Role | 'nobody';
  /** tcp: over a port, no more is known. */
  readonly via: 'socket' | 'tcp' | 'loopback' | 'token' | 'session';
  /** As the contract names it: "people.mint". */
  readonly procedure: string;
  readonly why: string;
  readonly outcome: 'done' | 'refused';
  /** What it was about. Scrubbed before it is written. */
  readonly data: JsonObject;
}

interface RecordedAct extends Act {
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
}

export interface Acts {
  /** Never refuses: an act that cannot be written as it was is written without what gave offence. */
  record(act: Act): Promise<RecordedAct>;
  /** Acts with seq >= from, oldest first, at most `limit`. */
  list(from: number, limit: number): Promise<readonly RecordedAct[]>;
}

export function openActs(journal: Journal, clock: Clock): Acts {
  return {
    record: async ({ by, role, via, procedure, why, outcome, data }) => {
      const did: Did = { role, via, procedure: blotSecrets(procedure), data: scrubbed(data) };
      const line = { kind: outcome, by: blotSecrets(by), why: blotSecrets(why), data: did };
      return recorded(await appendLine(journal, clock, 'acts', line));
    },
    list: async (from, limit) => (await journal.readStream('acts', from, limit)).map(recorded),
  };
}

/** A copy in which no value under a telling name, and no secret of ours inside of other text, is left. */
function scrubbed(data: JsonObject): JsonObject {
  const clean = (value: Json): Json => {
    if (typeof value === 'string') return blotSecrets(value);
    if (typeof value !== 'object' || value === null) return value;
    return Array.isArray(value) ? value.map(clean) : scrubbed(value as JsonObject);
  };
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      blotSecrets(name),
      TELLING.test(name.replaceAll(/[^a-zA-Z]/g, '')) ? WITHHELD : clean(value),
    ]),
  );
}

/** Rather too much than too little: "keyboard" is withheld too. */
const TELLING = /token|secret|passw|passphrase|credential|authori[sz]ation|cookie|csrf|bearer|key/i;
const WITHHELD = '(withheld)';

type Did = Pick<Act, 'role' | 'via' | 'procedure' | 'data'>;

function recorded(entry: StoredStreamEntry): RecordedAct {
  const { seq, at, kind, by, why } = entry;
  return { seq, at, by, why, outcome: kind as Act['outcome'], ...(entry.data as Did) };
}
