import { describe, expect, it } from 'vitest';
import { remoteOf } from './remote.ts';

describe('remote server', () => {
  it('address: taken out of the words wherever it stands, and from the environment', () => {
    expect(remoteOf(['status', '--server', 'http://127.0.0.1:4620/', 'r1'], {})).toEqual({
      args: ['status', 'r1'],
      remote: { url: 'http://127.0.0.1:4620', token: null },
    });
    expect(remoteOf(['--server=https://desk', 'runs'], { PITSTOP_TOKEN: 't' }).remote).toEqual({ url: 'https://desk', token: 't' });
    expect(remoteOf(['runs'], { PITSTOP_SERVER: 'https://desk' })).toEqual({
      args: ['runs'],
      remote: { url: 'https://desk', token: null },
    });
    expect(remoteOf(['runs'], {}).remote).toBeNull();
  });

  it("address: words behind -- are the command's own", () => {
    expect(remoteOf(['run', '--', '--server', 'x'], {})).toEqual({ args: ['run', '--', '--server', 'x'], remote: null });
  });

  it('address: refused when it is none', () => {
    expect(() => remoteOf(['runs', '--server'], {})).toThrow('needs an address');
    expect(() => remoteOf(['runs', '--server', 'ftp://x'], {})).toThrow('not an address of a server');
  });

  it('token: never over plain http to another machine', () => {
    expect(() => remoteOf(['--server', 'http://desk', 'runs'], { PITSTOP_TOKEN: 't' })).toThrow('plain http');
    expect(remoteOf(['--server', 'http://localhost:1', 'runs'], { PITSTOP_TOKEN: 't' }).remote?.token).toBe('t');
    expect(() => remoteOf(['--server', 'https://desk', 'runs'], { PITSTOP_TOKEN_FILE: 'no-such-file' })).toThrow('cannot be read');
  });
});
