import { describe, expect, it } from 'vitest';
import { assert, must, PitstopBugError } from './assert.ts';

describe('assert', () => {
  it('a condition that fails is a bug of ours, with its message', () => {
    expect(() => assert(false, 'the table is sorted')).toThrow(new PitstopBugError('the table is sorted'));
    expect(() => assert('', 'empty')).toThrow(PitstopBugError);
    expect(() => assert(1, 'one')).not.toThrow();
  });

  it('must: gives what is there, falsy values too, and names what is missing', () => {
    expect([must(0, 'count'), must('', 'text'), must(false, 'flag')]).toEqual([0, '', false]);
    expect(() => must(undefined, 'node n7')).toThrow('missing: node n7');
    expect(() => must(null, 'node n7')).toThrow(PitstopBugError);
  });

  it('a bug is told from other errors by its name, also across a process', () => {
    expect(new PitstopBugError('x').name).toBe('PitstopBugError');
  });
});
