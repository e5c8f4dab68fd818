// A slurmrestd of ours for data parsers that no package of this system has: paths, shapes and errors as Slurm publishes them
// (slurm.schedmd.com/rest_api.html), over a cluster in a file; beside it commands of Slurm's names that show the same cluster.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { deleteReservation, loadCluster, saveCluster, updateNodes, writeReservation, type FakeCluster } from './cluster.ts';

export interface FakeSlurmSettings {
  readonly folder: string;
  readonly cluster: FakeCluster;
  /** "v0.0.40": writes of nodes; from "v0.0.43" on writes of reservations too. */
  readonly version: string;
  readonly token: string;
}

/** What a request gets in the place of its answer. */
export type Trouble = 'none' | 'cut off' | 'html' | 'other shape' | 'refused' | 'silent';

export class FakeSlurm implements AsyncDisposable {
  readonly bin: string;
  readonly requests: string[] = [];
  trouble: Trouble = 'none';
  readonly #settings: FakeSlurmSettings;
  readonly #file: string;
  readonly #server: Server;

  private constructor(settings: FakeSlurmSettings) {
    this.#settings = settings;
    this.#file = join(settings.folder, 'cluster.json');
    this.bin = join(settings.folder, 'bin');
    mkdirSync(this.bin, { recursive: true });
    saveCluster(this.#file, settings.cluster);
    for (const name of ['scontrol', 'squeue']) {
      const script = join(this.bin, name);
      writeFileSync(
        script,
        `#!/bin/sh\nexec '${execPath}' '${fileURLToPath(new URL('./command.ts', import.meta.url))}' '${this.#file}' ${name} "$@"\n`,
      );
      chmodSync(script, 0o755);
    }
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, text, cut }) => {
        if (this.trouble === 'silent') return;
        response.writeHead(status, { 'content-type': 'application/json', ...(cut ? { 'content-length': String(text.length + 10) } : {}) });
        response.write(text, () => (cut ? response.destroy() : response.end()));
      });
    });
  }

  static async start(settings: FakeSlurmSettings): Promise<FakeSlurm> {
    const fake = new FakeSlurm(settings);
    await new Promise<void>((listening) => fake.#server.listen(0, '127.0.0.1', listening));
    return fake;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  get cluster(): FakeCluster {
    return loadCluster(this.#file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; text: string; cut: boolean }> {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(z.instanceof(Buffer).parse(part));
    if (request.headers['x-slurm-user-token'] !== this.#settings.token) return { status: 401, text: 'Authentication failure', cut: false };
    if (url === '/openapi/v3') return { status: 200, text: JSON.stringify({ info: {}, paths: this.#paths() }), cut: false };
    if (this.trouble === 'html') return { status: 502, text: '<html>Bad Gateway</html>', cut: false };
    if (this.trouble === 'other shape')
      return { status: 200, text: '{"nodes":[{"hostname":"n1"}],"jobs":{},"reservations":7,"errors":[]}', cut: false };
    const refused = this.trouble === 'refused';
    const { answer, error } = refused
      ? { answer: {}, error: 'Slurm backend in fault' }
      : this.#perform(method, url, Buffer.concat(parts).toString());
    const errors = error === null ? [] : [{ description: error, error_number: 2000, error, source: 'slurmctld' }];
    const text = JSON.stringify({
      ...answer,
      meta: { plugin: { data_parser: `data_parser/${this.#settings.version}` } },
      errors,
      warnings: [],
    });
    return {
      status: error === null ? 200 : 500,
      text: this.trouble === 'cut off' ? text.slice(0, 40) : text,
      cut: this.trouble === 'cut off',
    };
  }

  #paths(): { readonly [path: string]: { readonly [method: string]: object } } {
    const { version } = this.#settings;
    const at = (path: string): string => `/slurm/${version}${path}`;
    const reservations = Number(version.split('.')[2]) >= 43;
    return {
      '/slurm/v0.0.38/nodes': { get: {} },
      [at('/ping/')]: { get: {} },
      [at('/nodes/')]: { get: {} },
      [at('/node/{node_name}')]: { get: {}, post: {}, delete: {} },
      [at('/jobs/')]: { get: {} },
      [at('/job/{job_id}')]: { get: {}, post: {}, delete: {} },
      [at('/reservations/')]: { get: {}, ...(reservations ? { post: {} } : {}) },
      [at('/reservation/{reservation_name}')]: { get: {}, ...(reservations ? { delete: {} } : {}) },
      ...(reservations ? { [at('/reservation')]: { post: {} } } : {}),
    };
  }

  #perform(method: string, url: string, body: string): { answer: object; error: string | null } {
    const state = this.cluster;
    const [, what = '', name = ''] = /^\/slurm\/[^/]+\/(\w+)\/?([^/]*)$/.exec(url) ?? [];
    if (method === 'GET') return { answer: { [what]: shown(state, what), last_update: set(Math.floor(Date.now() / 1000)) }, error: null };
    let error: string | null = 'Requested REST method is not defined at URL';
    if (method === 'POST' && what === 'node') {
      const wanted = z.strictObject({ state: z.array(z.string()), reason: z.string().optional() }).parse(JSON.parse(body));
      error = updateNodes(state, [decodeURIComponent(name)], wanted.state[0] ?? '', wanted.reason ?? null);
    } else if (method === 'DELETE' && what === 'reservation') error = deleteReservation(state, decodeURIComponent(name));
    else if (method === 'POST' && what === 'reservation') {
      const wanted = z
        .looseObject({ name: z.string(), node_list: z.array(z.string()), flags: z.array(z.string()).default([]) })
        .parse(JSON.parse(body));
      writeReservation(state, wanted.name, wanted.node_list, wanted.flags, Math.floor(Date.now() / 1000));
      error = null;
    }
    saveCluster(this.#file, state);
    return { answer: {}, error };
  }
}

const set = (number: number): object => ({ set: true, infinite: false, number });

function shown(state: FakeCluster, what: string): readonly object[] {
  if (what === 'nodes')
    return state.nodes.map(({ name, state: flags, reason, gres, gresUsed, cpus, cpusAllocated, memoryMb }) => ({
      name,
      hostname: name,
      state: flags,
      reason,
      gres,
      gres_used: gresUsed,
      cpus,
      alloc_cpus: cpusAllocated,
      real_memory: memoryMb,
      partitions: ['batch'],
    }));
  if (what === 'reservations')
    return state.reservations.map(({ name, nodes, flags, from, to }) => ({
      name,
      node_list: nodes.join(','),
      node_count: nodes.length,
      flags,
      start_time: set(from),
      end_time: set(to),
      users: 'root',
    }));
  return state.jobs.map((job) => ({
    job_id: job.id,
    name: job.name,
    user_name: job.user,
    job_state: job.state,
    nodes: job.nodes,
    batch_host: job.batchHost,
    start_time: set(job.start),
    end_time: set(job.end),
    restart_cnt: job.restarts,
    node_count: set(job.nodeCount),
    tasks: set(1),
    tres_alloc_str: job.tres,
    tres_per_job: '',
    tres_per_node: '',
    tres_per_task: '',
    state_reason: 'None',
    comment: job.comment,
  }));
}
