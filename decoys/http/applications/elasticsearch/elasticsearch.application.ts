/** Elasticsearch 7 without security on 9200: cluster, indices, documents, and the scripts by which old versions were taken (CVE-2015-1427). */
import type { Answer, Request } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { queryOf } from '../html.ts';

const TYPE = 'application/json; charset=UTF-8';

export const elasticsearch: ApplicationDefinition = {
  id: 'elasticsearch',
  summary: 'Elasticsearch without a password: cluster, indices, search, deletion.',
  open: (installation) => new Elasticsearch(installation),
};

class Elasticsearch implements Application {
  readonly #installation: Installation;

  constructor(installation: Installation) {
    this.#installation = installation;
  }

  claims(): boolean {
    return true;
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const { persona, version = '7.10.2' } = this.#installation;
    const { short } = persona.organization;
    const query = queryOf(request);
    const say = (status: number, value: unknown): Answer => ({
      status,
      headers: [['content-type', TYPE]],
      body: query.has('pretty') || path === '/' ? pretty(value) : JSON.stringify(value),
      from: 'program',
    });
    const uuid = (purpose: string) => Buffer.from(persona.derive(`elasticsearch ${purpose}`, 16)).toString('base64url');
    const count = (name: string) =>
      1000 + (Buffer.from(persona.derive(`elasticsearch count ${name}`, 4)).readUInt32BE(0) % 90_000);
    const indices = [`${short}-customers`, `${short}-orders`, 'logs-2026.10'];
    const body = request.body.toString('utf8');
    const command = /(?:exec\(|getRuntime\(\)\.exec\()\s*\\?["']((?:\\.|[^"'\\])+)/.exec(body)?.[1];
    if (command !== undefined && path.includes('_search')) {
      const output = await visit.run(command.replaceAll('\\\\', '\\').replaceAll('\\"', '"'), {
        user: 'elasticsearch',
        directory: '/',
      });
      return say(200, {
        took: 9,
        timed_out: false,
        hits: {
          total: 1,
          max_score: 1,
          hits: [
            {
              _index: indices[0],
              _type: '_doc',
              _id: '1',
              _score: 1,
              fields: { command: [output], lupin: [output], result: [output] },
            },
          ],
        },
      });
    }
    if (path === '/')
      return say(200, {
        name: persona.hostname,
        cluster_name: short,
        cluster_uuid: uuid('cluster'),
        version: {
          number: version,
          build_flavor: 'default',
          build_type: 'deb',
          build_hash: '747e1cc71def077253878a59143c1f785afa92b9',
          build_date: '2021-01-13T00:42:12.435326Z',
          build_snapshot: false,
          lucene_version: '8.7.0',
          minimum_wire_compatibility_version: '6.8.0',
          minimum_index_compatibility_version: '6.0.0-beta1',
        },
        tagline: 'You Know, for Search',
      });
    if (path === '/_cat/indices' || path === '/_cat/indices/') {
      const lines = indices.map(
        (name) =>
          `yellow open ${name.padEnd(24)} ${uuid(name)} 1 1 ${String(count(name)).padStart(6)} 0 ${(count(name) / 900).toFixed(1)}mb ${(count(name) / 900).toFixed(1)}mb\n`,
      );
      const head = query.has('v')
        ? 'health status index                    uuid                   pri rep docs.count docs.deleted store.size pri.store.size\n'
        : '';
      return {
        status: 200,
        headers: [['content-type', 'text/plain; charset=UTF-8']],
        body: head + lines.join(''),
        from: 'program',
      };
    }
    if (path.startsWith('/_cluster/health'))
      return say(200, {
        cluster_name: short,
        status: 'yellow',
        timed_out: false,
        number_of_nodes: 1,
        number_of_data_nodes: 1,
        active_primary_shards: 3,
        active_shards: 3,
        relocating_shards: 0,
        initializing_shards: 0,
        unassigned_shards: 3,
      });
    if (path.startsWith('/_nodes'))
      return say(200, {
        _nodes: { total: 1, successful: 1, failed: 0 },
        cluster_name: short,
        nodes: {
          [uuid('node')]: {
            name: persona.hostname,
            transport_address: `${persona.network.address}:9300`,
            host: persona.network.address,
            ip: persona.network.address,
            version,
            roles: ['data', 'ingest', 'master'],
            os: {
              name: 'Linux',
              pretty_name: persona.os.prettyName,
              arch: 'amd64',
              version: persona.os.kernelRelease,
              available_processors: persona.hardware.cpus,
            },
          },
        },
      });
    if (/^\/(?:_all|_aliases|_mapping|_stats|\*)?\/?(?:_mapping|_settings|_stats)?$/.test(path))
      return say(200, Object.fromEntries(indices.map((name) => [name, { aliases: {} }])));
    const [, index = '', rest = ''] = /^\/([^/_][^/]*)\/?(.*)$/.exec(path) ?? [];
    if (path.includes('_search')) {
      const wanted = indices.filter((name) => index === '' || index === '*' || index.split(',').includes(name));
      const total = wanted.reduce((sum, name) => sum + count(name), 0);
      const hits = wanted.slice(0, 2).map((name, i) => ({
        _index: name,
        _type: '_doc',
        _id: String(i + 1),
        _score: 1,
        _source: { id: i + 1, city: persona.organization.city, status: 'active' },
      }));
      return say(200, {
        took: 2,
        timed_out: false,
        _shards: { total: wanted.length, successful: wanted.length, skipped: 0, failed: 0 },
        hits: {
          total: { value: Math.min(total, 10_000), relation: total > 10_000 ? 'gte' : 'eq' },
          max_score: 1,
          hits,
        },
      });
    }
    if (index !== '' && request.method === 'DELETE') {
      visit.session.report.query({ statement: `DELETE ${path}` });
      return indices.includes(index) || index === '*' ? say(200, { acknowledged: true }) : missing(index);
    }
    if (index !== '' && (request.method === 'PUT' || request.method === 'POST')) {
      visit.session.report.query({ statement: `${request.method} ${path} ${body}` });
      if (rest === '') return say(200, { acknowledged: true, shards_acknowledged: true, index });
      return say(201, {
        _index: index,
        _type: '_doc',
        _id: uuid(body).slice(0, 20),
        _version: 1,
        result: 'created',
        _shards: { total: 2, successful: 1, failed: 0 },
        _seq_no: 0,
        _primary_term: 1,
      });
    }
    if (indices.includes(index))
      return say(200, {
        [index]: {
          aliases: {},
          mappings: { properties: { id: { type: 'long' }, city: { type: 'keyword' } } },
          settings: { index: { number_of_shards: '1', provided_name: index, uuid: uuid(index) } },
        },
      });
    if (index === '')
      return say(400, {
        error: {
          root_cause: [
            { type: 'illegal_argument_exception', reason: `request [${path}] contains unrecognized parameter` },
          ],
          type: 'illegal_argument_exception',
        },
        status: 400,
      });
    return missing(index);

    function missing(name: string): Answer {
      const cause = {
        type: 'index_not_found_exception',
        reason: `no such index [${name}]`,
        'resource.type': 'index_or_alias',
        'resource.id': name,
        index_uuid: '_na_',
        index: name,
      };
      return say(404, { error: { root_cause: [cause], ...cause }, status: 404 });
    }
  }
}

/** As Jackson's printer sets it. */
function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(/^(\s*"(?:[^"\\]|\\.)*"): /gm, '$1 : ')}\n`;
}
