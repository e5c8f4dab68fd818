// Signing in with an OIDC provider: authorization code with PKCE, state and nonce, and a role by what the provider says of the person.
import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import type { Role } from '../../core/roles.ts';
import type { SignIn } from '../../desk/sessions.ts';
import type { OidcConfig } from '../../files/oidc-file.ts';

export interface OidcSignIn {
  /** Of the provider, for people. */
  readonly name: string;
  /** Where the browser is to go, and the flow that it brings back in a cookie. Rejects when the provider does not answer. */
  start(redirectUri: string, to: string): Promise<{ readonly url: string; readonly flow: string }>;
  /** Who came back, and where they wanted to go. Rejects with OidcRefusedError. */
  finish(flow: string | undefined, callback: URL): Promise<{ readonly who: SignIn; readonly to: string }>;
}

/** The words are for whoever wanted to sign in. */
export class OidcRefusedError extends Error {
  override name = 'OidcRefusedError';
}

interface Flow {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly to: string;
  readonly endsAt: number;
}

/** A sign-in takes minutes, and so many may be under way. */
export const FLOW_MS = 10 * 60_000;
const FLOWS_MAX = 1_000;

/** `secret`: the client's; the provider is first asked for when somebody wants to sign in, and again when it did not answer. */
export function openOidc(config: OidcConfig, secret: string): OidcSignIn {
  const flows = new Map<string, Flow>();
  let found: Promise<client.Configuration> | null = null;
  const provider = (): Promise<client.Configuration> => {
    found ??= discover(config, secret).catch((error: unknown) => {
      found = null;
      throw error;
    });
    return found;
  };
  return {
    name: config.name,
    start: async (redirectUri, to) => {
      const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
      const url = client.buildAuthorizationUrl(await provider(), {
        redirect_uri: redirectUri,
        scope: config.scope,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      forgetOld(flows);
      const flow = randomBytes(24).toString('base64url');
      flows.set(flow, { verifier, state, nonce, to, endsAt: Date.now() + FLOW_MS });
      return { url: url.href, flow };
    },
    finish: async (id, callback) => {
      const flow = flows.get(id ?? '');
      flows.delete(id ?? '');
      if (!flow || flow.endsAt < Date.now()) throw new OidcRefusedError('this sign-in took too long, or was begun elsewhere: begin again');
      return { who: roleByClaims(config, await claimsOf(await provider(), flow, callback)), to: flow.to };
    },
  };
}

async function discover({ issuer, clientId }: OidcConfig, secret: string): Promise<client.Configuration> {
  const url = new URL(issuer);
  const isHere = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  // Unsafe only to a provider on this machine: everybody else is asked over https.
  const options = isHere ? { execute: [client.allowInsecureRequests] } : {};
  return client.discovery(url, clientId, undefined, client.ClientSecretBasic(secret), options);
}

type Claims = { readonly [claim: string]: unknown };

/** What the signed token says, over what the provider says besides. */
async function claimsOf(provider: client.Configuration, flow: Flow, callback: URL): Promise<Claims> {
  try {
    const tokens = await client.authorizationCodeGrant(provider, callback, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    });
    const signed = tokens.claims();
    if (!signed) throw new OidcRefusedError('the provider sent no id token');
    const besides =
      provider.serverMetadata().userinfo_endpoint === undefined
        ? {}
        : await client.fetchUserInfo(provider, tokens.access_token, signed.sub);
    return { ...besides, ...signed };
  } catch (error) {
    if (error instanceof OidcRefusedError) throw error;
    throw new OidcRefusedError('the provider did not confirm who you are: begin again', { cause: error });
  }
}

/** The first rule that fits; nobody whom no rule names comes in. */
export function roleByClaims({ name: provider, roles }: Pick<OidcConfig, 'name' | 'roles'>, claims: Claims): SignIn {
  const person = nameIn(claims);
  const rule = roles.find(({ claim, equals }) => holds(claims[claim], equals));
  if (!rule) throw new OidcRefusedError(`${provider} knows you as ${person}, but gives you no role here: ask whoever runs this server`);
  const role: Role = rule.role;
  return { name: person, role, customer: rule.customer, token: null, until: null };
}

/** A claim is a text, or a list with the text in it. */
function holds(claim: unknown, text: string): boolean {
  return claim === text || (Array.isArray(claim) && claim.includes(text));
}

/** An address counts only when the provider says that it was verified: anybody may write any address into a profile. */
function nameIn(claims: Claims): string {
  const email = claims['email_verified'] === true ? claims['email'] : undefined;
  const name = [email, claims['preferred_username'], claims['name'], claims['sub']].find((one) => typeof one === 'string' && one !== '');
  return String(name).slice(0, 200);
}

function forgetOld(flows: Map<string, Flow>): void {
  const now = Date.now();
  for (const [id, { endsAt }] of flows) if (endsAt < now || flows.size >= FLOWS_MAX) flows.delete(id);
}
