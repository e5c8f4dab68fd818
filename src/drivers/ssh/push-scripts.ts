// The scripts of a push: is the file there already, and is what was sent whole, so that it may take the old file's place.
import { quoteArgument } from '../../std/quote.ts';
import { compound } from './scripts.ts';

/** Takes away what pushes that broke off left behind an hour ago and more. Marks: "same" when the file has the digest already, "other", "refused WHY". */
export function pushProbeScript(to: string, sha256: string): string {
  return compound(`${DIGEST}
to=${quoteArgument(asOperand(to))}
command -v sha256sum >/dev/null || refuse 'sha256sum is missing on the node (coreutils)'
[ ! -d "$to" ] || refuse "$to is a folder"
folder=\${to%/*}
[ -d "\${folder:-/}" ] || refuse "there is no folder \${folder:-/} on the node"
[ -w "\${folder:-/}" ] || refuse "the login user may not write to \${folder:-/}"
for part in "$to".pitstop-*; do
  if [ -f "$part" ] && [ -n "$(find "$part" -mmin +60 2>/dev/null)" ]; then rm -f "$part"; fi
done
if [ -f "$to" ] && [ "$(digest "$to")" = ${quoteArgument(sha256)} ]; then say same; else say other; fi
`);
}

/**
 * Where the parts of this file grow beside it; each push adds something of its own, since somebody else may send the same file at the
 * same time.
 */
export function partPrefix(to: string, sha256: string): string {
  return `${to}.pitstop-${sha256.slice(0, 16)}-`;
}

/** Marks: "placed" (by this one or by another push of the same file meanwhile), "refused WHY" with the old file untouched. */
export function placeScript(part: string, to: string, sha256: string, mode: number): string {
  return compound(`${DIGEST}
part=${quoteArgument(asOperand(part))} to=${quoteArgument(asOperand(to))} want=${quoteArgument(sha256)}
all=${quoteArgument(asOperand(partPrefix(to, sha256)))}
otherwise() {
  rm -f "$part"
  if [ "$(digest "$to")" = "$want" ]; then say placed; exit 0; fi
  refuse "$1"
}
got=$(digest "$part")
[ "$got" = "$want" ] || otherwise "what arrived has the SHA-256 \${got:-none} instead of $want: it was thrown away, and the file that was there before still is"
chmod ${mode.toString(8)} "$part" || otherwise "cannot set the mode of $part"
sync "$part" 2>/dev/null
[ ! -d "$to" ] || otherwise "$to is a folder"
mv -f "$part" "$to" || otherwise "cannot rename $part to $to"
rm -f "$all"*
say placed
`);
}

/** A path that no program takes for an option. */
function asOperand(path: string): string {
  return path.startsWith('/') ? path : `./${path}`;
}

const DIGEST = `refuse() { say "refused $1"; exit 0; }
digest() { set -- "$(sha256sum <"$1")"; printf %s "\${1%% *}"; }`;
