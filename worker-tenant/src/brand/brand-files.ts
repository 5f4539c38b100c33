/** Files of brands in the shared bucket, each under its tenant's own prefix by the hash of its content. */
import { BRAND_FILES, type BrandFile, brandFileKey } from '../../../contract/brand-files.ts';
import type { TenantId } from '../../../contract/tenants.ts';

/** The files of one tenant: its id is taken once, from the verified context, and from nothing that a client says. */
export class BrandFiles {
  readonly #bucket: R2Bucket;
  readonly #tenantId: TenantId;

  constructor(bucket: R2Bucket, tenantId: TenantId) {
    this.#bucket = bucket;
    this.#tenantId = tenantId;
  }

  /** Answers the SHA-256 of the content, its name from now on. What is there already stays as it is. */
  async store(file: BrandFile, content: Uint8Array<ArrayBuffer>): Promise<string> {
    const { extension, contentType } = BRAND_FILES[file];
    const digest = await crypto.subtle.digest('SHA-256', content);
    const hash = new Uint8Array(digest).toHex();
    await this.#bucket.put(brandFileKey(this.#tenantId, hash, extension), content, {
      httpMetadata: { contentType },
      sha256: digest,
    });
    return hash;
  }

  /** What is not there is gone as well. */
  async remove(file: BrandFile, hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    const { extension } = BRAND_FILES[file];
    await this.#bucket.delete(hashes.map((hash) => brandFileKey(this.#tenantId, hash, extension)));
  }

  /** Null where this tenant has none of this name. */
  read(file: BrandFile, hash: string): Promise<R2ObjectBody | null> {
    return this.#bucket.get(brandFileKey(this.#tenantId, hash, BRAND_FILES[file].extension));
  }
}
