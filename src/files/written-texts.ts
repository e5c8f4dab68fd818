// A plan as the change.yaml and policy.yaml that it could have been made of, for whoever wants to go on from it by hand.
import { isScalar, Document as YamlDocument, visit } from 'yaml';
import { argvOf as argvOfReading } from '../core/change/procedure.ts';
import type { Fleet } from '../core/fleet/model.ts';
import type { MergedProcedure, Plan } from '../core/plan/plan.ts';
import type { Json, JsonObject } from '../std/json.ts';
import { parseChange } from './change-file.ts';
import { BadInputError } from './problem.ts';
import { writePolicy } from './written-plan.ts';

export interface WrittenTexts {
  readonly change: string;
  readonly policy: string;
}

/** Both read back as what the plan holds, as long as the catalogue's procedures are those it was made with. */
export function writtenTexts(plan: Plan): WrittenTexts {
  return { change: yamlOf(writeChange(plan)), policy: yamlOf(writePolicy(plan.policy)) };
}

function writeChange({ change, procedures, catalogue, fleet }: Plan): JsonObject {
  const want = Object.entries(change.want).map(([component, version]): [string, Json] => {
    const sha256 = catalogue.find((entry) => entry.component === component)?.sha256 ?? '';
    return [component, shortForm(component, version, Object.values(procedures), sha256, fleet.document) ?? version];
  });
  return {
    change: change.name,
    ...(change.targets !== null && { targets: change.targets }),
    ...(want.length > 0 && { want: Object.fromEntries(want) }),
    ...(Object.keys(change.replace).length > 0 && { replace: change.replace }),
  };
}

/** The short procedure that the component had in its change; null: it had none, its procedure is the catalogue's. */
function shortForm(component: string, version: string, procedures: readonly MergedProcedure[], sha256: string, fleet: Fleet): Json | null {
  const alone = procedures.find(({ components }) => Object.keys(components).join() === component);
  if (!alone) return null;
  const actionOf = (name: string) => alone.steps.find((step) => step.name === name)?.action;
  const argvOf = (name: string): readonly string[] | undefined => {
    const action = actionOf(name);
    if (action?.kind === 'run') return action.argv;
    if (action?.kind === 'read') {
      const reading = action.read[component];
      return reading === undefined ? undefined : argvOfReading(reading);
    }
    return action?.kind === 'check' ? action.checks[0]?.run : undefined;
  };
  const parts = {
    stage: argvOf('stage'),
    apply: argvOf('apply'),
    read: argvOf('conform'),
    check: argvOf('validate'),
    back: alone.back?.run,
  };
  // A plan has the version where its change has a placeholder.
  const asWritten = [(text: string) => text.replaceAll(version, '{version}'), (text: string) => text];
  const candidates = asWritten.map((write) => {
    const given = Object.entries(parts).flatMap(([key, argv]) => (argv === undefined ? [] : [[key, argv.map(write)] as const]));
    return { version, ...Object.fromEntries(given), ...(actionOf('activate') === undefined && { reboot: false }) };
  });
  return candidates.find((short) => isWhatItWas({ change: 'short', want: { [component]: short } }, sha256, fleet)) ?? null;
}

function isWhatItWas(change: JsonObject, sha256: string, fleet: Fleet): boolean {
  try {
    return parseChange(JSON.stringify(change), 'change', fleet, new Map()).catalogue[0]?.sha256 === sha256;
  } catch (error) {
    if (error instanceof BadInputError) return false;
    throw error;
  }
}

const LINE_CHARS = 120;

/** As people write it: a small list or map on one line, node sets and placeholders in double quotes. */
function yamlOf(value: JsonObject): string {
  const document = new YamlDocument(value);
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && /[[\]{}@&*!,%]/.test(node.value) && !/^[\d.]+%$/.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
    Collection: (key, node) => {
      if (key !== null && node.items.every((item) => isScalar(item) || (isScalarPair(item) && node.items.length <= SHORT)))
        node.flow = true;
    },
  });
  return document.toString({ lineWidth: LINE_CHARS, flowCollectionPadding: false });
}

const SHORT = 4;

function isScalarPair(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'value' in item && isScalar(item.value);
}
