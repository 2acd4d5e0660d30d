/** The house's import rules: apps → surface, decoys, enforcer, stages → kernel → contracts; no sibling, no cycle. */
const room = '^(stages/[^/]+|decoys|enforcer|surface/[^/]+|testkit|e2e|scripts)/';
module.exports = {
  forbidden: [
    // The shell's interpreter, expansion and builtins call each other by their nature: $(…) in a word runs a program whose words expand.
    {
      name: 'no-cycle',
      severity: 'error',
      from: { pathNot: '^decoys/shell/(run|builtins)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { path: '^(kernel|stages|decoys|enforcer|surface|apps|testkit|e2e|scripts)/' },
    },
    {
      name: 'kernel-imports-contracts-only',
      severity: 'error',
      from: { path: '^kernel/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(stages|decoys|enforcer|surface|apps|testkit|e2e|scripts)/' },
    },
    {
      name: 'rooms-never-import-each-other',
      severity: 'error',
      from: {
        path: '^(stages/[^/]+|decoys|enforcer|surface/[^/]+)/',
        pathNot: '(\\.(test|bench|fuzz|fixture)\\.ts$|/(bench|fault)/)',
      },
      to: { path: room, pathNot: ['^$1/', '^stages/5-detect/web/', '^surface/client/'] },
    },
    // Web inspection stands alone, so that a web application can carry it (ADR 0014); for everybody else it is a part of its stage.
    {
      name: 'only-guard-carries-web-inspection',
      severity: 'error',
      from: {
        path: '^(stages/[^/]+|decoys|enforcer|surface/[^/]+)/',
        pathNot: '^(stages/5-detect|surface/guard)/',
      },
      to: { path: '^stages/5-detect/web/' },
    },
    {
      name: 'web-inspection-stands-alone',
      severity: 'error',
      from: { path: '^stages/5-detect/web/', pathNot: '(\\.(test|bench|fuzz|fixture)\\.ts$|/(bench|fault)/)' },
      to: { pathNot: '^stages/5-detect/web/' },
    },
    // The client is what programs elsewhere have of us (ADR 0033); of ours only the console is one of them.
    {
      name: 'only-the-console-uses-the-client',
      severity: 'error',
      from: {
        path: '^(stages/[^/]+|decoys|enforcer|surface/[^/]+|kernel|apps)/',
        pathNot: '^surface/(client|console)/',
      },
      to: { path: '^surface/client/' },
    },
    {
      name: 'the-client-stands-alone',
      severity: 'error',
      from: { path: '^surface/client/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^surface/client/' },
    },
    {
      name: 'rooms-never-import-apps',
      severity: 'error',
      from: { pathNot: '^(apps|e2e|scripts)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'decoys-keep-to-their-own-protocol',
      severity: 'error',
      from: { path: '^decoys/(ssh|telnet|http|ftp|scripted|honeytoken|mysql|postgres|smb|redis|rdp)/' },
      to: {
        path: '^decoys/(ssh|telnet|http|ftp|scripted|mysql|postgres|smb|redis|rdp)/',
        pathNot: '^decoys/$1/',
      },
    },
    {
      name: 'console-imports-contracts-and-the-client-only',
      severity: 'error',
      from: { path: '^surface/console/' },
      to: { path: '^(kernel|stages|decoys|enforcer|surface/api|apps)/' },
    },
    {
      name: 'tests-stay-out-of-the-product',
      severity: 'error',
      from: { pathNot: '(\\.(test|bench|fuzz|fixture)\\.ts$|/(bench|fault)/|^testkit/|^e2e/|^scripts/)' },
      to: { path: '^(testkit|e2e)/' },
    },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(node_modules|\\.next|/out/|next-env\\.d\\.ts)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
