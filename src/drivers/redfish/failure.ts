// Why a BMC did not do or tell what it was asked, told apart by what that says: nobody there, not let in, or an answer not to be believed.

/**
 * silent: nobody answered in time, or the connection broke. tls: who answered is not proven to be this BMC. login: our user or password
 * is refused. status: an HTTP status that is no success. nonsense: an answer that is no Redfish. stranger: another machine answers, or a
 * link leads to one. ours: name service, options. given-up: the caller's signal or deadline.
 */
export type RedfishFailureKind = 'silent' | 'tls' | 'login' | 'status' | 'nonsense' | 'stranger' | 'ours' | 'given-up';

interface Details {
  /** false: the request certainly did not leave. */
  readonly sent: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** The message never holds a secret. */
export class RedfishError extends Error {
  override name = 'RedfishError';
  readonly kind: RedfishFailureKind;
  readonly sent: boolean;
  readonly status: number | null;
  readonly retryAfterMs: number | null;

  constructor(kind: RedfishFailureKind, message: string, details: Details = { sent: false }) {
    super(message);
    this.kind = kind;
    this.sent = details.sent;
    this.status = details.status ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }

  /** What was asked for certainly did not happen. */
  get certain(): boolean {
    return !this.sent || (this.kind === 'status' && this.status !== null && (this.status < 500 || this.status === 503));
  }
}

/** Of an error of a socket or of TLS. */
export function socketFailure(error: NodeJS.ErrnoException, where: string, sent: boolean): RedfishError {
  const code = error.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new RedfishError('ours', `the name of ${where} is not known to the resolver (${code}): give its address in \`addresses\``);
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    const words = code === 'EPROTO' || code.startsWith('ERR_SSL') ? 'no TLS is spoken there, or none that both know' : error.message;
    return new RedfishError('tls', `${where}: ${words} (${code})`, { sent: false });
  }
  return new RedfishError('silent', `${where}: ${code || error.message}`, { sent });
}

export function isGone(error: unknown): boolean {
  return error instanceof RedfishError && (error.status === 404 || error.status === 410);
}

/** The words of a failure; rethrows bugs of ours. */
export function wordsOf(error: unknown): string {
  if (error instanceof RedfishError) return error.message;
  throw error;
}
