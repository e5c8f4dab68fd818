import { describe, expect, it } from 'vitest';
import type { Question } from '../core/forecast/forecast.ts';
import { numberWords, planCommand, questionLines, wrapped } from './question-lines.ts';

const QUESTION: Question = {
  id: 'lift-limit',
  about: 'limit image-server',
  text: 'image-server has 400 places in the whole fleet. What would it take to lift it?',
  numbers: { count: 400, gain95Min: 123.4, gain95LowMin: 109, gain95HighMin: 137 },
  sets: ['policy.limits.image-server.count=8960'],
};

describe('a question in lines', () => {
  it('the text, its numbers, and the commands that show them', () => {
    expect(questionLines(QUESTION, 3, { file: 'july plan.json', options: ['--seed', '1'] }, 60)).toEqual([
      '3. image-server has 400 places in the whole fleet. What',
      '   would it take to lift it?',
      '     count: 400; gain at 95 %: 2 h 3 min (1 h 49 min to 2 h',
      '     17 min)',
      "     see: pitstop plan --parent 'july plan.json' --set policy.limits.image-server.count=8960 -o lift-limit.plan.json",
      "          pitstop compare 'july plan.json' lift-limit.plan.json --seed 1",
    ]);
  });

  it('without a set there is nothing to see', () => {
    expect(questionLines({ ...QUESTION, sets: [] }, 1, { file: 'p.json', options: [] }, 200)).toHaveLength(2);
  });

  it.each([
    [{ gain95Min: 5, gain95LowMin: null, gain95HighMin: 6 }, ['gain at 95 %: 5 min']],
    [{ t95P90Min: null }, ['T95 P90: not within the horizon']],
    [{ later95Min: -3, later95LowMin: -5, later95HighMin: 1 }, ['later at 95 %: -3 min (-5 min to 1 min)']],
    [{ savedGpuHours: 15_064.4, savedLowGpuHours: 10_216, savedHighGpuHours: 19_911 }, ['saved GPU-hours: 15,064 (10,216 to 19,911)']],
    [{ metShare: 0.125, liftedShare: null, lift: null }, ['met: 12.5 %', 'lifted: none', 'lift: none']],
    [{ jobGpus: 1024, detectHours: 0.1, step: 'apply' }, ['job GPUs: 1,024', 'detect: 0.1 h', 'step: apply']],
    [{ doubledGain95Min: 4 }, ['doubled gain at 95 %: 4 min']],
  ])('%j', (numbers, words) => {
    expect(numberWords(numbers)).toEqual(words);
  });

  it('a set with spaces is one argument', () => {
    expect(planCommand('p.json', ['policy.overlap=[[a, b]]'], 'c.json')).toBe(
      "pitstop plan --parent p.json --set 'policy.overlap=[[a, b]]' -o c.json",
    );
  });

  it('a word longer than the line stands alone', () => {
    expect(wrapped('a verylongword b', 5)).toEqual(['a', 'verylongword', 'b']);
  });
});
