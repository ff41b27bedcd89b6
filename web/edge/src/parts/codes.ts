/** What a picture's code is to the rest of the page. Pure. */

interface Found {
  text: string;
  contentType: string;
  symbologyIdentifier: string;
}

/** A label of GS1 with the mark that scanners put in front; the server takes it apart. */
export function codeOf(found: Found): string {
  return found.contentType === 'GS1' ? found.symbologyIdentifier + found.text : found.text;
}

/** Whether a page may use a camera: over plain HTTP browsers do not offer it. */
export function hasCamera(devices: { getUserMedia?: unknown } | undefined): boolean {
  return typeof devices?.getUserMedia === 'function';
}
