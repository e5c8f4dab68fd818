// What becomes a command comes from the server's machine: from its catalogues, or from an admin. Finds what does not.
import type { JobAsk, JobProof, Policy } from '../core/change/policy.ts';
import type { Step } from '../core/change/procedure.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Catalogue } from '../files/catalogue.ts';

/** What a plan is made of, of which something could become a command. */
interface Ingredients {
  /** What each procedure was, as it was read. */
  readonly catalogue: Plan['catalogue'];
  readonly policy: Policy;
}

/** What somebody wrote that would become a command and does not stand in the catalogue, in words. */
export function ownCommands({ catalogue, policy }: Ingredients, known: Catalogue): string[] {
  const short = catalogue.filter(({ component, sha256 }) => known.get(component)?.sha256 !== sha256);
  return [...short.map(({ component }) => `change.want.${component}`), ...jobCommands(policy).map(([where]) => where)];
}

/** What would become a command in the child, and does not stand at its place in the parent, in words. */
export function changedCommands(parent: Plan, child: Plan): string[] {
  const before = new Map(commandsIn(parent));
  return commandsIn(child).flatMap(([where, command]) => (before.get(where) === command ? [] : [where]));
}

/** Where it stands, and all that decides what is run, by whom, and on targets in which state. */
type Command = readonly [where: string, command: string];

function commandsIn({ procedures, policy }: Plan): Command[] {
  const steps = Object.entries(procedures).flatMap(([id, { steps: all, back }]): Command[] => [
    ...all.map((step): Command => [`${id}.steps.${step.name}`, commandOf(step)]),
    ...(back === null ? [] : [[`${id}.back`, JSON.stringify(back.run)] as const]),
  ]);
  return [...steps, ...jobCommands(policy)];
}

/** Priors stand in checks too, and are no part of a command. */
function commandOf({ by, action, early, destructive }: Step): string {
  const command = action.kind === 'check' ? action.checks.map(({ name, run, nodes }) => [name, run, nodes]) : action;
  return JSON.stringify([by, early, destructive, command]);
}

function jobCommands({ jobs: { ask, proof } }: Policy): Command[] {
  const commands: Command[] = [];
  if (isCommand(ask)) commands.push(['policy.jobs.ask', JSON.stringify(ask)]);
  if (isCommand(proof)) commands.push(['policy.jobs.proof', JSON.stringify(proof)]);
  return commands;
}

/** A file to touch or to look at becomes an argument of a command on the node. */
function isCommand({ kind }: JobAsk | JobProof): boolean {
  return kind === 'run' || kind === 'touch' || kind === 'newer';
}
