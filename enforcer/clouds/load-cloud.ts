/** A cloud's client is heavy, and installed only where somebody asked for it (ADR 0018). */
import { CloudError, type CloudList } from './cloud-list.types.ts';

/** What `open` opens. Where the client is not installed, a `CloudError` says how to install it. */
export async function loadCloud(cloud: 'aws' | 'azure' | 'gcp', open: () => Promise<CloudList>): Promise<CloudList> {
  try {
    return await open();
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CloudError(`the client for ${cloud} is not installed`, {
      hint: `Run npm run setup -- --cloud ${cloud}, and start NetSentinel again.`,
      cause: error,
    });
  }
}
