// Where each node's BMC answers: the file of addresses first, else the URL with the node's name in it.
import type { RedfishSettings } from './options.ts';

/** Gives the origin of a node's BMC; null: that makes no URL. `file` is the text of `addresses`. */
export function addressBook(settings: RedfishSettings, file: string | null): (node: string) => URL | null {
  const known = new Map<string, string>();
  for (const line of (file ?? '').split('\n')) {
    const [node, address] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (node && address) known.set(node, address);
  }
  const scheme = settings.url.replace(/:.*/, '');
  return (node) => {
    const address = known.get(node) ?? settings.url.replaceAll('{node}', node);
    return URL.parse(/^https?:\/\//.test(address) ? address : `${scheme}://${address}`);
  };
}
