// Where each node's BMC answers: the file of addresses first, else the URL with the node's name in it.
import { nodeAddresses } from '../shared/addresses.ts';
import { isBmcUrl, type RedfishSettings } from './options.ts';

/**
 * Gives the origin of a node's BMC; null: that makes no URL. `file` is the text of `addresses`, and null where the options name none.
 * Throws OptionSourceError for a line of it that is none.
 */
export function addressBook({ url, addresses }: RedfishSettings, file: string | null): (node: string) => URL | null {
  const scheme = url.replace(/:.*/, '');
  const read = (address: string): URL | null => {
    const whole = /^https?:\/\//.test(address) ? address : `${scheme}://${address}`;
    return isBmcUrl(whole) ? new URL(whole) : null;
  };
  const known = nodeAddresses(addresses ?? '', file ?? '', 'NODE URL" or "NODE HOST[:PORT]', read);
  return (node) => known.get(node) ?? URL.parse(url.replaceAll('{node}', node));
}
