/** The names of the Workers of one machine. Used by vite.config.ts, portal.ts and platform.ts. */

/** Logical names, as the database fills them in from a tenant's type; all three are one source, worker-tenant. */
export const TENANT_WORKERS = ['primary-tenant', 'partner-tenant', 'custom-tenant'] as const;
export type TenantWorkerName = (typeof TENANT_WORKERS)[number];

export const JOBS_WORKER = 'marquee-jobs';
/** What `send_email` is on one machine. */
export const MAIL_SERVICE = { binding: 'MAIL', service: 'mail-service', entrypoint: 'MailService' } as const;
