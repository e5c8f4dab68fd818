// Process numbers out of files that tests read while others write them.

/** The number in the text; throws for anything that kill(2) would take for a group of ours or for everybody. */
export function pidIn(text: string): number {
  const pid = Number(text.trim().split(' ')[0]);
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`no process number: ${JSON.stringify(text)}`);
  return pid;
}
