import type { NextConfig } from 'next';

/** A static export: the platform serves it, and no Node server of Next's ever runs. */
const config: NextConfig = {
  output: 'export',
  trailingSlash: true,
  reactStrictMode: true,
  images: { unoptimized: true },
  // Types are checked by `npm run types`, with the same compiler as everything else.
  typescript: { ignoreBuildErrors: true },
  transpilePackages: ['@netsentinel/client', '@netsentinel/contracts'],
  poweredByHeader: false,
};

export default config;
