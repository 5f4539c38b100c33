/** The part of oidc-provider (which ships no types) that the identity provider stand-ins use. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface ProviderContext {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly path: string;
    readonly method: string;
    readonly query: Readonly<Record<string, string | string[] | undefined>>;
    readonly oidc: {
      readonly client: Client;
      readonly session: { readonly accountId?: string };
      readonly result?: { readonly login?: unknown };
    };
    body: unknown;
    status: number;
    type: string;
    get(header: string): string;
    set(header: string, value: string): void;
    redirect(url: string): void;
    readonly response: { get(header: string): string };
  }

  export interface ClientMetadata {
    readonly client_id: string;
    readonly client_secret: string;
    readonly redirect_uris: readonly string[];
    readonly grant_types: readonly string[];
    readonly response_types: readonly string[];
    readonly token_endpoint_auth_method: string;
  }

  export interface Client {
    readonly clientId: string;
    readonly redirectUris: readonly string[];
  }

  export interface Interaction {
    readonly uid: string;
    readonly params: Readonly<Record<string, string | undefined>>;
  }

  export interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly Grant: new (owner: {
      clientId: string;
      accountId: string | undefined;
    }) => Grant;
    readonly Client: {
      readonly prototype: { redirectUriAllowed(this: Client, uri: string): boolean };
    };
    readonly AccessToken: {
      find(value: string): Promise<{ readonly accountId: string; readonly scope?: string } | undefined>;
    };
    use(middleware: (context: ProviderContext, next: () => Promise<void>) => Promise<void>): void;
    on(event: string, listener: (context: ProviderContext, error: Error) => void): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionResult(request: IncomingMessage, response: ServerResponse, result: unknown): Promise<string>;
  }

  export namespace interactionPolicy {
    class Check {
      constructor(reason: string, description: string, check: (context: ProviderContext) => boolean);
    }
    class Prompt {
      constructor(options: { name: string; requestable: boolean }, ...checks: Check[]);
    }
    function base(): Prompt[] & { clear(): void; add(prompt: Prompt): void };
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  /** Storage of the provider's own records, kept in memory. */
  class MemoryAdapter {
    constructor(model: string);
  }

  // biome-ignore lint/style/noDefaultExport: this is how the package exports it
  export { MemoryAdapter as default };
}
