// Calls ipmitool for one BMC at a time, a bounded number at once, and says in words what it said when there was no session.
import type { Clock } from '../../std/clock.ts';
import { must } from '../../std/assert.ts';
import { parseDuration } from '../../std/duration.ts';
import { CommandEndError, runCommand } from '../program/command.ts';
import { placeOf, readAddresses, readPassword, type Place } from './files.ts';
import { ipmiOptions, type IpmiContext, type IpmiOptions, type IpmiSettings } from './options.ts';

/**
 * said: ipmitool had a session and ended; `exit` 0 is not yet a success. none: certainly nothing was sent but the opening of a session.
 * lost: it did not come to its end, and nobody knows.
 */
export type Said =
  | { readonly kind: 'said'; readonly exit: number; readonly stdout: string; readonly words: string }
  | { readonly kind: 'none'; readonly words: string }
  | { readonly kind: 'lost'; readonly words: string };

const SLOW_MS = 5_000;
const OUTPUT_BYTES_MAX = 65_536;
const WORDS_MAX = 300;
/** What a program needs of our environment, which may hold secrets of other drivers. */
const ENV_PASSED = ['PATH', 'HOME', 'LD_LIBRARY_PATH'];

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
  readonly #pending = new Set<{ readonly node: string; readonly since: number }>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  /** Throws for options that do not hold, and for files that are not there. */
  constructor(options: IpmiOptions, context: IpmiContext) {
    this.settings = ipmiOptions.parse(options);
    this.clock = context.clock;
    this.#password = readPassword(this.settings, context);
    this.#places = readAddresses(this.settings, context);
    this.#timeoutMs = must(parseDuration(this.settings.timeout), 'timeout of the ipmi driver');
    const passed = Object.fromEntries(ENV_PASSED.flatMap((name) => (context.env[name] === undefined ? [] : [[name, context.env[name]]])));
    this.#env = { ...passed, LC_ALL: 'C', IPMI_PASSWORD: this.#password };
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
    await this.#turn();
    try {
      if (both.aborted) return { kind: 'none', words: 'nobody waited for it any more before it began' };
      const leftMs = deadline - this.clock.now();
      if (leftMs <= 0) return { kind: 'none', words: 'its deadline passed before it could begin' };
      return await this.#run(node, args, both, Math.min(this.#timeoutMs, leftMs));
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }

  /** ipmitool's own version. */
  async version(signal: AbortSignal): Promise<Said> {
    const [file = '', ...before] = this.settings.command;
    return this.#ended({ file, args: [...before, '-V'], signal, timeoutMs: this.#timeoutMs }, null);
  }

  waitingFor(): string[] {
    const now = this.clock.now();
    const slow = [...this.#pending].filter(({ since }) => now - since >= SLOW_MS).map(({ node }) => node);
    const lines = this.#queue.length > 0 ? [`ipmi: ${this.#queue.length} BMCs wait for one of ${this.settings.connections} turns`] : [];
    if (slow.length === 0) return lines;
    const others = slow.length > 3 ? ` and ${slow.length - 3} more` : '';
    return [...lines, `ipmi: the BMCs of ${slow.slice(0, 3).join(', ')}${others} slow to answer`];
  }

  /** Ends every call under way. */
  close(): void {
    this.#closing.abort();
  }

  async #turn(): Promise<void> {
    while (this.#running >= this.settings.connections) await new Promise<void>((go) => this.#queue.push(go));
    this.#running++;
  }

  async #run(node: string, args: readonly string[], signal: AbortSignal, timeoutMs: number): Promise<Said> {
    const one = { node, since: this.clock.now() };
    this.#pending.add(one);
    try {
      const [file = '', ...all] = this.commandLine(node, ['-v', ...args]);
      return await this.#ended({ file, args: all, signal, timeoutMs }, placeOf(node, this.settings, this.#places));
    } finally {
      this.#pending.delete(one);
    }
  }

  async #ended(
    call: { readonly file: string; readonly args: readonly string[]; readonly signal: AbortSignal; readonly timeoutMs: number },
    place: Place | null,
  ): Promise<Said> {
    try {
      const end = await runCommand({ ...call, env: this.#env, clock: this.clock, maxBytes: OUTPUT_BYTES_MAX });
      if (end.exit !== 0 && place && NO_SESSION.test(end.stderr)) {
        const meaning = MEANINGS.find(([pattern]) => pattern.test(end.stderr))?.[1];
        return { kind: 'none', words: meaning?.(this.settings, place) ?? this.#words(end.stderr) };
      }
      return {
        kind: 'said',
        exit: end.exit,
        stdout: end.stdout,
        words: this.#words(end.exit === 0 ? end.stdout : end.stderr || end.stdout),
      };
    } catch (error) {
      if (!(error instanceof CommandEndError)) throw error;
      if (!error.started) return { kind: 'none', words: error.message };
      const where = place ? `the BMC at ${place.host}:${place.port}` : 'ipmitool';
      return { kind: 'lost', words: `given up on ${where}: ${error.message}` };
    }
  }

  /** In one line, bounded, without what ipmitool says of itself, and without the password, should anything ever print it. */
  #words(text: string): string {
    const lines = text.slice(0, 20 * WORDS_MAX).split('\n');
    const told = lines.map((line) => line.trim()).filter((line) => line !== '' && !OWN_TALK.test(line));
    return told.join('; ').replaceAll(this.#password, '***').slice(0, WORDS_MAX);
  }
}

/** What -v brings that is about no failure. */
const OWN_TALK = /^(Loading IANA|Running Get (VSO|PICMG)|Discovered IPMB|Invalid completion code received|Get HPM\.x|>? ?Closing)/;
