// What a page shows stands in its address, so that it can be sent to somebody: reading is page.url, this is the writing.
import { goto } from '$app/navigation';
import { page } from '$app/state';

/** Sets search parameters in place; null or '' takes one away. Neither scrolls nor moves the focus. */
export async function setAddress(changes: { readonly [name: string]: string | null }): Promise<void> {
  const url = new URL(page.url.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href !== page.url.href) await goto(url, { replace: true, reset: false });
}
