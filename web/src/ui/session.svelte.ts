// Who is looking, for every page: asked once, and again after signing in.
import { api, useCsrf, type Who } from './client.ts';

class Session {
  who = $state.raw<Who | null>(null);

  async load(): Promise<void> {
    const who = await api.server.who();
    useCsrf(who.csrf);
    this.who = who;
  }

  /** Whether the role is enough to offer something; the server decides anyway. */
  may(least: 'viewer' | 'operator' | 'approver' | 'admin'): boolean {
    const rank = { customer: 0, viewer: 1, operator: 2, approver: 3, admin: 4 } as const;
    return this.who !== null && rank[this.who.role] >= rank[least];
  }
}

export const session = new Session();
