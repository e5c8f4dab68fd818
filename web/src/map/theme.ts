// Which theme is shown: the page's own choice on <html data-theme>, else the system's.
import type { Theme } from './colours.ts';

export function themeNow(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Calls back when the theme may have changed; returns the function that ends this. */
export function onTheme(changed: (theme: Theme) => void): () => void {
  const tell = (): void => changed(themeNow());
  const system = matchMedia('(prefers-color-scheme: dark)');
  const watcher = new MutationObserver(tell);
  system.addEventListener('change', tell);
  watcher.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', tell);
    watcher.disconnect();
  };
}
