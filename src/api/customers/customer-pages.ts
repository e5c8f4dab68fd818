// The pages behind the links that customers were given: what stands there, its feed for programs, and what its forms do.
import type { Plan } from '../../core/plan/plan.ts';
import { DeskRefusedError } from '../../desk/refused.ts';
import type { Share } from '../../desk/shares.ts';
import { nodeListOf, nodesJson, nodesText } from '../../report/customer/feed.ts';
import { goneHtml } from '../../report/customer/gone-html.ts';
import { WORD_KINDS, type CustomerPage, type Notice, type WordKind } from '../../report/customer/page-data.ts';
import { customerPageHtml } from '../../report/customer/page-html.ts';
import { momentOfField } from '../../report/customer/reader-clock.ts';
import { ControlRefusedError } from '../../runner/controls.ts';
import type { CustomerPages, PageAnswer, PageAsk } from '../http/pages.ts';
import { Shelf } from '../shelf.ts';
import { ActRefusedError } from './act-refused.ts';
import { carryOut, type Wish } from './acts.ts';
import { Forms } from './forms.ts';
import { NO_FORM, noticeOf, SENT_ALREADY, STALE_FORM, type DoneWord } from './notices.ts';
import { planHas } from './own-targets.ts';
import { Views, type ViewParts } from './views.ts';

/** `patienceMs`: so long a page waits for what is rehearsed for it. */
export interface CustomerPagesSettings {
  readonly patienceMs?: number;
  readonly forms?: Forms;
}

export function createCustomerPages(parts: ViewParts, settings: CustomerPagesSettings = {}): CustomerPages {
  const here = new Here(parts, settings);
  return {
    page: async (secret, ask) => {
      const opened = await here.open(secret);
      return 'gone' in opened ? goneAnswer(opened) : here.show(opened, ask, 200, noticeOf(ask.query.get('done')));
    },
    feed: async (secret, format, ask) => {
      const opened = await here.open(secret);
      if ('gone' in opened) return { status: STATUS[opened.gone], body: goneBody(opened, format) };
      const page = await here.pageOf(opened, ask, null);
      return { status: 200, body: format === 'json' ? nodesJson(page) : nodesText(page, nodeListOf(ask.query.get('state'))) };
    },
    act: async (secret, form, ask) => {
      const opened = await here.open(secret);
      return 'gone' in opened ? goneAnswer(opened) : here.act(opened, form, ask);
    },
  };
}

interface Opened {
  readonly secret: string;
  readonly share: Share;
  readonly plan: Plan;
}

interface Gone {
  readonly gone: 'expired' | 'unknown';
}

const STATUS = { expired: 410, unknown: 404 } as const satisfies { readonly [why in Gone['gone']]: number };

class Here {
  readonly #parts: ViewParts;
  readonly #shelf: Shelf;
  readonly #views: Views;
  readonly #forms: Forms;

  constructor(parts: ViewParts, { patienceMs, forms }: CustomerPagesSettings) {
    this.#parts = parts;
    this.#shelf = new Shelf(parts);
    this.#views = new Views(parts, patienceMs);
    this.#forms = forms ?? new Forms();
  }

  /** A link that was closed reads like one that never was. */
  async open(secret: string): Promise<Opened | Gone> {
    const found = this.#parts.desk.shares.find(secret);
    if (found === null || found.state === 'revoked') return { gone: 'unknown' };
    if (found.state === 'expired') return { gone: 'expired' };
    const { share } = found;
    const plan = await this.#shelf.plan(share.plan).catch(() => null);
    return plan === null || !planHas(plan, share.customer) ? { gone: 'unknown' } : { secret, share, plan };
  }

  pageOf({ secret, share, plan }: Opened, ask: PageAsk, notice: Notice | null): Promise<CustomerPage> {
    const csrf = this.#forms.make(secret);
    return this.#views.page(plan, share.customer, {
      csrf,
      expiresAt: share.expiresAt,
      notice,
      // A page that moves by itself is for those who asked for it.
      refresh: ask.query.get('refresh') === 'on',
    });
  }

  async show(opened: Opened, ask: PageAsk, status: PageAnswer['status'], notice: Notice | null): Promise<PageAnswer> {
    return { status, html: customerPageHtml(await this.pageOf(opened, ask, notice)) };
  }

  async act(opened: Opened, form: URLSearchParams, ask: PageAsk): Promise<PageAnswer> {
    const verdict = this.#forms.take(opened.secret, form.get('csrf') ?? '');
    if (verdict !== 'ok') return this.show(opened, ask, verdict === 'again' ? 409 : 400, verdict === 'again' ? SENT_ALREADY : STALE_FORM);
    const { share, plan, secret } = opened;
    const standing = await this.#views.standing(plan, share.customer);
    const by = `customer ${share.customer}`;
    try {
      const wish = wishOf(form, zoneOf(plan, share.customer));
      if (wish === null) return await this.show(opened, ask, 400, NO_FORM);
      const { isAsked } = await carryOut(this.#parts.desk.customers, standing, wish, { role: 'customer', by, runBy: by, prefix: '' });
      this.#views.forget();
      await this.#record(opened, form, 'done', wish.text);
      const done: DoneWord = isAsked ? 'asked' : wish.kind;
      return { status: 303, html: '', goTo: `/c/${secret}/?done=${done}` };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#record(opened, form, 'refused', error.message);
      return this.show(opened, ask, 409, { kind: 'refused', text: `${error.message}.` });
    }
  }

  /** The run's journal does not tell by which link it came, nor what was refused. */
  async #record({ share }: Opened, form: URLSearchParams, outcome: 'done' | 'refused', why: string): Promise<void> {
    const { id, plan, customer } = share;
    const kind = WORD_KINDS.find((word) => word === form.get('kind')) ?? '';
    const data = { plan, customer, share: id, kind };
    await this.#parts.desk.acts.record({
      by: `customer ${customer}`,
      role: 'customer',
      via: 'tcp',
      procedure: 'customers.act',
      why,
      outcome,
      data,
    });
  }
}

/** null: no form of the page. Throws ActRefusedError for a window that cannot be read. */
function wishOf(form: URLSearchParams, zone: string): Wish | null {
  const kind: WordKind | undefined = WORD_KINDS.find((word) => word === form.get('kind'));
  if (kind === undefined) return null;
  return { kind, targets: form.get('targets'), text: form.get('text') ?? '', window: kind === 'counter' ? windowOf(form, zone) : null };
}

function windowOf(form: URLSearchParams, zone: string): Wish['window'] {
  const [from, to] = (['from', 'to'] as const).map((name) => momentOfField(form.get(name) ?? '', zone));
  if (typeof from !== 'number' || typeof to !== 'number') {
    throw new ActRefusedError(`the window needs a date and time for both ends, as the clocks of ${zone} show them`);
  }
  return { from, to };
}

function zoneOf({ fleet: { document } }: Plan, customer: string): string {
  return document.customers.find(({ name }) => name === customer)?.timezone ?? document.timezone;
}

function isRefusal(error: unknown): error is Error {
  return error instanceof ActRefusedError || error instanceof ControlRefusedError || error instanceof DeskRefusedError;
}

function goneAnswer({ gone }: Gone): PageAnswer {
  return { status: STATUS[gone], html: goneHtml(gone, null) };
}

function goneBody({ gone }: Gone, format: 'txt' | 'json'): string {
  const words = gone === 'expired' ? 'this link has expired' : 'there is nothing here';
  return format === 'json' ? `${JSON.stringify({ error: words })}\n` : `${words}\n`;
}
