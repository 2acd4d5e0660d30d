/** The pipelines that make rules in Sigma's own terms speak of fields as our events have them, from `content/sigma/pipelines`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPipeline, type Pipeline } from '@netsentinel/sigma/pipeline/pipeline';

/** @param content the product's `content` folder */
export async function readEcsPipelines(content: string): Promise<Pipeline[]> {
  const folder = join(content, 'sigma', 'pipelines');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yml')).toSorted();
  return Promise.all(names.map(async (name) => readPipeline(await readFile(join(folder, name), 'utf8'), name)));
}
