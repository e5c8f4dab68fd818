// The console is a client of the server and nothing else: no page is rendered anywhere but in the browser.
export const ssr = false;
export const prerender = false;
