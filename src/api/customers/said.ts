// What was said, as the customer themselves may read it: nothing of other customers, and nobody of the operator by name.
import type { Plan } from '../../core/plan/plan.ts';
import { ROLES } from '../../core/roles.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { SaidSpeech } from '../../desk/customers.ts';
import { withholder } from '../../report/customer/withhold.ts';

const TEAM = 'maintenance team';
/** Names of roles, of nobody in particular. */
const NOBODY: ReadonlySet<string> = new Set([...ROLES, 'lead', 'pitstop', TEAM]);

export function saidTo(plan: Plan, customer: string, said: readonly SaidSpeech[], chronicle: Chronicle | null): SaidSpeech[] {
  const own = new Set([`customer ${customer}`, ...said.filter(({ role }) => role === 'customer').map(({ by }) => by)]);
  const acted = [...said, ...(chronicle?.acts ?? [])].map(({ by }) => by);
  const clean = withholder(
    plan,
    customer,
    acted.filter((by) => !own.has(by) && !NOBODY.has(by)),
  );
  return said.map((speech) => ({ ...speech, by: speech.role === 'lead' ? TEAM : speech.by, text: clean(speech.text) }));
}
