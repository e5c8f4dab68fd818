// Double justification: push every activity of a schedule as late as it can, then everything as early as it can again. Never longer, often
// shorter. V. Valls, F. Ballestin, S. Quintanilla, Justification and RCPSP: a technique that pays, European Journal of
// Operational Research 165, 2005. It holds with calendars and releases too: when an activity is pushed, those that still stand where they
// stood end no later than it does, so its old place is free for it.
import { serialBackward, serialForward } from './generate.ts';
import type { ActivityList, Timetable } from './generate.ts';
import type { Network, Ticks } from './network.ts';

/**
 * Justifies the forward schedule in the timetable, whose last finish is `last`; `list` is any list that it obeys. Leaves the better schedule in
 * the timetable and its list by start in `list`. Returns the last finish.
 */
export function justify(network: Network, table: Timetable, list: ActivityList, modes: Int32Array, last: number): number {
  // Successors first, also where an activity without duration ends together with its predecessor: the sort is stable.
  sortByTime(list.reverse(), table.finish, -1);
  const fits = serialBackward(network, table, list, modes, last);
  // Broken minutes may miss by a rounding; the list by finish then still gives a schedule.
  if (fits) sortByTime(list.reverse(), table.start, 1);
  else list.reverse();
  const justified = serialForward(network, table, list, modes);
  sortByTime(list, table.start, 1);
  return justified;
}

/** Sorts by time, up (1) or down (-1). By insertion, as the lists of schedules are nearly in order of time; stable. */
export function sortByTime(list: ActivityList, time: Ticks, direction: 1 | -1): void {
  for (let i = 1; i < list.length; i++) {
    const j = list[i] as number;
    const key = (time[j] as number) * direction;
    let k = i - 1;
    while (k >= 0 && (time[list[k] as number] as number) * direction > key) {
      list[k + 1] = list[k] as number;
      k--;
    }
    list[k + 1] = j;
  }
}
