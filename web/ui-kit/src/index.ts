/**
 * Everything the two apps share. Apps import from here and nowhere deeper.
 */
export * from './api/http';
export type { components } from './api/generated';
export type * from './api/resource';
export type * from './api/types';
export { HELP_KINDS } from './api/types';
export * from './components/Feedback';
export * from './components/Providers';
export * from './components/Ribbon';
export * from './components/State';
export * from './components/Toasts';
export * from './format';
export * from './i18n';
export * from './live/react';
export * from './live/staleness';
export * from './live/stream';
export * from './scan/bus';
export * from './scan/wedge';
export * from './state';
export * from './theme';
export * from './uuid';
export * from './zone';
