/** Who sends events, how each does, and which sources behind it have fallen silent. */
import { z } from 'zod';
import { SensorDetail, SensorStatus } from '@netsentinel/contracts/sensor-status';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const NO_SUCH = 'There is no sensor of this id.';

export const sensorRoutes: readonly Route[] = [
  route(
    {
      id: 'listSensors',
      method: 'GET',
      path: '/api/v1/sensors',
      summary: 'The decoy host, the watcher and the collectors: how each does, and what it has told since the start',
      tag: 'sensors',
      access: 'system:read',
      answers: {
        200: { description: 'All of them', schema: z.strictObject({ sensors: z.array(SensorStatus) }) },
      },
    },
    ({ ctx }) => ({
      sensors: ctx.sensors().map((sensor) => {
        const { heartbeat: _, expected: __, ...status } = sensor;
        return status;
      }),
    }),
  ),
  route(
    {
      id: 'getSensor',
      method: 'GET',
      path: '/api/v1/sensors/:id',
      summary: 'One sensor, with the sources that are expected to be heard through it',
      tag: 'sensors',
      access: 'system:read',
      params: z.strictObject({ id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/) }),
      answers: { 200: { description: 'The sensor', schema: SensorDetail } },
      problems: { 404: NO_SUCH },
    },
    ({ ctx, params: { id } }) => {
      const sensor = ctx.sensors().find((one) => one.id === id);
      if (sensor === undefined) throw new Problem(404, 'no-such-sensor', NO_SUCH);
      return sensor;
    },
  ),
];
