import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', '**/shots/**', 'ui-kit/src/api/generated.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      'max-lines': ['error', { max: 500 }],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group: ['@unison/ui-kit/src/*'], message: 'Import from @unison/ui-kit.' }] }],
      'no-restricted-properties': ['error', { object: 'crypto', property: 'randomUUID', message: 'Missing on plain HTTP; use uuidv7().' }],
    },
  },
  { files: ['**/*.{mjs,js}'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
);
