// What every command is given: where it speaks, where the state lies, and what only `main.ts` can wire.
import type { OidcConfig } from '../files/oidc-file.ts';
import type { Webhook } from '../files/webhooks-file.ts';
import type { Client } from './client.ts';
import type { ExitCode } from './exit.ts';
import type { StateFolder } from './state-folder.ts';
import type { Terminal } from './terminal.ts';

/** Handed in by `main.ts`, because this folder knows neither runner nor drivers. */
export interface Wiring {
  readonly version: string;
  /** Resolves when the server was asked to stop and everything is closed. */
  serve(state: StateFolder, options: ServeOptions): Promise<void>;
}

/** How the server may be reached besides its socket, and who may come in. */
export interface ServeOptions {
  /** Port 0: any free one. */
  readonly tcp: readonly { readonly host: string; readonly port: number }[];
  readonly requireToken: boolean;
  /** Further names of the server in Host headers. */
  readonly names: readonly string[];
  readonly trustProxy: boolean;
  readonly oidc: { readonly config: OidcConfig; readonly secret: string } | null;
  /** Who is told of the runs. */
  readonly webhooks: readonly Webhook[];
}

export interface CliContext {
  readonly wiring: Wiring;
  readonly terminal: Terminal;
  readonly state: StateFolder;
  /** Of the person who calls, for every word to a run. */
  readonly user: string;
  /** A client of the server of a state folder (the usual one, when none is given), which is started when it is missing. */
  readonly client: (state?: StateFolder) => Promise<Client>;
  /** Sets the exit code; without a call it is 0. */
  readonly exit: (code: ExitCode) => void;
}
