/**
 * How both apps are built: hashed assets, a nonce placeholder in the page, gzip twins beside the files.
 * gzip and not brotli, because browsers offer brotli only over HTTPS and an edge may speak plain HTTP.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin, UserConfig } from 'vite';

const WORTH_IT_BYTES = 1024;

function gzipTwins(outDir: string): Plugin {
  return {
    name: 'unison-gzip-twins',
    apply: 'build',
    closeBundle() {
      const assets = join(outDir, 'assets');
      for (const name of readdirSync(assets)) {
        if (!/\.(js|css|svg|json|wasm)$/.test(name)) continue;
        const bytes = readFileSync(join(assets, name));
        if (bytes.length < WORTH_IT_BYTES) continue;
        writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}

export function appConfig(app: 'edge' | 'cloud', here: string): UserConfig {
  const outDir = process.env['UNISON_WEB_DIST'] ? join(process.env['UNISON_WEB_DIST'], app) : join(here, '..', 'dist', app);
  return {
    root: here,
    base: '/',
    plugins: [react(), gzipTwins(outDir)],
    html: { cspNonce: '__CSP_NONCE__' },
    build: {
      outDir,
      emptyOutDir: true,
      target: ['chrome111', 'firefox115', 'safari16.4'],
      sourcemap: false,
      // Everything stays a file: data: URLs would need a wider Content-Security-Policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
      reportCompressedSize: false,
    },
    server: { proxy: { '/api': { target: process.env['UNISON_API'] ?? 'http://127.0.0.1:8090' } } },
  };
}
