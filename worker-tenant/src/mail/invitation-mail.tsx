/**
 * The mail that asks somebody in, in the tenant's brand: HTML for mail programs (tables, inline styles; a dark palette
 * where the program knows `prefers-color-scheme`) and the same as plain text. Called by jobs.ts. Nothing is loaded but
 * the tenant's logo, if it has one, from its own portal; and no name but the tenant's is in it.
 */
import { Button } from '@react-email/button';
import { Container } from '@react-email/container';
import { Head } from '@react-email/head';
import { Hr } from '@react-email/hr';
import { Html } from '@react-email/html';
import { Link } from '@react-email/link';
import { Preview } from '@react-email/preview';
import { Section } from '@react-email/section';
import { Text } from '@react-email/text';
import { Fragment } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { brandFileAddress } from '../../../contract/brand-files.ts';
import { type Brand, resolveBrand } from '../../../contract/branding.ts';
import { logoSize } from '../../../contract/logo-size.ts';
import type { TenantRole } from '../../../contract/tenants.ts';
import { fontFamily, type SchemeColors, schemeColors } from '../../../contract/theme.ts';
import type { ClaimedMail } from '../data/mails.ts';
import { oneLine } from './one-line.ts';
import type { OutgoingMail } from './send-mail.ts';

export type InvitationFacts = Omit<ClaimedMail, 'id' | 'attempt'>;

const DOCTYPE =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">';
const MAX_NAME = 120;

const ROLES: Record<TenantRole, string> = {
  client: 'a client',
  admin: 'an admin',
  super_admin: 'a super admin',
};

export function invitationMail(facts: InvitationFacts): OutgoingMail {
  const brand = resolveBrand(facts.tenantName, facts.brand);
  const wording = wordingOf(brand, facts);
  return {
    to: facts.recipient,
    senderName: facts.brand.mailSenderName ?? brand.name,
    replyTo: brand.supportEmail,
    subject: `Your invitation to ${wording.name}`,
    html: `${DOCTYPE}${renderToStaticMarkup(<InvitationMail brand={brand} wording={wording} origin={facts.origin} />)}`,
    text: plainText(wording),
  };
}

interface Wording {
  readonly name: string;
  readonly title: string;
  /** Before and behind the name of who invited. */
  readonly invitedBy: string | null;
  readonly invitation: string;
  readonly button: string;
  readonly address: string;
  readonly how: string;
  readonly until: string;
  readonly why: string;
  readonly links: readonly { readonly label: string; readonly href: string }[];
}

function wordingOf(
  brand: Brand,
  { role, recipient, expiresAt, origin, invitedBy }: InvitationFacts,
): Wording {
  const name = oneLine(brand.name, MAX_NAME);
  const until = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(new Date(expiresAt));
  const inviter = invitedBy === null ? '' : oneLine(invitedBy, MAX_NAME);
  return {
    name,
    title: `You are invited to ${name}`,
    invitedBy: inviter === '' ? null : inviter,
    invitation: `to join ${name} as ${ROLES[role]}.`,
    button: `Sign in to ${name}`,
    address: `${origin}/sign-in`,
    how: `Sign in with an account whose verified email address is ${recipient}. There is nothing else to fill in.`,
    until: `The invitation works once, and until ${until} UTC.`,
    why: `You get this mail because somebody at ${name} invited ${recipient}. If you did not expect it, ignore it: nothing happens unless you sign in.`,
    links: [
      ...(brand.supportUrl === null ? [] : [{ label: 'Support', href: brand.supportUrl }]),
      ...(brand.supportEmail === null
        ? []
        : [{ label: brand.supportEmail, href: `mailto:${brand.supportEmail}` }]),
      ...(brand.termsUrl === null ? [] : [{ label: 'Terms', href: brand.termsUrl }]),
      ...(brand.privacyUrl === null ? [] : [{ label: 'Privacy', href: brand.privacyUrl }]),
    ],
  };
}

function plainText(wording: Wording): string {
  const { name, title, invitedBy, invitation, address, how, until, why, links } = wording;
  return [
    title,
    invitedBy === null ? `You are invited ${invitation}` : `${invitedBy} invites you ${invitation}`,
    `Sign in to ${name}:\n${address}`,
    `${how}\n${until}`,
    [
      `-- \n${why}`,
      ...links.map(({ label, href }) =>
        href === `mailto:${label}` ? `Write to: ${label}` : `${label}: ${href}`,
      ),
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

interface InvitationMailProps {
  readonly brand: Brand;
  readonly wording: Wording;
  /** Of the portal. */
  readonly origin: string;
}

function InvitationMail({ brand, wording, origin }: InvitationMailProps) {
  const light = schemeColors(brand.colors.light, 'light');
  const dark = schemeColors(brand.colors.dark, 'dark');
  const { title, invitedBy, invitation, button, address, how, until, why, links } = wording;
  const text = { fontSize: '16px', lineHeight: '24px', margin: '0 0 16px', color: light.text } as const;
  const small = {
    fontSize: '13px',
    lineHeight: '20px',
    margin: '0 0 8px',
    color: light['text-muted'],
  } as const;
  return (
    <Html lang="en">
      <Head>
        <title>{title}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <style>{darkStyles(dark, light.surface)}</style>
      </Head>
      {/* Mail programs that drop what is said of the body keep what is said of a table. */}
      <body className="page" style={{ backgroundColor: light.surface, margin: 0, padding: 0 }}>
        <Preview>{`${invitedBy ?? 'You are'} ${invitedBy === null ? 'invited' : 'invites you'} ${invitation}`}</Preview>
        <Section
          className="page"
          style={{
            backgroundColor: light.surface,
            padding: '32px 12px',
            fontFamily: fontFamily(brand.font),
          }}
        >
          <Container
            className="card"
            style={{
              backgroundColor: light['surface-raised'],
              border: `1px solid ${light.border}`,
              borderRadius: `${brand.radius}px`,
              maxWidth: '560px',
              padding: '32px 28px',
            }}
          >
            <BrandSign brand={brand} colors={light} origin={origin} />
            <h1
              className="ink"
              style={{
                color: light.text,
                fontSize: '24px',
                lineHeight: '32px',
                fontWeight: 600,
                margin: '24px 0 16px',
                overflowWrap: 'anywhere',
              }}
            >
              {title}
            </h1>
            <Text className="ink" style={{ ...text, overflowWrap: 'anywhere' }}>
              {invitedBy === null ? (
                'You are invited '
              ) : (
                <>
                  <bdi>
                    <strong>{invitedBy}</strong>
                  </bdi>{' '}
                  invites you{' '}
                </>
              )}
              {invitation}
            </Text>
            <Section style={{ margin: '8px 0 24px' }}>
              <Button
                className="button"
                href={address}
                style={{
                  backgroundColor: light.primary,
                  color: light['on-primary'],
                  border: `1px solid ${light['primary-edge']}`,
                  borderRadius: `${brand.radius}px`,
                  fontSize: '16px',
                  fontWeight: 600,
                  lineHeight: '24px',
                  padding: '12px 24px',
                  textDecoration: 'none',
                }}
              >
                {button}
              </Button>
            </Section>
            <Text className="ink" style={{ ...text, overflowWrap: 'anywhere' }}>
              {how}
            </Text>
            <Text className="ink" style={text}>
              {until}
            </Text>
            <Text className="muted" style={{ ...small, overflowWrap: 'anywhere' }}>
              If the button does not work, open{' '}
              <Link
                className="link"
                href={address}
                style={{ color: light.link, textDecoration: 'underline' }}
              >
                {address}
              </Link>
            </Text>
            <Hr className="line" style={{ borderColor: light.border, margin: '24px 0 16px' }} />
            <Text className="muted" style={{ ...small, overflowWrap: 'anywhere' }}>
              {why}
            </Text>
            {links.length > 0 && (
              <Text className="muted" style={{ ...small, overflowWrap: 'anywhere' }}>
                {links.map(({ label, href }, index) => (
                  <Fragment key={href}>
                    {index > 0 && ' · '}
                    <Link
                      className="link"
                      href={href}
                      style={{ color: light.link, textDecoration: 'underline' }}
                    >
                      {label}
                    </Link>
                  </Fragment>
                ))}
              </Text>
            )}
          </Container>
        </Section>
      </body>
    </Html>
  );
}

interface BrandSignProps {
  readonly brand: Brand;
  readonly colors: SchemeColors;
  readonly origin: string;
}

/** How the brand signs: its logo, which is its name where pictures are not loaded, or its mark. */
function BrandSign({ brand, colors, origin }: BrandSignProps) {
  const { logo } = brand.images;
  if (logo === undefined) return <BrandMark brand={brand} colors={colors} />;
  return (
    <img
      className="logo"
      src={`${origin}${brandFileAddress('logo', logo.hash)}`}
      alt={oneLine(brand.name, MAX_NAME)}
      {...logoSize(logo, 40)}
      style={{ color: colors.text, display: 'block', fontSize: '17px', fontWeight: 600, maxWidth: '100%' }}
    />
  );
}

/** The monogram on the brand's colour, and the name beside it. */
function BrandMark({ brand, colors }: Omit<BrandSignProps, 'origin'>) {
  return (
    <table role="presentation" cellPadding={0} cellSpacing={0} border={0}>
      <tbody>
        <tr>
          <td
            className="button"
            align="center"
            width={44}
            height={44}
            aria-hidden
            style={{
              backgroundColor: colors.primary,
              color: colors['on-primary'],
              borderRadius: `${Math.min(brand.radius, 12)}px`,
              fontSize: '18px',
              fontWeight: 700,
              width: '44px',
              height: '44px',
            }}
          >
            {oneLine(brand.monogram, 2)}
          </td>
          <td
            className="ink"
            style={{
              color: colors.text,
              fontSize: '17px',
              fontWeight: 600,
              paddingLeft: '12px',
              overflowWrap: 'anywhere',
            }}
          >
            {oneLine(brand.name, MAX_NAME)}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** Inline styles win everywhere else, hence the `!important`. Colours alone: nothing here needs escaping. */
function darkStyles(dark: SchemeColors, logoGround: string): string {
  const rules = [
    `.page { background-color: ${dark.surface} !important; }`,
    `.card { background-color: ${dark['surface-raised']} !important; border-color: ${dark.border} !important; }`,
    `.ink, .ink strong { color: ${dark.text} !important; }`,
    `.muted { color: ${dark['text-muted']} !important; }`,
    `.link { color: ${dark.link} !important; }`,
    `.button { background-color: ${dark.primary} !important; color: ${dark['on-primary']} !important; border-color: ${dark['primary-edge']} !important; }`,
    `.line { border-color: ${dark.border} !important; }`,
    // The light logo, whose letters might be dark.
    `.logo { background-color: ${logoGround} !important; border-radius: 4px; padding: 6px 8px; }`,
  ];
  return `:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { ${rules.join(' ')} }`;
}
