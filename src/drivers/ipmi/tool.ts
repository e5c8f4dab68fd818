// Calls ipmitool for one BMC at a time, a bounded number at once, and says in words what it said when there was no session.
import type { Clock } from '../../std/clock.ts';
import { CommandEndError, passedEnv, programOf, runCommand, wordsOf, type CommandEnd } from '../shared/command.ts';
import type { DriverContext } from '../shared/context.ts';
import { msOf } from '../shared/options.ts';
import { fewOf, Pending } from '../shared/pending.ts';
import { Turns } from '../shared/turns.ts';
import { placeOf, readAddresses, readPassword, type Place } from './files.ts';
import { ipmiOptions, type IpmiOptions, type IpmiSettings } from './options.ts';

/**
 * said: ipmitool had a session and ended; `exit` 0 is not yet a success. none: certainly nothing was sent but the opening of a session.
 * lost: it did not come to its end, and nobody knows.
 */
export type Said =
  | { readonly kind: 'said'; readonly exit: number; readonly stdout: string; readonly words: string }
  | { readonly kind: 'none'; readonly words: string }
  | { readonly kind: 'lost'; readonly words: string };

const OUTPUT_BYTES_MAX = 65_536;

const NO_SESSION = /Unable to establish|Address lookup for|Could not open socket|No hostname specified|Invalid (hostname|port)/i;

/** ipmitool's words (with -v) and what they mean; the first that matches counts. */
const MEANINGS: readonly (readonly [RegExp, (settings: IpmiSettings, place: Place) => string])[] = [
  [/Address lookup for/i, (_, { host }) => `the name ${host} is not known to the resolver: give its address in \`addresses\``],
  [
    /RAKP 2 HMAC is invalid|RAKP 4 message.*invalid|password (?:is )?(?:invalid|verification failed)/i,
    ({ user }) => `the password of ${user} is refused`,
  ],
  [/unauthorized name/i, ({ user }) => `the BMC has no user ${user}, or does not let it in`],
  [
    /unauthorized role|requested role|Set Session Privilege Level to \w+ failed/i,
    ({ user, privilege }) => `${user} may not be ${privilege}: see \`privilege\``,
  ],
  [
    /invalid (?:authentication|integrity|confidentiality) algorithm|no matching cipher suite|no cipher suite match/i,
    ({ cipher }) => `the BMC does not offer cipher suite ${cipher}: see \`cipher\` (17 on newer BMCs, 3 on older ones)`,
  ],
  [/insufficient resources/i, () => 'the BMC has no session left: others hold them all'],
  [
    /Get Auth Capabilities error|Get Channel Authentication Capabilities|Unable to establish/i,
    (_, { host, port }) => `no BMC answers at ${host}:${port}`,
  ],
];

export class IpmiTool {
  readonly settings: IpmiSettings;
  readonly clock: Clock;
  readonly #password: string;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #env: NodeJS.ProcessEnv;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();
  readonly #folder: string;
  readonly #pending: Pending;
  readonly #turns: Turns;

  /** Throws for options that do not hold, and for files that are not there. */
  constructor(options: IpmiOptions, context: DriverContext) {
    this.settings = ipmiOptions.parse(options);
    this.clock = context.clock;
    this.#password = readPassword(this.settings, context);
    this.#places = readAddresses(this.settings, context);
    this.#timeoutMs = msOf(this.settings.timeout);
    this.#folder = context.folder;
    this.#pending = new Pending(context.clock);
    this.#turns = new Turns(this.settings.connections);
    this.#env = { ...passedEnv(context.env, ['LD_LIBRARY_PATH']), LC_ALL: 'C', IPMI_PASSWORD: this.#password };
  }

  /** The whole command line, which never holds the password. Throws PlaceholderValueError for a name that no address can have. */
  commandLine(node: string, args: readonly string[]): string[] {
    const { command, user, cipher, privilege, retries } = this.settings;
    const { host, port } = placeOf(node, this.settings, this.#places);
    const session = ['-I', 'lanplus', '-H', host, '-p', String(port), '-U', user, '-E', '-C', String(cipher), '-L', privilege];
    return [...command, ...session, '-N', '1', '-R', String(retries), ...args];
  }

  /** Never rejects. After `deadline` (Unix ms) nothing is started. */
  async say(node: string, args: readonly string[], signal: AbortSignal, deadline = Infinity): Promise<Said> {
    const both = AbortSignal.any([signal, this.#closing.signal]);
    const said = await this.#turns.through(async (): Promise<Said> => {
      const leftMs = deadline - this.clock.now();
      if (leftMs <= 0) return { kind: 'none', words: 'its deadline passed before it could begin' };
      return this.#run(node, args, both, Math.min(this.#timeoutMs, leftMs));
    }, both);
    return said ?? { kind: 'none', words: 'nobody waited for it any more before it began' };
  }

  /** ipmitool's own version. */
  async version(signal: AbortSignal): Promise<Said> {
    return this.#ended([...this.settings.command, '-V'], signal, this.#timeoutMs, null);
  }

  waitingFor(): string[] {
    const slow = this.#pending.slow().map(({ what }) => what);
    const { waiting } = this.#turns;
    const lines = waiting > 0 ? [`ipmi: ${waiting} BMCs wait for one of ${this.settings.connections} turns`] : [];
    return slow.length > 0 ? [...lines, `ipmi: the BMCs of ${fewOf(slow)} slow to answer`] : lines;
  }

  /** Ends every call under way. */
  close(): void {
    this.#closing.abort();
  }

  #run(node: string, args: readonly string[], signal: AbortSignal, timeoutMs: number): Promise<Said> {
    const argv = this.commandLine(node, ['-v', ...args]);
    const place = placeOf(node, this.settings, this.#places);
    return this.#pending.during(node, this.#ended(argv, signal, timeoutMs, place));
  }

  async #ended(argv: readonly string[], signal: AbortSignal, timeoutMs: number, place: Place | null): Promise<Said> {
    try {
      const bounds = { signal, timeoutMs, clock: this.clock, maxBytes: OUTPUT_BYTES_MAX };
      const end = await runCommand({ ...programOf(argv, this.#folder), ...bounds, env: this.#env });
      if (end.exit !== 0 && place && NO_SESSION.test(end.stderr)) {
        const meaning = MEANINGS.find(([pattern]) => pattern.test(end.stderr))?.[1];
        return { kind: 'none', words: meaning?.(this.settings, place) ?? this.#words(end) };
      }
      return {
        kind: 'said',
        exit: end.exit,
        stdout: end.stdout,
        words: this.#words(end.exit === 0 ? { ...end, stderr: '' } : end),
      };
    } catch (error) {
      if (!(error instanceof CommandEndError)) throw error;
      if (!error.started) return { kind: 'none', words: error.message };
      const where = place ? `the BMC at ${place.host}:${place.port}` : 'ipmitool';
      return { kind: 'lost', words: `given up on ${where}: ${error.message}` };
    }
  }

  /** Without the password, should anything ever print it. */
  #words(end: CommandEnd): string {
    return wordsOf(end, { without: OWN_TALK, secrets: [this.#password] });
  }
}

/** What -v brings that is about no failure. */
const OWN_TALK = /^(Loading IANA|Running Get (VSO|PICMG)|Discovered IPMB|Invalid completion code received|Get HPM\.x|>? ?Closing)/;
