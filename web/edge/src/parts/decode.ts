/**
 * Reads codes in pictures. Loaded with the camera or the first photo, not before: the reader is a megabyte. Its
 * WebAssembly comes from this server; the library's own default would fetch it from the internet.
 */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { codeOf } from './codes';

const OPTIONS: ReaderOptions = { tryHarder: true, maxNumberOfSymbols: 1, textMode: 'Plain' };
/** Beside a live picture there is always a next one. */
const QUICK: ReaderOptions = { ...OPTIONS, tryHarder: false };

prepareZXingModule({ overrides: { locateFile: () => wasm } });

/** The first code in a picture, as a scanner would send it. */
export async function decode(picture: Blob | ImageData): Promise<string | null> {
  const found = await readBarcodes(picture, picture instanceof Blob ? OPTIONS : QUICK);
  const first = found.find((result) => result.isValid);
  return first ? codeOf(first) : null;
}
