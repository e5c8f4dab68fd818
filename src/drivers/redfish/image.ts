// The image of an update on its way to a BMC: an address that the BMC fetches itself, or a file pushed to it piece by piece.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Answer, BmcClient } from './client.ts';
import type { UpdateService } from './firmware.ts';

export type Image =
  | { readonly kind: 'address'; readonly url: string; readonly protocol: 'HTTP' | 'HTTPS' }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: number };

export interface Sending {
  readonly image: Image;
  /** Links of the firmware inventory; empty: what the image is for. */
  readonly targets: readonly string[];
  readonly mark: string;
  readonly uploadTimeoutMs: number;
  readonly onSent: (percent: number) => void;
}

/** A string says why it cannot be used. */
export async function findImage(image: string, folder: string): Promise<Image | string> {
  if (/^https?:\/\//i.test(image)) {
    const url = URL.parse(image);
    if (!url) return `${image} is no address`;
    return { kind: 'address', url: image, protocol: url.protocol === 'https:' ? 'HTTPS' : 'HTTP' };
  }
  const path = resolve(folder, image);
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size === 0) return `the image ${path} is empty or no file`;
    return { kind: 'file', path, bytes: found.size };
  } catch (error) {
    return `the image ${path} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'})`;
  }
}

/** Why this BMC does not take the image; '' when it may. */
export function objectionTo(image: Image, service: UpdateService): string {
  if (!service.enabled) return 'its update service is switched off';
  if (image.kind === 'file') {
    if (service.pushUri === null) return 'it takes no pushed image (no MultipartHttpPushUri): give an http address that it can fetch';
    const tooLarge = service.maxBytes !== null && image.bytes > service.maxBytes;
    return tooLarge ? `the image has ${image.bytes} bytes, and it takes at most ${service.maxBytes}` : '';
  }
  if (!service.simple) return 'it fetches no images (no SimpleUpdate): give a file';
  const { protocols } = service.simple;
  return protocols && !protocols.includes(image.protocol) ? `it fetches by ${protocols.join(', ')}, not by ${image.protocol}` : '';
}

/** Only after `objectionTo` had none. Rejects with RedfishError. */
export function sendImage(client: BmcClient, service: UpdateService, sending: Sending, signal: AbortSignal): Promise<Answer> {
  const { image, targets, mark } = sending;
  if (image.kind === 'file') return pushFile(client, service.pushUri ?? '', image, sending, signal);
  const named = service.simple?.protocols ? { TransferProtocol: image.protocol } : {};
  const body = { ImageURI: image.url, ...named, ...(targets.length > 0 ? { Targets: targets } : {}) };
  return client.post(service.simple?.target ?? '', body, signal, { 'User-Agent': mark });
}

/** DSP0266, "Multipart HTTP push update": the parameters as JSON, then the file. With a length, since BMCs dislike chunks. */
function pushFile(
  client: BmcClient,
  uri: string,
  file: Extract<Image, { kind: 'file' }>,
  { targets, mark, uploadTimeoutMs, onSent }: Sending,
  signal: AbortSignal,
): Promise<Answer> {
  const boundary = `pitstop-${randomUUID()}`;
  const name = basename(file.path).replaceAll(/[^\w.+-]/g, '_');
  const open = (disposition: string, type: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${type}\r\n\r\n`;
  const head = Buffer.from(
    `${open('name="UpdateParameters"', 'application/json')}${JSON.stringify({ Targets: targets })}\r\n` +
      open(`name="UpdateFile"; filename="${name}"`, 'application/octet-stream'),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const pieces = async function* (): AsyncGenerator<Buffer> {
    yield head;
    let sent = 0;
    for await (const chunk of createReadStream(file.path, { end: file.bytes - 1 })) {
      if (!Buffer.isBuffer(chunk)) continue;
      sent += chunk.length;
      onSent(Math.floor((sent / file.bytes) * 100));
      yield chunk;
    }
    yield tail;
  };
  const headers = {
    'Content-Type': `multipart/form-data; boundary=${boundary}`,
    'Content-Length': String(head.length + file.bytes + tail.length),
    'User-Agent': mark,
  };
  return client.upload(uri, { headers, body: () => Readable.from(pieces()), timeoutMs: uploadTimeoutMs }, signal);
}
