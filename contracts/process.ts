/**
 * What the launcher says to the processes it starts, and they to it, over Node's IPC channel. Handles (listeners, links) travel beside
 * the message that names them. The launcher checks every message with these schemas: a decoy host may be in an attacker's hands.
 */
import { z } from 'zod';
import { Measure, ResponseMode } from './action.ts';
import { CaptureNews, CaptureStanding, WantedCapture } from './capture.ts';
import { ConfigurationAsk } from './configuration.ts';
import { Severity } from './detection.ts';
import { DescribedDecoy, PlayedDecoy } from './played-decoy.ts';
import { PlayedStack } from './played-stack.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const logLevel = z.enum(['debug', 'info', 'warn', 'error']);

export const DecoyBoot = z.strictObject({
  id,
  type: id,
  /** Checked by the decoy's own schema. */
  config: z.unknown(),
  /** Base64 of 32 bytes that are this install's and this persona's alone. */
  seed: z.string(),
  /** Name of its persona's file among `personas`. */
  persona: z.string(),
  /** The port that the machine has this service on, where it is one of the persona's. */
  servicePort: z.number().int().optional(),
});
export type DecoyBoot = z.infer<typeof DecoyBoot>;

export const ToDecoyHost = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    sensor: id,
    logLevel,
    decoys: z.array(DecoyBoot).max(256),
    /** Files of the machines to play, by name; the decoys check them with their own schema. */
    personas: z.record(z.string(), z.unknown()),
    limits: z.strictObject({
      maxConnections: z.number().int(),
      maxConnectionsPerSource: z.number().int(),
      maxSessionMs: z.number().int(),
      maxUploadBytes: z.number().int(),
      maxRecordingBytes: z.number().int(),
    }),
  }),
  /** With a listening server's or a bound datagram socket's handle. */
  z.strictObject({ t: z.literal('listener'), decoy: id }),
  /** Closes what this decoy listens on, and ends its connections. */
  z.strictObject({ t: z.literal('unlisten'), decoy: id }),
  /** With a connected socket's handle: the way to the platform, anew after each restart of it. */
  z.strictObject({ t: z.literal('link') }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToDecoyHost = z.infer<typeof ToDecoyHost>;

export const CollectorBoot = z.strictObject({
  id,
  type: id,
  zone: z.string(),
  trustedProxies: z.array(z.string()),
  pattern: z.string().optional(),
  /** Checked by the collector's own schema. */
  config: z.unknown(),
  listeners: z.array(z.string()),
  stdin: z.boolean(),
  tls: z.strictObject({ cert: z.string(), key: z.string(), ca: z.string().optional() }).optional(),
});
export type CollectorBoot = z.infer<typeof CollectorBoot>;

export const ToCollectorHost = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    logLevel,
    collectors: z.array(CollectorBoot).max(256),
    /** Inherited descriptors of the kernel's tables of the launcher's UDP sockets. */
    udpTables: z.array(z.number().int().nonnegative()).max(2),
  }),
  /** With a listening server's or a bound datagram socket's handle; `name` is the collector's own for it. */
  z.strictObject({ t: z.literal('listener'), collector: id, name: z.string() }),
  /** With a connected socket's handle: this collector's way to the platform, anew after each restart of it. */
  z.strictObject({ t: z.literal('link'), collector: id }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToCollectorHost = z.infer<typeof ToCollectorHost>;

/** To the watcher; what it needs before it is confined, its first stage was told on its command line. */
export const ToWatcher = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    logLevel,
    /** The addresses that are watched, and whose each is. */
    addresses: z.record(z.string(), z.string()),
    /** What decoys listen on: `tcp 22` at all addresses, `tcp 192.0.2.1 22` at one. */
    decoyPorts: z.array(z.string()).max(1024),
    /** Where the machine's own clients begin to take ports. */
    clientPortsFrom: z.number().int(),
    /** Whom this machine asks for names: what comes from their port 53 is an answer, to a socket that may be closed by now. */
    nameServers: z.array(z.string()).max(64),
  }),
  /** With a connected socket's handle: the way to the platform, anew after each restart of it. */
  z.strictObject({ t: z.literal('link') }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToWatcher = z.infer<typeof ToWatcher>;

/** To the process that writes packets; network and interfaces its first stage was told on its command line. */
export const ToCapture = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    logLevel,
    /** The one folder that it may write to. */
    folder: z.string(),
    wanted: WantedCapture,
    /** Names; empty where all are captured. */
    interfaces: z.array(z.string()).max(64),
    /** Of all files of this order together. */
    maxBytes: z.number().int(),
    /** Bytes of each packet that are kept, from its network header on. */
    snapLength: z.number().int(),
    /** It ends where less would be free on the disk. */
    keepFreeBytes: z.number().int(),
  }),
  /** It ends so many milliseconds from now. */
  z.strictObject({ t: z.literal('until'), remainingMs: z.number() }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToCapture = z.infer<typeof ToCapture>;

/** What any started process says. */
export const FromChild = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('ready') }),
  /** It has nothing to do, and hears nothing until there is: the watcher before the first packet. */
  z.strictObject({ t: z.literal('asleep') }),
  z.strictObject({
    t: z.literal('failed'),
    code: z.string().max(64),
    message: z.string().max(2048),
    hint: z.string().max(512).optional(),
  }),
  z.strictObject({ t: z.literal('stopped') }),
]);
export type FromChild = z.infer<typeof FromChild>;

/** What the process that writes packets says besides: of the file that it writes now, and of each that is closed. */
export const FromCapture = z.discriminatedUnion('t', [
  ...FromChild.options,
  z.strictObject({ t: z.literal('file'), ...CaptureNews.shape }),
]);
export type FromCapture = z.infer<typeof FromCapture>;

/** What the enforcer says besides: all that shall be captured now, each time. */
export const FromEnforcerHost = z.discriminatedUnion('t', [
  ...FromChild.options,
  z.strictObject({ t: z.literal('capture'), wanted: z.array(WantedCapture).max(16) }),
]);
export type FromEnforcerHost = z.infer<typeof FromEnforcerHost>;

/** All that a test of the decoys says; the platform reads the verdict, as it does all that comes from attackers. */
export const FromVerifier = z.strictObject({ t: z.literal('verdict'), verdict: z.record(z.string(), z.unknown()) });
export type FromVerifier = z.infer<typeof FromVerifier>;

/** What the platform says besides. */
export const FromPlatform = z.discriminatedUnion('t', [
  ...FromChild.options,
  /** One line for whoever watches the terminal. */
  z.strictObject({
    t: z.literal('incident'),
    id: z.string().max(64),
    title: z.string().max(1024),
    severity: Severity,
    score: z.number(),
    isNew: z.boolean(),
  }),
  z.strictObject({
    t: z.literal('action'),
    id: z.string().max(64),
    /** `block` where it is not given. */
    measure: Measure.optional(),
    target: z.string().max(49),
    status: z.string().max(32),
    detail: z.string().max(1024).optional(),
    expiresAt: z.number(),
  }),
  /** A sensor or a source behind one fell silent, or came back. */
  z.strictObject({
    t: z.literal('source'),
    what: z.enum(['silent', 'back']),
    sensor: z.string().max(64),
    source: z.string().max(1024),
    silentMs: z.number(),
  }),
  z.strictObject({ t: z.literal('sign-in'), path: z.string().max(512) }),
  /** A person's word: this decoy shall listen, or stop. Answered by `decoy-set`. */
  z.strictObject({
    t: z.literal('decoy'),
    request: z.number().int().min(0),
    decoy: z.string().max(64),
    listening: z.boolean(),
  }),
  /** A person's word: test the decoys, coming from this address of the loopback network. Answered by `decoys-tested`, in some minutes. */
  z.strictObject({ t: z.literal('test-decoys'), address: z.string().max(15) }),
  /** Of a person, about the configuration. Answered by `configuration-answer`. */
  z.strictObject({
    t: z.literal('configuration'),
    request: z.number().int().min(0),
    ask: ConfigurationAsk,
  }),
]);
export type FromPlatform = z.infer<typeof FromPlatform>;

const Refusal = z.strictObject({
  code: z.string(),
  fault: z.enum(['user', 'operational', 'bug']),
  message: z.string(),
  hint: z.string().exactOptional(),
  where: z.string().exactOptional(),
});

export const ToPlatform = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    directory: z.string(),
    controlSocket: z.string(),
    logLevel,
    config: z.unknown(),
    responseMode: ResponseMode,
    decoys: z.array(PlayedDecoy),
    collectors: z.array(z.strictObject({ id, type: id })),
    /** Every sensor that is to be heard, and how long a source behind it may be silent; 0: no matter. */
    sensors: z.array(z.strictObject({ id, silenceAfterMs: z.number().int() })),
  }),
  /** With the console's listening server. */
  z.strictObject({ t: z.literal('console') }),
  /** With a connected socket: what comes over it is this sensor's, whatever it says. */
  z.strictObject({ t: z.literal('sensor'), sensor: id, type: id }),
  /** With a connected socket to the enforcer. */
  z.strictObject({ t: z.literal('enforcer') }),
  /** What a scanner finds at the decoys, by id. */
  z.strictObject({ t: z.literal('described'), decoys: z.record(id, DescribedDecoy) }),
  /** It is as this `decoy` order has it; the error where it is not. */
  z.strictObject({ t: z.literal('decoy-set'), request: z.number().int().min(0), error: Refusal.optional() }),
  /** What `test-decoys` found (`decoy-test.ts`), or why nothing. */
  z.strictObject({ t: z.literal('decoys-tested'), verdict: z.unknown().optional(), error: Refusal.optional() }),
  /** What this `configuration` asked for, or why not. */
  z.strictObject({
    t: z.literal('configuration-answer'),
    request: z.number().int().min(0),
    answer: z.unknown().optional(),
    error: Refusal.optional(),
  }),
  /** Where scans are watched for, or why they are not. */
  z.strictObject({ t: z.literal('watching'), addresses: z.array(z.string()), reason: z.string().optional() }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToPlatform = z.infer<typeof ToPlatform>;

export const ToEnforcer = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    directory: z.string(),
    controlSocket: z.string(),
    logLevel,
    config: z.unknown(),
    /** It obeys a centre on another host, whose credentials lie in its directory, and no platform. */
    isPoint: z.boolean().optional(),
    /** There is somebody who writes packets at its word; `unable`: why that cannot be done on this machine. */
    capture: z.strictObject({ unable: z.string().optional() }).optional(),
    /** Decoys of systems that answer other than this machine's. */
    stacks: z.array(PlayedStack).max(64).optional(),
  }),
  /** How all that it wants captured stands, and what became of files since. */
  z.strictObject({
    t: z.literal('captures'),
    captures: z.array(CaptureStanding).max(64),
    news: z.array(CaptureNews).max(1024),
  }),
  /** With a connected socket to the platform. */
  z.strictObject({ t: z.literal('link') }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToEnforcer = z.infer<typeof ToEnforcer>;
