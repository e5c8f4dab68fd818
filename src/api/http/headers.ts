// The headers that tell browsers what a page may do. The console names its own scripts in a meta tag; our own pages have none.
import type { Face } from './door.ts';

export function securityHeaders(face: Face, secure: boolean): { readonly [name: string]: string } {
  return {
    ...ALWAYS,
    'content-security-policy': CSP[face],
    'referrer-policy': face === 'secret page' ? 'no-referrer' : 'same-origin',
    ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
};

const OWN_PAGE =
  "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const CSP: { readonly [face in Face]: string } = {
  data: "default-src 'none'; frame-ancestors 'none'",
  page: OWN_PAGE,
  'secret page': OWN_PAGE,
  // No default-src and no script-src: either would forbid the start script, which the page itself allows by its hash.
  console:
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; media-src 'none'; object-src 'none'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};
