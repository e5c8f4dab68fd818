// The driver for whatever places VMs or containers on nodes, by command lines of the site: docs/reference/allocator.md.
import type { Finding } from '../../core/finding.ts';
import type { Driver, Observation } from '../../core/ports.ts';
import { showDuration } from '../../std/duration.ts';
import type { DriverContext } from '../shared/context.ts';
import { AllocatorActs } from './acts.ts';
import { AllocatorCallError, AllocatorClient } from './client.ts';
import { describeAct } from './commands.ts';
import type { Listed } from './listing.ts';
import { allocatorOptions, type AllocatorOptions } from './options.ts';

const NOT_LISTED = 'the allocator does not list it';
const FINDINGS_MAX = 20;

/** Nothing is run before the first observe, act or diagnose. Throws zod's error for bad options. */
export function openAllocator(options: AllocatorOptions, context: DriverContext): Driver {
  const client = new AllocatorClient(allocatorOptions.parse(options), context);
  const acts = new AllocatorActs(client);
  return {
    name: 'allocator',
    roles: ['allocator'],
    folds: true,
    async observe(targets, signal) {
      if (targets.length === 0) return [];
      const at = context.clock.now();
      try {
        const listed = await client.list(signal);
        return targets.map((target) => observationOf(target, at, listed.get(target)));
      } catch (error) {
        const why = `the allocator tells nothing: ${whyOf(error)}`;
        return targets.map((target) => ({ target, at, facts: null, why }));
      }
    },
    act: (request, signal) => acts.act(request, signal),
    describe: (request) => describeAct(client.settings, request),
    diagnose: (targets, signal) => diagnose(client, targets, signal),
    waitingFor: () => client.waitingFor(),
    close: () => Promise.resolve(client.close()),
  };
}

function observationOf(target: string, at: number, listed: Listed | undefined): Observation {
  return { target, at, facts: listed?.facts ?? null, why: listed ? listed.why : NOT_LISTED };
}

async function diagnose(client: AllocatorClient, targets: readonly string[], signal: AbortSignal): Promise<Finding[]> {
  const { clock } = client.context;
  const began = clock.now();
  let listed: ReadonlyMap<string, Listed>;
  try {
    listed = await client.list(signal);
  } catch (error) {
    return [{ severity: 'error', target: 'allocator', rule: 'allocator-answers', message: whyOf(error) }];
  }
  const message = `the allocator told of ${listed.size} nodes in ${showDuration(clock.now() - began)}`;
  const findings: Finding[] = [{ severity: 'info', target: 'allocator', rule: 'allocator-answers', message }];
  if (!client.settings.hold) {
    const readOnly = 'the options name no command to hold and release: nothing keeps new work off the nodes';
    findings.push({ severity: 'warning', target: 'allocator', rule: 'allocator-read-only', message: readOnly });
  }
  const wrong = targets.flatMap((target): Finding[] => {
    const entry = listed.get(target);
    if (!entry) return [{ severity: 'error', target, rule: 'allocator-node-unknown', message: NOT_LISTED }];
    return entry.facts ? [] : [{ severity: 'error', target, rule: 'allocator-entry', message: entry.why }];
  });
  findings.push(...wrong.slice(0, FINDINGS_MAX));
  if (wrong.length > FINDINGS_MAX) {
    const more = `${wrong.length - FINDINGS_MAX} more nodes are missing from the list or wrong in it`;
    findings.push({ severity: 'error', target: 'allocator', rule: 'allocator-entry', message: more });
  }
  return findings;
}

function whyOf(error: unknown): string {
  if (error instanceof AllocatorCallError) return error.message;
  throw error;
}
