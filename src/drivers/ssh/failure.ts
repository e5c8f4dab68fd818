// Why a node was not reached, told apart by what that says about the node: nobody answered (a fact about it), or we were not able to ask.

/**
 * silent: nobody answered, the port is closed, or the connection ended before the login. host-key: somebody answered who is not proven
 * to be the node. login: the node refuses our key. ours: name service, jump host, limits of this machine or of the server. given-up:
 * the caller's signal or deadline.
 */
export type SshFailureKind = 'silent' | 'host-key' | 'login' | 'ours' | 'given-up';

/** The command was certainly not sent. The message never holds a secret. */
export class SshConnectError extends Error {
  override name = 'SshConnectError';
  readonly kind: SshFailureKind;
  /** Another try soon may well succeed: the server dropped us before the login, as it does over MaxStartups. */
  readonly retryable: boolean;
  constructor(kind: SshFailureKind, message: string, retryable = false) {
    super(message);
    this.kind = kind;
    this.retryable = retryable;
  }
}

const SILENT_CODES = new Set(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ECONNRESET', 'EPIPE']);

/** Of an error of a TCP socket. */
export function socketFailure(error: NodeJS.ErrnoException, where: string): SshConnectError {
  const code = error.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new SshConnectError('ours', `the name of ${where} is not known to the resolver (${code}): give its address in \`addresses\``);
  }
  const dropped = code === 'ECONNRESET' || code === 'EPIPE';
  return new SshConnectError(SILENT_CODES.has(code) ? 'silent' : 'ours', `${where}: ${code || error.message}`, dropped);
}

export function asConnectError(error: unknown): SshConnectError {
  if (error instanceof SshConnectError) return error;
  return new SshConnectError('ours', error instanceof Error ? error.message : String(error));
}
