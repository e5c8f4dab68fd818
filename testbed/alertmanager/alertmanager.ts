// A real Alertmanager on loopback for tests: without a cluster, with a receiver that goes nowhere, ended with this process.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takePorts, type PortBlock } from '../ports.ts';
import { missingParts, PartMissingError, pathOf } from '../requirements.ts';
import { until } from '../until.ts';

export interface PostedAlert {
  readonly labels: { readonly alertname: string; readonly [label: string]: string };
  /** Unix ms; default: now. */
  readonly startsAt?: number;
  /** Unix ms; a time that is over resolves the alert. */
  readonly endsAt?: number;
}

export interface SilenceAsked {
  readonly matchers: readonly { readonly name: string; readonly value: string; readonly isRegex?: boolean; readonly isEqual?: boolean }[];
  readonly createdBy: string;
  readonly comment: string;
  /** Unix ms. */
  readonly endsAt: number;
}

class AlertmanagerError extends Error {
  override readonly name = 'AlertmanagerError';
}

/** A running Alertmanager. Use it with `await using`, or call `stop`. */
export class Alertmanager implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #ports: PortBlock;
  #daemon: ChildProcess | undefined;
  #reaper: ChildProcess | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(ports: PortBlock) {
    this.#ports = ports;
    this.url = `http://127.0.0.1:${ports.ports[0]}`;
    this.#folder = mkdtempSync(join(tmpdir(), 'pitstop-alertmanager-'));
  }

  /** Resolves once it is ready. Throws PartMissingError, AlertmanagerError; leaves nothing behind then. */
  static async start(): Promise<Alertmanager> {
    const missing = missingParts(['prometheus-alertmanager']);
    if (missing.length > 0) throw new PartMissingError(missing);
    const alertmanager = new Alertmanager(await takePorts(1));
    try {
      alertmanager.#startReaper();
      await alertmanager.#startDaemon();
      return alertmanager;
    } catch (error) {
      await alertmanager.stop();
      throw error;
    }
  }

  /** What Prometheus would send. Throws when it is not taken. */
  async post(alerts: readonly PostedAlert[]): Promise<void> {
    const at = Date.now();
    const body = alerts.map(({ labels, startsAt, endsAt }) => ({
      labels,
      startsAt: new Date(startsAt ?? at).toISOString(),
      endsAt: new Date(endsAt ?? at + 3_600_000).toISOString(),
    }));
    await this.#ask('POST', '/api/v2/alerts', body);
  }

  /** By somebody else; returns its id. */
  async silence({ matchers, createdBy, comment, endsAt }: SilenceAsked): Promise<string> {
    const times = { startsAt: new Date().toISOString(), endsAt: new Date(endsAt).toISOString() };
    const full = matchers.map((matcher) => ({ isRegex: false, isEqual: true, ...matcher }));
    const answer = await this.#ask('POST', '/api/v2/silences', { matchers: full, createdBy, comment, ...times });
    const { silenceID }: { silenceID: string } = JSON.parse(answer);
    return silenceID;
  }

  /** By somebody else. */
  async expire(id: string): Promise<void> {
    await this.#ask('DELETE', `/api/v2/silence/${id}`);
  }

  /** Every silence as the API tells it, expired ones too. */
  async silences(): Promise<readonly { id: string; createdBy: string; comment: string; endsAt: string; status: { state: string } }[]> {
    return JSON.parse(await this.#ask('GET', '/api/v2/silences'));
  }

  /** Each alert's name and instance with whether it is silenced. */
  async alerts(): Promise<readonly { alertname: string; instance: string; silenced: boolean }[]> {
    const told: readonly { labels: Record<string, string>; status: { silencedBy: readonly string[] } }[] = JSON.parse(
      await this.#ask('GET', '/api/v2/alerts'),
    );
    return told.map(({ labels, status }) => ({
      alertname: labels['alertname'] ?? '',
      instance: labels['instance'] ?? '',
      silenced: status.silencedBy.length > 0,
    }));
  }

  /** SIGSTOP: it takes connections and answers nothing, until `thaw`. */
  freeze(): void {
    this.#daemon?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#daemon?.kill('SIGCONT');
  }

  /** kill -9 and a start on the same data: what it had not written down is lost. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#startDaemon();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #startDaemon(): Promise<void> {
    const config = join(this.#folder, 'alertmanager.yml');
    writeFileSync(config, 'route: {receiver: nowhere, group_wait: 1s, group_interval: 1s}\nreceivers: [{name: nowhere}]\n');
    const output = openSync(join(this.#folder, 'out'), 'a');
    const listen = `--web.listen-address=${this.url.replace('http://', '')}`;
    const args = [`--config.file=${config}`, `--storage.path=${join(this.#folder, 'data')}`, listen, '--cluster.listen-address='];
    const daemon = spawn(pathOf('prometheus-alertmanager'), args, { detached: true, stdio: ['ignore', output, output] });
    closeSync(output);
    this.#daemon = daemon;
    if (daemon.pid !== undefined) writeFileSync(join(this.#folder, 'pid'), `${daemon.pid}\n`);
    await until('Alertmanager to be ready', () => this.#ready(daemon), 30);
  }

  async #ready(daemon: ChildProcess): Promise<boolean> {
    if (daemon.exitCode !== null) {
      throw new AlertmanagerError(
        `Alertmanager ended with ${daemon.exitCode}: ${readFileSync(join(this.#folder, 'out'), 'utf8').slice(-500)}`,
      );
    }
    const response = await fetch(`${this.url}/-/ready`).catch(() => undefined);
    return response?.ok === true;
  }

  /** Cleans up even when this process is killed: its end closes the pipe that the reaper waits on. */
  #startReaper(): void {
    const script =
      'cat >/dev/null; if [ -r "$0/pid" ]; then read -r p <"$0/pid"; ' +
      'case "$(cat /proc/$p/comm 2>/dev/null)" in prometheus-aler*) kill -9 "$p" ;; esac; fi; rm -rf "$0"';
    this.#reaper = spawn('sh', ['-c', script, this.#folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  }

  async #ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<string> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new AlertmanagerError(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  async #end(): Promise<void> {
    if (this.#daemon === undefined) return;
    this.#daemon.kill('SIGKILL');
    await ended(this.#daemon);
  }

  async #stop(): Promise<void> {
    await this.#end();
    if (this.#reaper !== undefined) {
      this.#reaper.kill('SIGKILL');
      await ended(this.#reaper);
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    this.#ports.release();
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}
