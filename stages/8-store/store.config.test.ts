import { describe, expect, it } from 'vitest';
import { StoreConfig } from './store.config.ts';

describe('the store configuration', () => {
  it('has safe defaults for everything', () => {
    const config = StoreConfig.parse({});
    expect(config.events.retentionDays).toEqual({ default: 90 });
    expect(config.events.archiveAfterDays).toBeLessThan(config.events.retentionDays['default']!);
    expect(config.blobs.maxBlobBytes).toBe(64 * 1024 * 1024);
  });

  it.each([
    [{ events: { retention: 5 } }, 'retention'],
    [{ events: { archiveAfterDays: 0 } }, 'archiveAfterDays'],
    [{ events: { retentionDays: { default: -1 } } }, 'default'],
    [{ events: { memoryLimitMb: 1 } }, 'memoryLimitMb'],
    [{ blobs: { maxBlobBytes: '64MB' } }, 'maxBlobBytes'],
  ])('refuses %j', (wrong, name) => {
    const result = StoreConfig.safeParse(wrong);
    expect(JSON.stringify(result.error?.issues)).toContain(name);
  });
});
