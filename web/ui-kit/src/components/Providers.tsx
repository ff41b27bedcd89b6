/**
 * What every page stands in: theme, server state, toasts, and a last line of defence against a crash.
 */
import { Button, MantineProvider, type MantineThemeOverride } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Component, type ReactNode } from 'react';
import { ApiError } from '../api/http';
import { useTexts } from '../i18n';
import { ToastRegion } from './Toasts';

/** The server puts a fresh nonce into the page; Mantine's one style element carries it. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A plant network is not the internet: the browser's "offline" says nothing about the server.
        networkMode: 'always',
        staleTime: 2_000,
        retry: (count, error) => count < 1 && error instanceof ApiError && error.unreachable,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

interface Props {
  theme: MantineThemeOverride;
  queries: QueryClient;
  children: ReactNode;
}

export function Providers({ theme, queries, children }: Props) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <QueryClientProvider client={queries}>
        <CrashGuard>{children}</CrashGuard>
        <ToastRegion />
      </QueryClientProvider>
    </MantineProvider>
  );
}

class CrashGuard extends Component<{ children: ReactNode }, { crash: string | null }> {
  override state: { crash: string | null } = { crash: null };

  static getDerivedStateFromError(error: unknown): { crash: string } {
    return { crash: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    return this.state.crash === null ? this.props.children : <CrashPage message={this.state.crash} />;
  }
}

export function CrashPage({ message }: { message: string }) {
  const { t } = useTexts();
  return (
    <main className="u-state" role="alert" data-testid="crash">
      <h1>{t('error.crash')}</h1>
      <p>{t('error.crashSafe')}</p>
      <code>{message}</code>
      <Button size="lg" onClick={() => window.location.reload()}>{t('error.reload')}</Button>
    </main>
  );
}
