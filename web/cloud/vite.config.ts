import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { appConfig } from '../vite.shared.ts';

export default defineConfig(appConfig('cloud', fileURLToPath(new URL('.', import.meta.url))));
