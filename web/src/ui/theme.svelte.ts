// Light, dark, or as the system says; kept in this browser.
type Theme = 'light' | 'dark' | 'system';

const KEY = 'pitstop-theme';

class ThemeChoice {
  choice = $state<Theme>('system');

  load(): void {
    const kept = localStorage.getItem(KEY);
    this.set(kept === 'light' || kept === 'dark' ? kept : 'system');
  }

  set(choice: Theme): void {
    this.choice = choice;
    localStorage.setItem(KEY, choice);
    if (choice === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = choice;
  }
}

export const theme = new ThemeChoice();
