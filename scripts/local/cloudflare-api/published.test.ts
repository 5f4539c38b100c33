import { expect, test } from 'vitest';
import { findPublished } from './published.ts';
import { startCloudflareApi } from './server.ts';
import { callApi, upload } from './testing.ts';

test('a secret is found in code, plain bindings and KV, and not where secrets belong', async () => {
  const api = await startCloudflareApi();
  try {
    const scripts = `/accounts/${api.accountId}/workers/scripts`;
    await upload(api, 'PUT', `${scripts}/one`, {
      code: 'export default { fetch: () => new Response("canary-code") };',
      bindings: [
        { name: 'PLAIN', type: 'plain_text', text: 'canary-binding' },
        { name: 'SECRET', type: 'secret_text', text: 'canary-secret' },
      ],
      metadata: { annotations: { 'workers/message': 'canary-message' } },
    });
    await callApi(api, 'POST', `/accounts/${api.accountId}/storage/kv/namespaces`, { title: 'canary-title' });
    const all = ['code', 'binding', 'secret', 'message', 'title', 'nowhere'].map(
      (place) => `canary-${place}`,
    );
    expect(findPublished(api.save(), all).toSorted()).toEqual([
      'canary-binding',
      'canary-code',
      'canary-message',
      'canary-title',
    ]);
  } finally {
    await api.close();
  }
});
