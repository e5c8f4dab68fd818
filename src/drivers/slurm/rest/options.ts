// What fleet.yaml says about the slurmrestd of a cluster.
import { z } from 'zod';
import { isPlainUrl, secret } from '../../shared/options.ts';

export const restOptions = z.strictObject({
  /** `http://HOST:PORT`, `https://HOST[:PORT]`, or `unix:FILE` relative to the fleet's folder. */
  url: z.string().refine((url) => /^unix:./.test(url) || isPlainUrl(url), 'http://HOST:PORT, https://HOST or unix:FILE'),
  /** Whose the token is; absent: the token says so itself. */
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9._-]{0,63}$/, 'a user name')
    .optional(),
  /** A JSON Web Token, as `scontrol token` prints it; absent: a socket that asks for none (rest_auth/local). */
  token: secret.optional(),
});
export type RestOptions = z.output<typeof restOptions>;
