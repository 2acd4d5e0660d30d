/** Places, kept as scores of a sorted set. */
import { CommandFailure, notAFloat, syntaxError } from '../command-failure.ts';
import { NULL_ARRAY, type Reply } from '../resp/reply.ts';
import { decodePlace, distance, encodePlace, hashOf, LATITUDE, UNITS } from '../store/geo.ts';
import { type CommandContext, type CommandHandlers, float } from './command.types.ts';

function add({ db, args, server }: CommandContext): Reply {
  let at = 2;
  const options = new Set<string>();
  for (; at < args.length && /^(?:nx|xx|ch)$/i.test(args[at]!); at++) options.add(args[at]!.toLowerCase());
  const triples = args.slice(at);
  if (triples.length === 0 || triples.length % 3 !== 0 || (options.has('nx') && options.has('xx'))) throw syntaxError();
  const places: [string, number][] = [];
  for (let i = 0; i < triples.length; i += 3) {
    const [longitude, latitude] = [float(triples[i]!, notAFloat), float(triples[i + 1]!, notAFloat)];
    if (Math.abs(longitude) > 180 || Math.abs(latitude) > LATITUDE)
      throw new CommandFailure(`ERR invalid longitude,latitude pair ${longitude.toFixed(6)},${latitude.toFixed(6)}`);
    places.push([triples[i + 2]!, encodePlace(longitude, latitude)]);
  }
  db.peekAs(args[1]!, 'zset');
  server.keyspace.reserve(triples.reduce((sum, word) => sum + word.length + 16, 64));
  const { scores } = db.open(args[1]!, 'zset', () => ({ type: 'zset', scores: new Map<string, number>() }));
  let [added, changed] = [0, 0];
  for (const [name, score] of places) {
    const old = scores.get(name);
    if (old === undefined ? options.has('xx') : options.has('nx')) continue;
    if (old === undefined) added++;
    else if (old !== score) changed++;
    scores.set(name, score);
  }
  db.changed(args[1]!, added + changed);
  return options.has('ch') ? added + changed : added;
}

/** As redis prints a coordinate. */
export const coordinate = (value: number): string => value.toFixed(17).replace(/0+$/, '');

export const geoCommands: CommandHandlers = {
  geoadd: add,
  geopos({ db, args }) {
    const zset = db.readAs(args[1]!, 'zset');
    return args.slice(2).map((name): Reply => {
      const score = zset?.scores.get(name);
      return score === undefined ? NULL_ARRAY : decodePlace(score).map(coordinate);
    });
  },
  geodist({ db, args }) {
    const unit = UNITS[(args[4] ?? 'm').toLowerCase()];
    if (args.length > 5) throw syntaxError();
    if (unit === undefined) throw new CommandFailure('ERR unsupported unit provided. please use M, KM, FT, MI');
    const zset = db.readAs(args[1]!, 'zset');
    const [from, to] = [zset?.scores.get(args[2]!), zset?.scores.get(args[3]!)];
    return from === undefined || to === undefined
      ? null
      : (distance(decodePlace(from), decodePlace(to)) / unit).toFixed(4);
  },
  geohash({ db, args }) {
    const zset = db.readAs(args[1]!, 'zset');
    return args.slice(2).map((name): Reply => {
      const score = zset?.scores.get(name);
      return score === undefined ? null : hashOf(score);
    });
  },
};
