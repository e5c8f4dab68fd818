// Turns what a person did wrong, and what the outside did, into an answer; everything else is a bug and stays one.
import { ORPCError } from '@orpc/server';
import { ControlRefusedError } from '../../runner/controls.ts';
import { RunRefusedError } from '../../runner/only.ts';

export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ORPCError) throw error;
    if (error instanceof ControlRefusedError || error instanceof RunRefusedError || REFUSALS.has(error.name)) throw refused(error.message);
    if (BAD_INPUTS.has(error.name)) throw badInput(error.message);
    if (OUTSIDE.has(error.name)) throw new ORPCError('OUTSIDE', { status: 502, message: error.message });
    throw error;
  }
}

export const notFound = (message: string): Error => new ORPCError('NOT_FOUND', { status: 404, message });
export const refused = (message: string): Error => new ORPCError('REFUSED', { status: 409, message });
export const badInput = (message: string): Error => new ORPCError('BAD_INPUT', { status: 422, message });
export const forbidden = (message: string): Error => new ORPCError('FORBIDDEN', { status: 403, message });

const REFUSALS = new Set(['TargetOccupiedError', 'RunExistsError', 'DeskRefusedError']);
const BAD_INPUTS = new Set(['BadInputError', 'OptionSourceError', 'DriverOptionsError', 'DriverUnknownError']);
const OUTSIDE = new Set(['OutsideSilentError', 'SlurmSilentError']);
