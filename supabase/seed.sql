-- The demo tenants of development and tests: three portals with three brands, one of them on a domain of its own, and
-- one that is suspended. The partners have a plan under which a portal need not say who it is powered by. OAuth clients follow from the scripts, whose keys encrypt their secrets.

insert into public.tenants (tenant_id, name, domain, type, subscription_tier, sign_up, whitelabel_config) values (
  'cozyartzmedia', 'Cozyartz Media Group', 'cozyartzmedia.com', 'primary', 'enterprise', 'open',
  '{
    "tagline": "Brand, web and media under one roof",
    "description": "Projects, media and reports of Cozyartz Media Group, in one place.",
    "signInHeadline": "Welcome back to the studio",
    "monogram": "CZ",
    "colors": {
      "light": {"primary": "#a4372a", "accent": "#d98a29", "surface": "#fbf8f4", "text": "#241c17"},
      "dark": {"primary": "#f0907f", "accent": "#e5a94f", "surface": "#1a1512", "text": "#f4ece5"}
    },
    "radius": 10,
    "font": "figtree",
    "supportEmail": "hello@cozyartzmedia.com",
    "termsUrl": "https://cozyartzmedia.com/terms",
    "privacyUrl": "https://cozyartzmedia.com/privacy"
  }'
);

insert into public.tenants (tenant_id, name, domain, type, subscription_tier, sign_up, status, whitelabel_config) values
(
  'partner1', 'Partner One', 'partner1.cozyartzmedia.com', 'partner-subdomain', 'growth', 'open', 'active',
  '{
    "tagline": "Campaigns that keep their promises",
    "description": "The client portal of Partner One: campaigns, approvals and results.",
    "signInHeadline": "Your campaigns, at a glance",
    "monogram": "P1",
    "colors": {
      "light": {"primary": "#0b6e4f", "accent": "#f2b134", "surface": "#f6faf7", "text": "#10231b"},
      "dark": {"primary": "#5fd3a6", "accent": "#f5c465", "surface": "#0d1714", "text": "#e4f2ec"}
    },
    "radius": 16,
    "font": "instrument-sans",
    "supportEmail": "care@partner-one.example",
    "supportUrl": "https://partner-one.example/help",
    "termsUrl": "https://partner-one.example/terms",
    "privacyUrl": "https://partner-one.example/privacy"
  }'
),
(
  'partner-seo', 'Partner SEO', 'partner-seo.com', 'custom-domain', 'growth', 'open', 'active',
  '{
    "tagline": "Be found first",
    "description": "Rankings, audits and reports for clients of Partner SEO.",
    "signInHeadline": "See where you rank today",
    "monogram": "PS",
    "colors": {
      "light": {"primary": "#3730c9", "accent": "#0ea5b7", "surface": "#ffffff", "text": "#14142b"},
      "dark": {"primary": "#a5a3ff", "accent": "#4fd1df", "surface": "#0f1020", "text": "#ecebfb"}
    },
    "radius": 2,
    "font": "geist",
    "supportEmail": "support@partner-seo.com",
    "supportUrl": "https://partner-seo.com/support",
    "termsUrl": "https://partner-seo.com/terms",
    "privacyUrl": "https://partner-seo.com/privacy"
  }'
),
(
  'paused-partner', 'Paused Partner', 'paused.cozyartzmedia.com', 'partner-subdomain', 'starter', 'invite', 'suspended',
  '{
    "monogram": "PP",
    "colors": {"light": {"primary": "#7a4e9c", "accent": "#c2789f", "surface": "#faf7fb", "text": "#221a27"}},
    "radius": 6,
    "font": "system",
    "supportEmail": "office@paused-partner.example"
  }'
);

insert into public.invitations (tenant_id, email, tenant_role, expires_at) values
  ('cozyartzmedia', 'ada@example.test', 'super_admin', now() + interval '10 years'),
  ('partner1', 'ada@example.test', 'admin', now() + interval '10 years'),
  ('partner-seo', 'ada@example.test', 'admin', now() + interval '10 years');

-- A comfortable tenant, one with an override, and one that is near its limit.
insert into public.tenant_usage (tenant_id, usage_type, period_start, usage_count, usage_limit) values
  ('cozyartzmedia', 'ai_calls', date_trunc('month', now(), 'UTC') at time zone 'UTC', 18240, null),
  ('cozyartzmedia', 'storage', null, 64::bigint << 30, null),
  ('partner1', 'ai_calls', date_trunc('month', now(), 'UTC') at time zone 'UTC', 3180, 15000),
  ('partner1', 'storage', null, 4509715661, null),
  ('partner-seo', 'ai_calls', date_trunc('month', now(), 'UTC') at time zone 'UTC', 934, 1000),
  ('partner-seo', 'storage', null, 708837376, null);
