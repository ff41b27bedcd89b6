/**
 * One Mantine theme for both apps. State colours live in styles.css and are not brandable.
 */
import { createTheme, type MantineThemeOverride } from '@mantine/core';

const petrol = ['#e8f4f6', '#d2e6ea', '#a5cdd5', '#74b2bf', '#4c9cad', '#338ea1', '#1f7f94', '#0f6c80', '#0a5a6b', '#064856'] as const;

export function unisonTheme(touch: boolean): MantineThemeOverride {
  return createTheme({
    primaryColor: 'petrol',
    primaryShade: { light: 8, dark: 5 },
    colors: { petrol },
    autoContrast: true,
    defaultRadius: touch ? 'md' : 'sm',
    cursorType: 'pointer',
    fontFamily: 'system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
    fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "Liberation Mono", monospace',
    headings: { fontWeight: '650' },
  });
}
