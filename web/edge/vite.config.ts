import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, defineConfig, type Plugin } from 'vite';
import { appConfig } from '../vite.shared.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const config = appConfig('edge', here);

/** The service worker is a script of its own, at the root, and knows by name all that the pages may load. */
function serviceWorker(outDir: string): Plugin {
  return {
    name: 'unison-service-worker',
    apply: 'build',
    async closeBundle() {
      const urls = readdirSync(join(outDir, 'assets')).filter((name) => !name.endsWith('.gz')).sort().map((name) => `/assets/${name}`);
      const revision = createHash('sha256').update(urls.join('\n')).digest('hex').slice(0, 16);
      const pages = [{ url: '/', revision }, ...urls.map((url) => ({ url, revision: null }))];
      await build({
        configFile: false,
        root: here,
        publicDir: false,
        logLevel: 'warn',
        define: { __PAGES__: JSON.stringify(pages), 'process.env.NODE_ENV': '"production"' },
        build: {
          outDir,
          emptyOutDir: false,
          lib: { entry: join(here, 'src', 'away', 'worker.ts'), formats: ['iife'], name: 'worker', fileName: () => 'sw.js' },
        },
      });
    },
  };
}

export default defineConfig({ ...config, plugins: [...(config.plugins ?? []), serviceWorker(config.build?.outDir ?? '')] });
