/** The signature of a webhook as Standard Webhooks has it (its specification, section "Signature scheme"): header `webhook-signature`. */
import { createHmac } from 'node:crypto';

/** @param secret `whsec_` with base64, or any text. @param timestamp Unix seconds, as in the header `webhook-timestamp`. */
export function signWebhook(secret: string, id: string, timestamp: string, body: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
