/** The pages of the identity provider stand-ins: pick a user, and an error. Plain HTML, no script. */
import { IDENTITY_USERS, type IdentityUser } from './identity-users.ts';

export interface PageLook {
  readonly label: 'GitHub' | 'Google';
  readonly accent: string;
  readonly onAccent: string;
}

/** The page where a person picks who to be. Each user is a submit button `user`, Cancel is `deny`. */
export function pickPage(look: PageLook, continuesTo: string): string {
  const users = Object.entries(IDENTITY_USERS).map(([name, user], index) =>
    userButton(name, user, index === 0),
  );
  return page(
    look,
    `Sign in to ${look.label}`,
    `<h1>Sign in to ${look.label}</h1>
    <p class="to">to continue to <strong>${text(continuesTo)}</strong></p>
    <form method="post">
      <ul>${users.join('')}</ul>
      <button class="cancel" name="deny" value="1">Cancel</button>
    </form>`,
  );
}

/** Registers a client; afterwards shows its id and its secret, once. */
export function newClientPage(
  look: PageLook,
  created: { readonly clientId: string; readonly clientSecret: string } | null,
): string {
  const title = `New ${look.label} client`;
  if (created === null) {
    return page(
      look,
      title,
      `<h1>${title}</h1>
      <form method="post">
        <p class="to"><label>Callback URL <input name="callback" type="url" required autofocus></label></p>
        <button class="cancel">Create</button>
      </form>`,
    );
  }
  return page(
    look,
    title,
    `<h1>${title}</h1>
    <p class="to">Client ID<br><code id="client-id">${text(created.clientId)}</code></p>
    <p class="to">Client secret<br><code id="client-secret">${text(created.clientSecret)}</code></p>`,
  );
}

/** What a person sees where the provider itself refuses, without a redirect. */
export function errorPage(look: PageLook, error: string, description: string): string {
  return page(
    look,
    `${look.label} error`,
    `<h1>Access blocked</h1><p class="to">${text(description)}</p><p><code>${text(error)}</code></p>`,
  );
}

function userButton(name: string, user: IdentityUser, first: boolean): string {
  const email = user.emails.find((candidate) => candidate.primary)?.email;
  const lines = [email, user.note].filter((line) => line !== undefined && line !== null);
  return `<li><button class="user" name="user" value="${text(name)}"${first ? ' autofocus' : ''}>
    <span class="mark" aria-hidden="true">${text(user.name.slice(0, 1))}</span>
    <span><span class="name">${text(user.name)}</span>
    ${lines.map((line) => `<span class="line">${text(line)}</span>`).join(' ')}</span></button></li>`;
}

function page({ label, accent, onAccent }: PageLook, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
  :root { --accent: ${accent}; --on-accent: ${onAccent}; --page: #f4f5f7; --card: #fff; --text: #1b1f24; --muted: #57606a;
    --line: #d5d9df; --hover: #f2f4f8; --notice: #fff4d6; --on-notice: #5c4400; }
  @media (prefers-color-scheme: dark) { :root { --page: #0f1114; --card: #181b20; --text: #eceff3; --muted: #a3acb8;
    --line: #323841; --hover: #20252c; --notice: #3a2f10; --on-notice: #ffe3a1; } }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--page);
    color: var(--text); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
  main { width: 100%; max-width: 420px; background: var(--card); border: 1px solid var(--line); border-radius: 14px;
    overflow: hidden; box-shadow: 0 12px 32px rgb(0 0 0 / .08); }
  .notice { margin: 0; padding: 10px 24px; background: var(--notice); color: var(--on-notice); font-size: 14px; }
  .content { padding: 28px 24px 24px; }
  h1 { margin: 0; font-size: 24px; line-height: 1.25; letter-spacing: -.01em; }
  .to { margin: 6px 0 20px; color: var(--muted); overflow-wrap: anywhere; }
  .to strong { color: var(--text); font-weight: 600; }
  ul { list-style: none; margin: 0 0 16px; padding: 0; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
  li + li { border-top: 1px solid var(--line); }
  button { font: inherit; color: inherit; cursor: pointer; }
  .user { width: 100%; display: flex; gap: 14px; align-items: center; padding: 12px 14px; border: 0; background: none;
    text-align: start; }
  .user:hover { background: var(--hover); }
  .mark { flex: none; width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center;
    background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .name { display: block; font-weight: 600; }
  .line { display: block; color: var(--muted); font-size: 14px; overflow-wrap: anywhere; }
  .cancel { width: 100%; padding: 10px 14px; border: 1px solid var(--line); border-radius: 10px; background: none; }
  .cancel:hover { background: var(--hover); }
  button:focus-visible { outline: 3px solid color-mix(in srgb, var(--text) 70%, transparent); outline-offset: -3px; }
  input { display: block; width: 100%; padding: 8px 10px; font: inherit; }
  code { font-size: 14px; color: var(--muted); }
</style>
</head>
<body>
<main>
  <p class="notice"><strong>Local stand-in.</strong> This is not ${label}: it plays its part on this machine. Nothing leaves it.</p>
  <div class="content">${body}</div>
</main>
</body>
</html>`;
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
