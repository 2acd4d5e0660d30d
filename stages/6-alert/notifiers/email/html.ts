/** The HTML part of a mail: tables and inline styles, which is what mail programs understand. Everything in it is escaped; nothing is loaded. */
import type { Notification } from '@netsentinel/contracts/notification';
import { factsOf, headline, SEVERITY_COLOUR } from '../words.ts';

export function mailHtml(notification: Notification): string {
  const { severity, incident } = notification;
  const colour = SEVERITY_COLOUR[severity];
  const rows = factsOf(notification).map(
    ({ label, lines }) =>
      `<tr><td style="padding:6px 12px 6px 0;color:#6b7280;vertical-align:top;white-space:nowrap">${escapeHtml(label)}</td><td style="padding:6px 0;vertical-align:top">${lines.map(escapeHtml).join('<br>')}</td></tr>`,
  );
  const button =
    incident?.url === undefined
      ? ''
      : `<p style="margin:20px 0"><a href="${escapeHtml(incident.url)}" style="background:${colour};color:#ffffff;padding:10px 18px;border-radius:4px;text-decoration:none">Open the incident</a></p>`;
  const footer =
    incident === undefined ? '' : `<p style="color:#6b7280;font-size:12px">Incident ${escapeHtml(incident.id)}</p>`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light"></head>',
    '<body style="margin:0;padding:24px;background:#f3f4f6;font-family:system-ui,sans-serif;font-size:14px;color:#111827">',
    `<div style="max-width:680px;margin:0 auto;background:#ffffff;border-top:4px solid ${colour};padding:20px 24px">`,
    `<h1 style="font-size:18px;margin:0 0 12px">${escapeHtml(headline(notification))}</h1>`,
    `<table style="border-collapse:collapse;font-size:14px">${rows.join('')}</table>${button}${footer}`,
    '</div></body></html>',
  ].join('\n');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
