/** Codes of pictures. */
import { describe, expect, it } from 'vitest';
import { codeOf, hasCamera } from './codes';

describe('codes of pictures', () => {
  it('marks labels of GS1', () =>
    expect(codeOf({ text: '010950600013435210AB', contentType: 'GS1', symbologyIdentifier: ']d2' })).toBe(']d2010950600013435210AB'));
  it('leaves others as they are', () => expect(codeOf({ text: 'WO-1', contentType: 'Text', symbologyIdentifier: ']Q1' })).toBe('WO-1'));
  it('knows that plain HTTP has no camera', () => {
    expect(hasCamera(undefined)).toBe(false);
    expect(hasCamera({ getUserMedia: () => undefined })).toBe(true);
  });
});
