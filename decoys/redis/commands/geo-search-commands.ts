/** GEOSEARCH and what it was called before: the places of a sorted set within a circle or a box. */
import { CommandFailure, notAFloat, syntaxError } from '../command-failure.ts';
import type { Reply } from '../resp/reply.ts';
import { decodePlace, distance, LATITUDE, UNITS } from '../store/geo.ts';
import { sortedScores } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, float, integer, parseFloatStrictly } from './command.types.ts';
import { coordinate } from './geo-commands.ts';

type Place = readonly [longitude: number, latitude: number];

interface Shape {
  /** Meters; undefined where the place is outside. */
  distanceTo(place: Place): number | undefined;
  /** In which distances are told. */
  readonly unit: number;
}

interface Wanted {
  readonly shape: Shape;
  readonly order: 'asc' | 'desc' | undefined;
  readonly count: number;
  readonly any: boolean;
  readonly shows: ReadonlySet<string>;
  /** Where the result goes, with distances in place of scores. */
  readonly target?: { readonly key: string; readonly distances: boolean };
}

interface Found {
  readonly name: string;
  readonly score: number;
  readonly meters: number;
  readonly place: Place;
}

function unitOf(word: string): number {
  const unit = UNITS[word.toLowerCase()];
  if (unit === undefined) throw new CommandFailure('ERR unsupported unit provided. please use M, KM, FT, MI');
  return unit;
}

function circle(center: Place, radius: string, unit: string): Shape {
  const size = parseFloatStrictly(radius);
  if (size === undefined) throw new CommandFailure('ERR need numeric radius');
  if (size < 0) throw new CommandFailure('ERR radius cannot be negative');
  const meters = size * unitOf(unit);
  return {
    unit: unitOf(unit),
    distanceTo(place) {
      const away = distance(center, place);
      return away <= meters ? away : undefined;
    },
  };
}

function box(center: Place, width: string, height: string, unit: string): Shape {
  const [wide, high] = [parseFloatStrictly(width), parseFloatStrictly(height)];
  if (wide === undefined) throw new CommandFailure('ERR need numeric width');
  if (high === undefined) throw new CommandFailure('ERR need numeric height');
  if (wide < 0 || high < 0) throw new CommandFailure('ERR height or width cannot be negative');
  const [halfWidth, halfHeight] = [(wide * unitOf(unit)) / 2, (high * unitOf(unit)) / 2];
  return {
    unit: unitOf(unit),
    distanceTo(place) {
      if (distance([0, center[1]], [0, place[1]]) > halfHeight) return undefined;
      if (distance(place, [center[0], place[1]]) > halfWidth) return undefined;
      return distance(center, place);
    },
  };
}

function placeAt(longitude: string, latitude: string): Place {
  const [x, y] = [float(longitude, notAFloat), float(latitude, notAFloat)];
  if (Math.abs(x) > 180 || Math.abs(y) > LATITUDE)
    throw new CommandFailure(`ERR invalid longitude,latitude pair ${x.toFixed(6)},${y.toFixed(6)}`);
  return [x, y];
}

/** @throws CommandFailure for who is not there; undefined where there is no key at all */
function memberPlace({ db }: CommandContext, key: string, member: string): Place | undefined {
  const zset = db.readAs(key, 'zset');
  if (zset === undefined) return undefined;
  const score = zset.scores.get(member);
  if (score === undefined) throw new CommandFailure('ERR could not decode requested zset member');
  return decodePlace(score);
}

const NOWHERE: Place = [0, 0];

/** GEOSEARCH and GEOSEARCHSTORE: everything is said by options. */
function readSearch(ctx: CommandContext, source: string, at: number, stores: boolean): Wanted {
  const { args } = ctx;
  let center: Place | undefined;
  let shape: (() => Shape) | undefined;
  let [from, by, distances] = [0, 0, false];
  const rest = readOptions(args, at, (word, i) => {
    if (word === 'frommember' && i + 1 < args.length && from++ === 0) {
      center = memberPlace(ctx, source, args[i + 1]!) ?? NOWHERE;
      return 2;
    }
    if (word === 'fromlonlat' && i + 2 < args.length && from++ === 0) {
      center = placeAt(args[i + 1]!, args[i + 2]!);
      return 3;
    }
    if (word === 'byradius' && i + 2 < args.length && by++ === 0) {
      const made = [args[i + 1]!, args[i + 2]!] as const;
      circle(NOWHERE, ...made);
      shape = () => circle(center!, ...made);
      return 3;
    }
    if (word === 'bybox' && i + 3 < args.length && by++ === 0) {
      const made = [args[i + 1]!, args[i + 2]!, args[i + 3]!] as const;
      box(NOWHERE, ...made);
      shape = () => box(center!, ...made);
      return 4;
    }
    if (word === 'storedist' && stores) {
      distances = true;
      return 1;
    }
    return 0;
  });
  const name = args[0]!;
  if (from !== 1) throw new CommandFailure(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`);
  if (by !== 1) throw new CommandFailure(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  if (stores && rest.shows.size > 0)
    throw new CommandFailure(
      `ERR ${name.toUpperCase()} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`,
    );
  return { ...rest, shape: shape!(), ...(stores ? { target: { key: args[1]!, distances } } : {}) };
}

/** GEORADIUS: a circle, and where to store by options. */
function readRadius(ctx: CommandContext, center: Place, at: number, mayStore: boolean): Wanted {
  const { args } = ctx;
  const shape = circle(center, args[at]!, args[at + 1]!);
  let target: Wanted['target'];
  const rest = readOptions(args, at + 2, (word, i) => {
    if (!mayStore || (word !== 'store' && word !== 'storedist') || i + 1 >= args.length) return 0;
    target = { key: args[i + 1]!, distances: word === 'storedist' };
    return 2;
  });
  if (target !== undefined && rest.shows.size > 0)
    throw new CommandFailure(
      'ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
    );
  return { ...rest, shape, ...(target === undefined ? {} : { target }) };
}

/** @param own takes the words that others do not know: answers how many it took */
function readOptions(
  args: readonly string[],
  start: number,
  own: (word: string, at: number) => number,
): Omit<Wanted, 'shape' | 'target'> {
  const shows = new Set<string>();
  let order: Wanted['order'];
  let [count, any] = [0, false];
  for (let i = start; i < args.length;) {
    const word = args[i]!.toLowerCase();
    if (word === 'withdist' || word === 'withhash' || word === 'withcoord') shows.add(word);
    else if (word === 'asc' || word === 'desc') order = word;
    else if (word === 'any') any = true;
    else if (word === 'count' && i + 1 < args.length) {
      count = integer(args[++i]!);
      if (count <= 0) throw new CommandFailure('ERR COUNT must be > 0');
    } else {
      const taken = own(word, i);
      if (taken === 0) throw syntaxError();
      i += taken - 1;
    }
    i++;
  }
  if (any && count === 0) throw new CommandFailure('ERR the ANY argument requires COUNT argument');
  // Whoever wants some of them wants the nearest.
  if (count > 0 && order === undefined && !any) order = 'asc';
  return { shows, order, count, any };
}

function search(ctx: CommandContext, key: string, wanted: Wanted): Reply {
  const { db, server } = ctx;
  const { shape, order, count, any, shows, target } = wanted;
  const zset = db.readAs(key, 'zset');
  let found: Found[] = [];
  for (const [name, score] of zset === undefined ? [] : sortedScores(zset)) {
    const place = decodePlace(score);
    const meters = shape.distanceTo(place);
    if (meters !== undefined) found.push({ name, score, meters, place });
    if (any && found.length === count) break;
  }
  if (order !== undefined) found.sort((a, b) => (order === 'asc' ? a.meters - b.meters : b.meters - a.meters));
  if (count > 0) found = found.slice(0, count);
  if (target === undefined)
    return found.map(({ name, score, meters, place }): Reply => {
      if (shows.size === 0) return name;
      return [
        name,
        ...(shows.has('withdist') ? [(meters / shape.unit).toFixed(4)] : []),
        ...(shows.has('withhash') ? [score] : []),
        ...(shows.has('withcoord') ? [place.map(coordinate)] : []),
      ];
    });
  if (found.length === 0) {
    db.delete(target.key);
    return 0;
  }
  server.keyspace.reserve(found.reduce((sum, { name }) => sum + name.length + 32, 64));
  const scores = new Map(
    found.map(({ name, score, meters }) => [name, target.distances ? meters / shape.unit : score]),
  );
  db.set(target.key, { type: 'zset', scores });
  return found.length;
}

function radius(ctx: CommandContext, mayStore: boolean): Reply {
  const { args, db } = ctx;
  db.readAs(args[1]!, 'zset');
  return search(ctx, args[1]!, readRadius(ctx, placeAt(args[2]!, args[3]!), 4, mayStore));
}

function radiusByMember(ctx: CommandContext, mayStore: boolean): Reply {
  const { args } = ctx;
  const center = memberPlace(ctx, args[1]!, args[2]!);
  const wanted = readRadius(ctx, center ?? NOWHERE, 3, mayStore);
  return search(ctx, args[1]!, wanted);
}

export const geoSearchCommands: CommandHandlers = {
  geosearch(ctx) {
    ctx.db.readAs(ctx.args[1]!, 'zset');
    return search(ctx, ctx.args[1]!, readSearch(ctx, ctx.args[1]!, 2, false));
  },
  geosearchstore(ctx) {
    ctx.db.readAs(ctx.args[2]!, 'zset');
    return search(ctx, ctx.args[2]!, readSearch(ctx, ctx.args[2]!, 3, true));
  },
  georadius: (ctx) => radius(ctx, true),
  georadius_ro: (ctx) => radius(ctx, false),
  georadiusbymember: (ctx) => radiusByMember(ctx, true),
  georadiusbymember_ro: (ctx) => radiusByMember(ctx, false),
};
