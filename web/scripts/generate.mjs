// Makes the types of the server's API from its OpenAPI document: npm run generate -- FILE_OR_URL
// Without an argument it takes web/openapi.json, the copy that lies beside the types. With --check nothing is
// written: it fails when the types no longer fit the document, which is what CI asks.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapi, { astToString } from 'openapi-typescript';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const copy = join(web, 'openapi.json');
const types = join(web, 'ui-kit', 'src', 'api', 'generated.ts');
const args = process.argv.slice(2);
const isCheck = args.includes('--check');
const source = args.find((a) => !a.startsWith('--'));

async function read(from) {
  if (!/^https?:/.test(from)) return JSON.parse(readFileSync(from, 'utf8'));
  const answer = await fetch(from);
  if (!answer.ok) throw new Error(`${from} answers ${answer.status}`);
  return answer.json();
}

/** Sorted members, so that a document that says the same is the same text. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

if (!source && !existsSync(copy)) {
  console.error('There is no web/openapi.json; name the document: npm run generate -- http://127.0.0.1:8080/api/openapi.json');
  process.exit(2);
}
const document = sorted(await read(source ?? copy));
const head = '/**\n * The server\'s API as types, made from its OpenAPI document by `npm run generate`. Not edited by hand.\n */\n';
const text = head + astToString(await openapi(document, { alphabetize: true, immutable: false })).replace(/[ \t]+$/gm, '');
const json = `${JSON.stringify(document, null, 1)}\n`;

if (isCheck) {
  const same = (path, wanted) => existsSync(path) && readFileSync(path, 'utf8') === wanted;
  const old = [[copy, json], [types, text]].filter(([path, wanted]) => !same(path, wanted)).map(([path]) => path.slice(web.length + 1));
  if (old.length > 0) {
    console.error(`No longer what the server says: ${old.join(', ')}. Run: npm run generate${source ? ` -- ${source}` : ''}`);
    process.exit(1);
  }
  console.log('the types are what the document says');
} else {
  writeFileSync(copy, json);
  writeFileSync(types, text);
  console.log(`${Object.keys(document.paths ?? {}).length} paths written to ui-kit/src/api/generated.ts`);
}
