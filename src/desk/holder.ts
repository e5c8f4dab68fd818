// Whoever holds a token or a session: a name, a role, and whose customer it is.
import { ROLES, type Role } from '../core/roles.ts';
import { DeskRefusedError, needText } from './refused.ts';

export interface Holder {
  readonly name: string;
  readonly role: Role;
  /** Whose, for role customer; null for every other role. */
  readonly customer: string | null;
}

/** Throws DeskRefusedError. `what` names the thing that is to be held: "token", "session". */
export function needHolder(what: string, { name, role, customer }: Holder): void {
  needText(`${what}: name`, name, 200);
  const named = `${what} ${name}`;
  if (!ROLES.includes(role)) throw new DeskRefusedError(named, `role ${role} is unknown`, `use ${ROLES.join(', ')}`);
  if (role === 'customer' && (customer === null || customer.trim() === ''))
    throw new DeskRefusedError(named, 'role customer is for one customer', 'say whose with customer');
  if (role !== 'customer' && customer !== null)
    throw new DeskRefusedError(named, `role ${role} is for no customer, not for ${customer}`, 'leave customer out, or use role customer');
}
