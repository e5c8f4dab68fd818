// The acts of the bmc role by ipmitool: power and the BMC's own restart. ipmitool's word is `accepted`, never `done`: power is seen by looking.
import { PlaceholderValueError } from '../../core/change/placeholders.ts';
import type { Act, ActRequest, Outcome, Result } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { IpmiTool, Said } from './tool.ts';

type BmcAct = Extract<Act, { readonly role: 'bmc' }>;
type PowerAct = 'power-on' | 'power-off' | 'power-cycle' | 'reset';

interface Line {
  readonly args: readonly string[];
  /** All that ipmitool prints when the BMC took it. */
  readonly taken: string;
}

export const LINES: { readonly [act in PowerAct]: Line } = {
  'power-on': { args: ['chassis', 'power', 'on'], taken: 'Chassis Power Control: Up/On' },
  'power-off': { args: ['chassis', 'power', 'off'], taken: 'Chassis Power Control: Down/Off' },
  'power-cycle': { args: ['chassis', 'power', 'cycle'], taken: 'Chassis Power Control: Cycle' },
  reset: { args: ['mc', 'reset', 'cold'], taken: 'Sent cold reset command to MC' },
};

const ANSWERS_REMEMBERED = 10_000;
/** Completion codes by which the BMC says that it does not know either, or that it gave up half way. */
const UNSURE = /Unspecified error|Timeout|Cannot return|Unknown \(0x/i;
/** The code D5h that the IPMI specification has for a power cycle of a system that is off. */
const OFF_ALREADY = /Command not supported in present state/i;

export class Acts {
  readonly #tool: IpmiTool;
  /** Power cycles and resets by intent and node: the same one twice is one. */
  readonly #answers = new Map<string, Promise<Result>>();

  constructor(tool: IpmiTool) {
    this.#tool = tool;
  }

  perform(request: ActRequest, signal: AbortSignal): Promise<Result[]> {
    const { act, targets, key } = request;
    assert(act.role === 'bmc', `the ipmi driver was asked for the role ${act.role}`);
    return Promise.all(
      targets.map(async (target) => {
        const why = impossible(act);
        if (why !== null) return resultOf(target, 'refused', why);
        const body = (): Promise<Result> => this.#on(target, act.do as PowerAct, request, signal);
        return act.do === 'power-cycle' || act.do === 'reset' ? this.#once(`${key}/${target} ${act.do}`, body) : body();
      }),
    );
  }

  async #once(intent: string, body: () => Promise<Result>): Promise<Result> {
    for (let known = this.#answers.get(intent); known !== undefined;) {
      const result = await known;
      if (result.outcome !== 'refused') return { ...result, evidence: { ...result.evidence, repeat: true } };
      const latest = this.#answers.get(intent);
      // Somebody else may have begun anew while we waited.
      known = latest === known ? undefined : latest;
    }
    const answer = body();
    this.#answers.set(intent, answer);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > ANSWERS_REMEMBERED && !oldest.done) this.#answers.delete(oldest.value);
    return answer;
  }

  async #on(target: string, what: PowerAct, { deadline }: ActRequest, signal: AbortSignal): Promise<Result> {
    const line = LINES[what];
    try {
      const said = await this.#tool.say(target, line.args, signal, deadline);
      if (what === 'power-cycle' && said.kind === 'said' && said.exit !== 0 && OFF_ALREADY.test(said.words)) {
        const on = judge(target, LINES['power-on'], await this.#tool.say(target, LINES['power-on'].args, signal, deadline));
        return { ...on, evidence: { ...on.evidence, wasOff: true } };
      }
      return judge(target, line, said);
    } catch (error) {
      if (error instanceof PlaceholderValueError) return resultOf(target, 'refused', error.message);
      throw error;
    }
  }
}

function impossible(act: BmcAct): string | null {
  if (act.do === 'update')
    return 'IPMI has no firmware update that all BMCs share: use the redfish driver, or a tool of the vendor in a step';
  if (act.do === 'ac-cycle')
    return 'IPMI cannot take the standby power away: use the redfish driver, or switch the outlet in a step by hand';
  return null;
}

function judge(target: string, { args, taken }: Line, said: Said): Result {
  const evidence = { command: `ipmitool ${args.join(' ')}`, words: said.words };
  if (said.kind === 'none') return resultOf(target, 'refused', `${target}: ${said.words}`);
  if (said.kind === 'lost') return { target, outcome: 'unknown', evidence: { ...evidence, why: said.words } };
  if (said.exit === 0 && said.stdout.trim() === taken) return { target, outcome: 'accepted', evidence };
  if (said.exit === 0) {
    return {
      target,
      outcome: 'unknown',
      evidence: { ...evidence, why: `ipmitool ended well, but did not say "${taken}": ${JSON.stringify(said.words)}` },
    };
  }
  // "Unable to set ...", "MC reset command failed.": sent, and no answer came. "... failed: WORDS": the BMC's own words.
  const answer = /(?:^|; )(?:Set Chassis Power Control to .*|MC reset command) failed: (.+)$/.exec(said.words)?.[1];
  const why = answer === undefined ? `no answer from the BMC: ${said.words || `exit ${said.exit}`}` : `the BMC says: ${answer}`;
  return { target, outcome: answer === undefined || UNSURE.test(answer) ? 'unknown' : 'refused', evidence: { ...evidence, why } };
}

function resultOf(target: string, outcome: Outcome, why: string): Result {
  return { target, outcome, evidence: { why } };
}
