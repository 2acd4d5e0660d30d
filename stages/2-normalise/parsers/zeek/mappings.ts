/** Every log whose meaning we know, by Zeek's name of it. */
import type { ZeekMapping } from './mapping.types.ts';

const conn: ZeekMapping = { dataset: 'connection', fields: {}, category: ['network'], type: ['connection'] };

export const mappings: ReadonlyMap<string, ZeekMapping> = new Map(Object.entries({ conn }));
