/**
 * The jobs Worker: what runs without a visitor. An ordinary Worker, because a dispatch namespace runs no cron and no
 * queue consumer; deployed with wrangler.jobs.jsonc, with the same key for the Data API as the tenant Workers and none
 * of their other secrets.
 */
import { readMailSender, readSupabaseConfiguration, type SupabaseVariables } from './configuration.ts';
import { type Purged, purgeExpired } from './data/expired-records.ts';
import { type ClaimedMail, claimMails, finishMail, type MailOutcome } from './data/mails.ts';
import { createDataClient, type DataAccess } from './data/supabase.ts';
import { SupabaseTokens } from './data/supabase-token.ts';
import { logEvent } from './log.ts';
import { invitationMail } from './mail/invitation-mail.tsx';
import { sendMail } from './mail/send-mail.ts';

export interface JobsEnvironment extends SupabaseVariables {
  readonly MAIL: SendEmail;
  /** The neutral address that every mail comes from. */
  readonly MAIL_FROM: string;
}

const PURGE_CRON = '17 * * * *';
/** 20 × 10,000 rows: more than an hour leaves behind. What is left after a long pause goes with the next runs. */
const MAX_PORTIONS = 20;
/** 20 × 20 mails a run, two questions each: what an invocation may ask. A claim outlives twenty mails by minutes. */
const MAX_MAIL_PORTIONS = 20;
const MAILS_AT_ONCE = 20;

export default {
  async scheduled(controller, env): Promise<void> {
    if (controller.cron === PURGE_CRON) {
      const purged = await purge(await dataForJobs(env)());
      logEvent('job_done', { job: 'purge_expired', cron: controller.cron, ...purged });
    } else {
      // What no message told of: the queue was down, an attempt is due again, a job died.
      await sendMails(env, 'cron');
    }
  },
  /** However many messages, and whatever they say: mails are due. A failure brings the messages back. */
  async queue(batch, env): Promise<void> {
    // What a long list leaves behind is the business of another run, at once.
    if ((await sendMails(env, 'queue')) === 'more') batch.retryAll();
  },
} satisfies ExportedHandler<JobsEnvironment>;

function dataForJobs(env: SupabaseVariables): () => Promise<DataAccess> {
  const { url, publishableKey, issuer, signingKey } = readSupabaseConfiguration(env);
  const tokens = new SupabaseTokens(issuer, signingKey);
  const client = createDataClient(url, publishableKey);
  return async () => ({
    client,
    token: await tokens.tokenFor({ role: 'platform_jobs' }, Math.floor(Date.now() / 1000)),
  });
}

/** A failure is not caught: the run is marked as failed, and the next one starts where this one stopped. */
async function purge(access: DataAccess): Promise<Purged> {
  const total = { signInFlows: 0, sessions: 0, mails: 0 };
  for (let portion = 0; portion < MAX_PORTIONS; portion++) {
    const { signInFlows, sessions, mails } = await purgeExpired(access);
    if (signInFlows === 0 && sessions === 0 && mails === 0) break;
    total.signInFlows += signInFlows;
    total.sessions += sessions;
    total.mails += mails;
  }
  return total;
}

async function sendMails(env: JobsEnvironment, wokenBy: 'cron' | 'queue'): Promise<'done' | 'more'> {
  const from = readMailSender(env.MAIL_FROM);
  const data = dataForJobs(env);
  const counts = { sent: 0, retry: 0, failed: 0 };
  let left: 'done' | 'more' = 'more';
  for (let portion = 0; portion < MAX_MAIL_PORTIONS; portion++) {
    const access = await data();
    const mails = await claimMails(access, MAILS_AT_ONCE);
    if (mails.length === 0) {
      left = 'done';
      break;
    }
    // All of them come to their end, also when one cannot be told of: what is sent and not told goes out again.
    const settled = await Promise.allSettled(mails.map((mail) => sendAndTell(env.MAIL, from, access, mail)));
    const results = settled.map((end) => {
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    });
    for (const { outcome } of results) counts[outcome] += 1;
    // More of them would be refused as well, and use up their attempts.
    if (results.some((result) => result.outcome === 'retry' && result.error === 'limit_reached')) {
      left = 'done';
      break;
    }
  }
  if (counts.sent + counts.retry + counts.failed > 0) {
    logEvent('job_done', { job: 'send_mails', wokenBy, ...counts });
  }
  return left;
}

async function sendAndTell(
  binding: SendEmail,
  from: string,
  access: DataAccess,
  mail: ClaimedMail,
): Promise<MailOutcome> {
  const result = await send(binding, from, mail);
  // Once more where the answer was lost: telling twice changes nothing, and not telling sends it again.
  await finishMail(access, mail, result).catch(() => finishMail(access, mail, result));
  return result;
}

/** A mail that cannot even be written must not hold up the others. */
async function send(binding: SendEmail, from: string, mail: ClaimedMail): Promise<MailOutcome> {
  try {
    return await sendMail(binding, from, invitationMail(mail));
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    logEvent('mail_unwritable', { mail: mail.id, reason });
    return { outcome: 'failed', error: 'content_refused' };
  }
}
