/** Pieces that the settings of several responders have in common. What each of them means is said where it is used. */
import { parseNetwork } from '@netsentinel/kernel/address';
import { z } from 'zod';

/** How long an answer may take, in milliseconds. */
export const timeoutMs = z.number().int().min(100).max(60_000).default(5000);

/** Milliseconds between two looks; the longest is such that what somebody else did is mended within five seconds. */
export const checkMs = z.number().int().min(100).max(4000).default(1000);

/** Milliseconds between two looks whose cost only the operator knows, up to an hour. */
export const rareCheckMs = z.number().int().min(100).max(3_600_000);

/** A file that is read. */
export const filePath = z.string().min(1).max(4096);

/** A program and its leading arguments; without any, the one in the system folders is meant. */
export const leadingWords = z.array(z.string().min(1).max(256)).max(16).default([]);

/** Most elements of one set in the kernel. */
export const setSize = z.number().int().min(1024).max(4_194_304).default(262_144);

/** A chain of iptables. */
export const chainName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,27}$/);

/** Length of a network's prefix in bits: none that would cut off a large part of the Internet. */
export const prefixLength4 = z.number().int().min(8).max(32);
export const prefixLength6 = z.number().int().min(16).max(128);

/** An address or a network in CIDR form. */
export const networkText = z
  .string()
  .max(49)
  .refine((text) => parseNetwork(text) !== undefined, 'Not an address or a network in CIDR form with zero host bits');

/** Whom an isolated host goes on speaking with. */
export const management = z.array(networkText).max(100).default([]);
