// How the console is built: static files with one fallback page, which Pitstop's own server hands out.
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter({ fallback: 'index.html', precompress: true }),
      compilerOptions: { runes: true },
      // The server's own header says the rest; the inline start script is named here by its hash.
      csp: { mode: 'hash', directives: { 'script-src': ['self'] } },
    }),
  ],
  server: { fs: { allow: ['..'] }, proxy: { '/rpc': 'http://127.0.0.1:4620', '/api': 'http://127.0.0.1:4620' } },
});
