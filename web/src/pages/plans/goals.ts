// The uprights of a forecast's picture: one node alone, the north star of the policy, the end of the last window.
import type { FanGoal } from '../../charts/fan.ts';
import { minutes } from '../../ui/format.ts';
import type { Answers } from '../../ui/client.ts';

type Plan = Answers['plans']['get']['document'];
type Forecast = Answers['plans']['rehearse']['forecast'];

export function goalsOf({ policy }: Plan, { oneNodeMin, windowMin }: Forecast): FanGoal[] {
  const starMin = policy.northStarMs === null ? null : policy.northStarMs / 60_000;
  const lastEnd = policy.windows.reduce<number | null>((latest, { toMin }) => Math.max(latest ?? toMin, toMin), null);
  const endMin = windowMin === null || lastEnd === null ? null : lastEnd - windowMin;
  return [...goal('one node', 'one', oneNodeMin.p50), ...goal('north star', 'goal', starMin), ...goal('window ends', 'window', endMin)];
}

function goal(words: string, kind: FanGoal['kind'], min: number | null): FanGoal[] {
  return min === null ? [] : [{ words: `${words} ${minutes(min)}`, kind, min }];
}
