/** What an operator may set about every receiver, whatever protocol it speaks: where it listens, with which certificate, and how many may come at once. */
import { z } from 'zod';

export const port = z.number().int().min(1).max(65_535);

/** Of receivers that listen everywhere unless told otherwise. */
export const address = z
  .string()
  .default('0.0.0.0')
  .describe('Address to listen on; 0.0.0.0 is all of IPv4, :: all of both.');

export const certificate = {
  certFile: z.string().describe('PEM file with the certificate and its chain, relative to the configuration file.'),
  keyFile: z.string().describe('PEM file with the private key.'),
};

export function connections(atMost: number, usually: number, what = 'Connections at once.') {
  return z.number().int().min(1).max(atMost).default(usually).describe(what);
}

export function connectionsOfOne(usually: number) {
  return connections(100_000, usually, 'Connections at once from one address.');
}
