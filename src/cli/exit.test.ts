import { ORPCError } from '@orpc/client';
import { CommanderError, InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { BadInputError } from '../files/problem.ts';
import { PitstopBugError } from '../std/assert.ts';
import { badArgument, failureOf, SilentError, UsageError } from './exit.ts';

const problem = { file: 'fleet.yaml', line: 3, col: 5, value: 'noeds', why: 'unknown key', mend: 'did you mean "nodes"?' };
const connection = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe('exit codes: every error becomes one', () => {
  it.each([
    ['bad input of a file', new BadInputError([problem]), 2, /^fleet\.yaml:3:5: noeds: unknown key; did you mean "nodes"\?$/],
    [
      'a value on the command line',
      badArgument('--only', 'n[1-', 'not closed', 'close it', 3),
      2,
      /^--only:1:3: n\[1-: not closed; close it$/,
    ],
    ['a command that cannot be meant', new UsageError('give --yes'), 2, /^give --yes$/],
    ['the contract: bad input', new ORPCError('BAD_INPUT', { status: 422, message: 'no key' }), 2, /^no key$/],
    ['the contract: no such run', new ORPCError('NOT_FOUND', { status: 404, message: 'no run x' }), 2, /^no run x$/],
    ['the contract: refused', new ORPCError('REFUSED', { status: 409, message: 'occupied' }), 2, /^occupied$/],
    ['the contract: not its shape', new ORPCError('BAD_REQUEST', { message: 'Input validation failed' }), 2, /Input validation failed/],
    ['an outside system is silent', new ORPCError('OUTSIDE', { status: 502, message: 'slurmctld: no' }), 3, /^slurmctld: no$/],
    ['our server does not come up', new SilentError('the server ended at once'), 3, /^the server ended at once$/],
    ['our server goes away', connection('ECONNRESET'), 3, /the server went away/],
    [
      'a bug in the server',
      new ORPCError('INTERNAL_SERVER_ERROR', { message: 'Internal server error' }),
      4,
      /a bug of ours, in the server/,
    ],
    ['a bug here', new PitstopBugError('missing: target 3'), 4, /this is a bug of ours[^]*missing: target 3[^]*exit\.test\.ts/],
    ['something thrown that is no error', 'nonsense', 4, /this is a bug of ours[^]*nonsense/],
  ])('%s', (_, error, exit, text) => {
    const failure = failureOf(error);
    expect([failure.exit, failure.error.exit]).toEqual([exit, exit]);
    expect(failure.text).toMatch(text);
  });

  it('usage: commander has said its words already', () => {
    expect(failureOf(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"))).toEqual({
      exit: 2,
      text: '',
      error: { exit: 2, kind: 'usage', message: "unknown option '--x'" },
    });
    expect(failureOf(new InvalidArgumentError('It must be a number.')).exit).toBe(2);
  });

  it('usage: help and version are no error', () => {
    expect(failureOf(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)')).exit).toBe(0);
  });
});
