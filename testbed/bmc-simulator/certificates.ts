// A certificate authority of our own and one certificate for many addresses, made by openssl in a folder.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathOf } from '../requirements.ts';

const run = promisify(execFile);

export interface Certificates {
  /** Path of the authority's certificate, PEM. */
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
}

/** Throws PartMissingError when openssl is not installed. */
export async function makeCertificates(folder: string, addresses: readonly string[]): Promise<Certificates> {
  const openssl = async (...argv: string[]): Promise<void> => {
    await run(pathOf('openssl'), argv, { cwd: folder });
  };
  const file = (name: string): string => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Simulated BMC authority');
  await openssl('req', ...newKey, '-keyout', 'bmc.key', '-out', 'bmc.csr', '-subj', '/CN=bmc');
  writeFileSync(file('names.cnf'), `subjectAltName=${[...new Set(addresses)].map((address) => `IP:${address}`).join(',')}\n`);
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names.cnf'];
  await openssl('x509', '-req', '-in', 'bmc.csr', '-out', 'bmc.pem', ...signed);
  return { caFile: file('ca.pem'), key: readFileSync(file('bmc.key'), 'utf8'), cert: readFileSync(file('bmc.pem'), 'utf8') };
}
