import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { KnownHosts } from './known-hosts.ts';

const [a, b, c] = [blob('ssh-ed25519', 'a'), blob('ssh-ed25519', 'b'), blob('ssh-rsa', 'c')] as [Buffer, Buffer, Buffer];

describe('known hosts', () => {
  test('plain names, several on a line, any case', () => {
    const hosts = known(`# comment\n\nn1,n1.mgmt,10.0.0.1 ${line(a)} remark here\n`);
    for (const name of ['n1', 'N1.mgmt', '10.0.0.1']) expect(hosts.check([name], 22, a)).toEqual({ ok: true });
    expect(hosts.check(['n2'], 22, a)).toMatchObject({ ok: false, why: expect.stringContaining('host key unknown') });
    expect(hosts.check(['n1'], 22, b)).toMatchObject({ ok: false, why: expect.stringMatching(/host key changed.*known_hosts:3/) });
  });

  test('another port has lines of its own, and falls back to the bare name', () => {
    const hosts = known(`[n1]:2222 ${line(a)}\nn1 ${line(b)}\n`);
    expect(hosts.check(['n1'], 2222, a).ok).toBe(true);
    expect(hosts.check(['n1'], 2222, b).ok).toBe(false);
    expect(hosts.check(['n1'], 22, b).ok).toBe(true);
    expect(hosts.check(['n1'], 2223, b).ok).toBe(true);
  });

  test('hashed names', () => {
    const hosts = known(`${hashed('[127.1.0.1]:2222')} ${line(a)}\n${hashed('n2')} ${line(b)}\n`);
    expect(hosts.check(['127.1.0.1'], 2222, a).ok).toBe(true);
    expect(hosts.check(['n2'], 22, b).ok).toBe(true);
    expect(hosts.check(['n3'], 22, b).ok).toBe(false);
  });

  test('wildcards and exceptions', () => {
    const hosts = known(`n?,*.mgmt,!bad.mgmt ${line(a)}\n`);
    expect(hosts.check(['n7'], 22, a).ok).toBe(true);
    expect(hosts.check(['n77'], 22, a).ok).toBe(false);
    expect(hosts.check(['x.mgmt'], 22, a).ok).toBe(true);
    expect(hosts.check(['bad.mgmt'], 22, a).ok).toBe(false);
    expect(known(`n.1 ${line(a)}\nn*1 ${line(b)}`).check(['nx1'], 22, a).ok).toBe(false);
  });

  test('the most specific known name decides: a wrong address does not pass another node off as this one', () => {
    const hosts = known(`n1 ${line(a)}\n10.0.0.2 ${line(b)}\n`);
    expect(hosts.check(['n1', '10.0.0.2'], 22, b).ok).toBe(false);
    expect(hosts.check(['n3', '10.0.0.2'], 22, b).ok).toBe(true);
  });

  test('several keys of a name, and a revoked one', () => {
    const hosts = known(`n1 ${line(a)}\nn1 ${line(c)}\n@revoked * ${line(b)}\nn2 ${line(b)}\n@cert-authority * ${line(c)}\n`);
    expect(hosts.check(['n1'], 22, c).ok).toBe(true);
    expect(hosts.check(['n2'], 22, b)).toMatchObject({ ok: false, why: expect.stringContaining('revoked') });
    expect(hosts.check(['n3'], 22, c).ok).toBe(false);
  });

  test('the algorithms of the keys we hold are offered first, SHA-1 never', () => {
    expect(
      known(`n1 ${line(c)}\n`)
        .algorithms(['n1'], 22)
        .slice(0, 2),
    ).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    const all = known('').algorithms(['n1'], 22);
    expect(all[0]).toBe('ssh-ed25519');
    expect(all).not.toContain('ssh-rsa');
  });
});

function known(text: string): KnownHosts {
  return new KnownHosts(text, 'known_hosts');
}

function line(key: Buffer): string {
  return `${key.subarray(4, 4 + key.readUInt32BE(0)).toString()} ${key.toString('base64')}`;
}

function blob(type: string, rest: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type + rest)]);
}

function hashed(name: string): string {
  const salt = Buffer.from('01234567890123456789');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
