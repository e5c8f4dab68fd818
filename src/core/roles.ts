// Who may what, as an order: each role may do what the ones before it may. A customer stands apart and sees only what is theirs.

export const ROLES = ['viewer', 'operator', 'approver', 'admin', 'customer'] as const;
export type Role = (typeof ROLES)[number];

/** The least role for something; `public` needs none, `customer` is open to that customer and to viewers and up. */
export type Least = 'public' | Role;

const RANK = { customer: 0, viewer: 1, operator: 2, approver: 3, admin: 4 } as const satisfies Record<Role, number>;

/** Whether the role is enough. That a customer sees their own only is for whoever knows whose it is. */
export function allows(role: Role, least: Least): boolean {
  if (least === 'public' || least === 'customer') return true;
  return role !== 'customer' && RANK[role] >= RANK[least];
}
