/** Ids of our own sensors, apart from schemas: for the launcher, which loads none. They stand in `netsentinel.sensor.id`. */

/** The decoy host. */
export const DECOY_SENSOR = 'decoys';
/** Who sees port scans. */
export const WATCHER_SENSOR = 'watcher';
