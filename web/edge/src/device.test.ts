import { beforeEach, expect, it } from 'vitest';
import { firstPlace, ownStation, setOwnStation } from './device';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

it('ui a device begins at its station once and stays where somebody goes', () => {
  expect(firstPlace()).toBeNull();
  sessionStorage.clear();
  setOwnStation(15);
  expect([firstPlace(), firstPlace()]).toEqual([15, null]);
  setOwnStation(null);
  expect(ownStation()).toBeNull();
});

it('ui what is no station is none', () => {
  for (const text of ['', 'x', '-3', '1.5']) {
    localStorage.setItem('unison.device.station', text);
    expect(ownStation()).toBeNull();
  }
});
